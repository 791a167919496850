import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { membershipOf } from "../../objects/pod-group.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { claimViews } from "./devices.ts";

/** A scheduler answers within seconds, also when it refuses. */
const PATIENCE_SECONDS = 20;
const DEFAULT = "default-scheduler";

/** kube-scheduler is silent about pods whose claims for devices or whose group are not there yet (PreEnqueue of DynamicResources and GangScheduling). */
const isHeldBack = (input: PodInput) =>
  claimViews(input).some(({ claim }) => claim?.state !== "found") ||
  membershipOf(input.pod)?.scheduler === "kube-scheduler";

/** Nobody schedules the pod. */
export default defineRule<{ scheduler: string; seconds: number }>({
  id: "scheduling/no-scheduler",
  title: "No scheduler looks at the pod",
  effect: "blocks",
  needs: ["Event"],
  check(input) {
    const { pod, events, snapshot } = input;
    const seconds = snapshot.secondsSince(pod.metadata.creationTimestamp) ?? 0;
    if (pod.spec.nodeName || pod.metadata.deletionTimestamp || seconds < PATIENCE_SECONDS) return [];
    if (
      podCondition(pod, "PodScheduled") ||
      (pod.spec.schedulingGates ?? []).length > 0 ||
      pod.status?.phase === "Failed"
    )
      return [];
    if (events.some(({ reason }) => reason === "FailedScheduling" || reason === "Scheduled")) return [];
    if (isHeldBack(input)) return [];
    const scheduler = pod.spec.schedulerName ?? DEFAULT;
    return [
      {
        subject: refTo(pod),
        // Where the default scheduler is silent it may be down, or only slow with many pods.
        confidence: scheduler === DEFAULT ? "likely" : "certain",
        facts: { scheduler, seconds },
        evidence: [
          pod.spec.schedulerName
            ? seen(pod, "spec.schedulerName", "scheduler")
            : seen(pod, "metadata.creationTimestamp", "created"),
        ],
      },
    ];
  },
  message: ({ facts: { scheduler, seconds } }) =>
    scheduler === DEFAULT
      ? {
          headline: text`No scheduler has looked at the pod for ${duration(seconds)}: ${name(scheduler)} seems not to run.`,
          why: text`The pod has no node, no PodScheduled condition and no scheduling event. A running scheduler writes one of them within seconds, also when it refuses.`,
        }
      : {
          headline: text`The pod waits for a scheduler called ${name(scheduler)}, and none of that name has looked at it for ${duration(seconds)}.`,
          why: text`Each scheduler takes only the pods that name it in spec.schedulerName. The pod has no node, no PodScheduled condition and no scheduling event: no such scheduler runs.`,
        },
  fixes: ({ facts: { scheduler } }, input) => [
    look(
      text`See whether a scheduler runs.`,
      kubectl("reads", "kube-system", "get", "pods", "-l", "component=kube-scheduler"),
      kubectl("reads", "kube-system", "get", "lease", "kube-scheduler"),
    ),
    ...(scheduler === DEFAULT
      ? []
      : [
          patchPodSpec(input, { schedulerName: DEFAULT }, text`Give the pod to the default scheduler.`),
          {
            title: text`Or install and start the scheduler ${name(scheduler)}.`,
            commands: [],
            applies: "maybe" as const,
            by: "cluster-admin" as const,
          },
        ]),
  ],
  groupKey: ({ facts: { scheduler } }) => scheduler,
  doc: {
    means:
      "The pod is bound to no node, and no scheduler has written a word about it: its schedulerName names none that runs, or the scheduler is down.",
    seenIn: "Pending without nodeName, without PodScheduled condition, without events, for longer than some seconds.",
    repair: "Correct spec.schedulerName, or start that scheduler.",
    notToConfuseWith: "A pod made this very moment; scheduling/gated.",
    catalogue: ["sched-no-scheduler"],
  },
});
