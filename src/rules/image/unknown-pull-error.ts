import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { deletePod, look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { viewNotes } from "./view-from-here.ts";
import { askerOf, describeNode, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The pull fails, and either nobody recorded why any more, or the words are new to us. */
export default pullRule({
  id: "image/unknown-pull-error",
  title: "The pull fails for a reason that is not recorded or not known",
  causes: ["unknown"],
  fits: ({ reason }) =>
    reason !== "InvalidImageName" && reason !== "ErrImageNeverPull" && reason !== "ImageInspectError",
  asks: () => text`whether it has the image`,
  confidence: () => "possible",
  headline: (attempt) =>
    attempt.message === ""
      ? text`The pull of ${imageOf(attempt)} fails, and the reason is not recorded any more.`
      : text`The pull of ${imageOf(attempt)} fails: ${value(short(attempt.error.detail))}`,
  why: (attempt) =>
    attempt.message === ""
      ? text`${askerOf(attempt)} waits between two tries (${value(attempt.reason)}). Before Kubernetes 1.32 the status hides the error meanwhile; only the event Failed has it, and events are kept for an hour. The next try writes a new one.`
      : text`${askerOf(attempt)} asks for it. The words of the runtime are none that this program knows; they are shown as they are.`,
  notes: (attempt, input) => [...viewNotes(attempt, input), ...reachNotes(attempt, input)],
  fixes: (attempt, input) =>
    attempt.message === ""
      ? freshError(input)
      : [describeNode(input, text`Look at node ${nodeOf(input)} and its container runtime's log.`)],
  groupKey: ({ image, detail }) => `${image}\n${detail}`,
  doc: {
    means:
      "An image does not arrive and the cause cannot be told: a back-off hides it and its event has expired, or the runtime says something unknown.",
    seenIn:
      "`Back-off pulling image …` without an error [before 1.32] and no event Failed; or an error text that fits no other rule.",
    repair: "Wait for the next try, at most five minutes, and look at its event.",
    catalogue: [],
  },
});

const short = (detail: string) => (detail.length > 160 ? `${detail.slice(0, 159)}…` : detail);

function freshError(input: PodInput): readonly Fix[] {
  const { namespace, name: podName } = input.pod.metadata;
  return [
    look(
      text`Wait for the next try, at most 5 minutes: its event tells the reason.`,
      kubectl(
        "reads",
        namespace,
        "get",
        "events",
        "--field-selector",
        `involvedObject.name=${podName},reason=Failed`,
        "--watch",
      ),
    ),
    ...(input.owners.length > 0
      ? [
          {
            title: text`Or have the pod made anew, which tries at once.`,
            commands: [deletePod(input.pod)],
            applies: "maybe" as const,
            by: "workload-owner" as const,
          },
        ]
      : []),
  ];
}
