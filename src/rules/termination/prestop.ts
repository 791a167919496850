import { containerOf } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { deletionOf, eventSince, isOverdue } from "./deletion.ts";

/** The preStop hook failed; the container ends all the same. */
export default defineRule<{ container: string; secondsLeft: number; graceSeconds: number; hook: string }>({
  id: "termination/prestop",
  title: "The preStop hook failed",
  effect: "delays",
  needs: ["Event"],
  check: (input) => {
    const deletion = deletionOf(input);
    const event = deletion && eventSince(input, deletion, "FailedPreStopHook");
    if (!event || isOverdue(deletion)) return [];
    const container =
      input.containers.find(({ name: one }) => one === containerOf(event)) ??
      input.containers.find(({ role }) => role === "main");
    if (!container) return [];
    const preStop = (container.spec.lifecycle as { preStop?: object } | undefined)?.preStop;
    return [
      {
        subject: refTo(input.pod),
        container: container.name,
        confidence: "certain" as const,
        facts: {
          container: container.name,
          secondsLeft: Math.max(0, deletion.secondsLeft),
          graceSeconds: deletion.graceSeconds,
          hook: Object.keys(preStop ?? {})[0] ?? "",
        },
        evidence: [
          seen(event, "message", "kubelet"),
          ...(preStop ? [seen(input.pod, `${container.specPath}.lifecycle.preStop`, "preStop")] : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { container, secondsLeft, graceSeconds } }) => ({
    headline: text`It is being deleted; the preStop hook of ${name(container)} failed, ${duration(secondsLeft)} of its grace period are left.`,
    why: text`The hook runs before SIGTERM. When it fails, or takes longer than the whole ${duration(graceSeconds)}, the container gets SIGTERM all the same; a program that ignores it is killed at the end.`,
    outlook: text`It goes by itself.`,
  }),
  fixes: ({ facts: { container, graceSeconds } }, input) => [
    look(
      text`What the program says.`,
      kubectl("reads", input.pod.metadata.namespace, "logs", input.pod.metadata.name, "-c", container, "--tail=50"),
    ),
    ...(input.workload.kind === "Pod"
      ? []
      : [
          patchPodSpec(
            input,
            { terminationGracePeriodSeconds: Math.max(30, graceSeconds * 2) },
            text`If the hook only needs longer: give later pods more time (${path("terminationGracePeriodSeconds")}).`,
            { applies: "maybe" },
          ),
        ]),
  ],
  doc: {
    means:
      "A preStop hook runs when a pod is deleted, within the grace period. It ended with an error or took too long.",
    seenIn: "Event FailedPreStopHook `PreStopHook failed` (1.26 and later; with the command's output before).",
    repair: "Repair the hook, or give it time: its run counts against terminationGracePeriodSeconds.",
    catalogue: ["term-prestop", "prestop-or-lifecycle-warning"],
  },
});
