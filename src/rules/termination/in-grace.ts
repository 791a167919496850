import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { deletionOf, eventSince, isOverdue } from "./deletion.ts";

/** The grace period runs, or is just over: nothing is wrong. */
export default defineRule<{
  secondsLeft: number;
  graceSeconds: number;
  running: readonly string[];
  preStop: readonly string[];
}>({
  id: "termination/in-grace",
  title: "It is being deleted, and its grace period is not over",
  effect: "delays",
  needs: [],
  check: (input) => {
    const deletion = deletionOf(input);
    if (!deletion || isOverdue(deletion) || eventSince(input, deletion, "FailedPreStopHook")) return [];
    if (deletion.secondsLeft < 0 && deletion.hasEnded && deletion.finalizers.length > 0) return [];
    const { pod, containers } = input;
    const preStop = containers.filter(
      ({ spec, status }) =>
        status?.state?.running && (spec.lifecycle as { preStop?: unknown } | undefined)?.preStop !== undefined,
    );
    const { secondsLeft, graceSeconds, running } = deletion;
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: {
          secondsLeft: Math.max(0, secondsLeft),
          graceSeconds,
          running,
          preStop: preStop.map(({ name: one }) => one),
        },
        evidence: [seen(pod, "metadata.deletionTimestamp", "delete by")] as const,
      },
    ];
  },
  message: ({ facts: { secondsLeft, graceSeconds, running, preStop } }) => ({
    headline:
      secondsLeft > 0
        ? text`It is being deleted; its containers have ${duration(secondsLeft)} left to end by themselves.`
        : text`It is being deleted; its grace period of ${duration(graceSeconds)} is just over.`,
    why: text`${running.length > 0 ? text`${list(running.map(name))} still ${running.length === 1 ? "runs" : "run"}. ` : ""}${preStop.length > 0 ? text`The preStop hook of ${list(preStop.map(name))} runs first, and its time counts too; then they get SIGTERM` : "They have been sent SIGTERM"}, and what is left after ${duration(graceSeconds)} (${path("terminationGracePeriodSeconds")}) is killed.`,
    outlook: text`It goes by itself.`,
  }),
  fixes: (_match, { pod }) => [
    look(text`Watch it go.`, kubectl("reads", pod.metadata.namespace, "get", "pod", pod.metadata.name, "--watch")),
  ],
  doc: {
    means: "Deletion was asked for. The containers have been told to end and get the grace period for it.",
    seenIn:
      "metadata.deletionTimestamp, which is the time of the call plus the grace period, lies ahead; event Killing `Stopping container X`.",
    repair: "Wait.",
    notToConfuseWith: "A pod that is still there long after its grace period.",
    catalogue: ["term-in-grace", "term-grace-ignored"],
  },
});
