import { refTo } from "../../objects/object.ts";
import { isReady, podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { type Evidence, type Fix, resolvePath, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { isStaticPod, look, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** Events are kept for an hour: before that a pod that was scheduled has one that says so. */
const EVENTS_LAST_SECONDS = 50 * 60;

/** Where the pod's node is named in what its owner makes pods of. */
function template({ owners }: PodInput): Evidence | undefined {
  for (const { object } of owners) {
    const path =
      object?.kind === "CronJob" ? "spec.jobTemplate.spec.template.spec.nodeName" : "spec.template.spec.nodeName";
    if (object && resolvePath(object, path) !== undefined) return seen(object, path, "template");
  }
  return undefined;
}

/** A bare pod without a Scheduled event, where events are complete and the pod is young: nobody scheduled it. */
function isUnscheduled({ pod, snapshot, events, owners }: PodInput): boolean {
  if (owners.length > 0) return false;
  const { creationTimestamp, namespace } = pod.metadata;
  const age = snapshot.secondsSince(creationTimestamp) ?? Number.POSITIVE_INFINITY;
  const gap = snapshot.gapFor("Event", namespace);
  const isComplete = !gap || gap.state === "partial";
  return (
    isComplete && age < EVENTS_LAST_SECONDS && events.length > 0 && !events.some(({ reason }) => reason === "Scheduled")
  );
}

/** The pod named its node itself, and no scheduler looked whether it fits. */
export default defineRule<{ node: string; fromTemplate: boolean }>({
  id: "node/name-preset",
  title: "The pod names its node itself: nobody looked whether it fits there",
  effect: "risks",
  needs: ["Event"],
  check(input) {
    const { pod } = input;
    const { nodeName } = pod.spec;
    const isTrouble = !isReady(pod) && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Running";
    if (!nodeName || !isTrouble || isStaticPod(input) || pod.metadata.deletionTimestamp) return [];
    const preset = template(input);
    // The API server writes that condition where a scheduler binds a pod (kubernetes v1.36 registry/core/pod/storage assignPod).
    const isUnbound = !podCondition(pod, "PodScheduled");
    if (!preset && !isUnbound && !isUnscheduled(input)) return [];
    return [
      {
        subject: refTo(pod),
        confidence: preset || isUnbound ? "certain" : "likely",
        facts: { node: nodeName, fromTemplate: preset !== undefined },
        evidence: [seen(pod, "spec.nodeName", "node"), ...(preset ? [preset] : [])],
      },
    ];
  },
  message: ({ facts: { node, fromTemplate } }, { pod }) => ({
    headline: text`The pod names node ${name(node)} itself, so no scheduler looked whether it fits there.`,
    why: text`${fromTemplate ? "spec.nodeName stands in the template" : "There is no event that a scheduler bound it"}. Such a pod is not held back by taints, requests or labels until the kubelet sees it, and volumes that wait for their first consumer are not made for it.${podCondition(pod, "PodScheduled")?.status !== "True" && " The kubelet has not taken it up yet."}`,
  }),
  fixes: ({ facts: { node } }, input): readonly Fix[] => [
    look(text`Look at the node.`, kubectl("reads", undefined, "describe", "node", node)),
    ...(input.owners.length > 0 && template(input)
      ? [
          patchPodSpec(
            input,
            { nodeName: null, nodeSelector: { "kubernetes.io/hostname": node } },
            text`Ask for that node by a nodeSelector instead: then the scheduler checks it.`,
            { applies: "maybe" },
          ),
        ]
      : []),
  ],
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means:
      "spec.nodeName was set when the pod was made, by hand, in a template or by a tool. The scheduler leaves such pods alone, so nothing was checked before the kubelet saw it.",
    seenIn: "spec.nodeName of a pod without a Scheduled event; spec.template.spec.nodeName of its owner.",
    repair: "Use nodeSelector or affinity instead of nodeName.",
    notToConfuseWith: "A static pod, which belongs to its node; a DaemonSet's pod, which the scheduler binds.",
    catalogue: ["node-name-preset"],
  },
});
