import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { autoscalerEvent, autoscalerStatus } from "./autoscaling.ts";
import { verdictOn } from "./verdict.ts";

/** It looks every ten seconds, and its events stay for an hour. */
const PATIENCE_SECONDS = 180;
const EVENTS_LAST_SECONDS = 3600;
/** It writes its status in every round. */
const STATUS_IS_OLD_SECONDS = 300;
/** Pods below this are not worth a node to it (--expendable-pods-priority-cutoff). */
const CUTOFF = -10;

interface Facts {
  what: "not-running" | "expendable" | "silent";
  statusAgeSeconds: number | null;
  priority: number;
}

const priorityOf = ({ pod }: PodInput) => (pod.spec as { priority?: number }).priority ?? 0;

/** There is a cluster autoscaler, and it has not said a word about the pod. */
export default defineRule<Facts>({
  id: "scheduling/ca-silent",
  title: "The cluster autoscaler says nothing about the pod",
  effect: "delays",
  needs: ["Event"],
  check(input) {
    const { pod, snapshot } = input;
    const status = autoscalerStatus(input);
    const scheduled = podCondition(pod, "PodScheduled");
    const waited = snapshot.secondsSince(scheduled?.lastTransitionTime) ?? 0;
    if (!status || !verdictOn(input) || autoscalerEvent(input) || scheduled?.reason !== "Unschedulable") return [];
    if (waited < PATIENCE_SECONDS || snapshot.gapFor("Event", pod.metadata.namespace)?.state === "forbidden") return [];
    const { ageSeconds, object } = status;
    const isOld = ageSeconds !== undefined && ageSeconds > STATUS_IS_OLD_SECONDS;
    // Events of the first hour are gone by now.
    if (!isOld && waited > EVENTS_LAST_SECONDS) return [];
    const what = isOld ? "not-running" : priorityOf(input) < CUTOFF ? "expendable" : "silent";
    return [
      {
        subject: refTo(pod),
        confidence: what === "silent" ? "possible" : "likely",
        facts: { what, statusAgeSeconds: ageSeconds ?? null, priority: priorityOf(input) },
        evidence: [
          object.metadata.annotations?.["cluster-autoscaler.kubernetes.io/last-updated"]
            ? seen(object, "metadata.annotations['cluster-autoscaler.kubernetes.io/last-updated']", "status written")
            : seen(object, "metadata.name", "status"),
          ...(what === "expendable" ? [seen(pod, "spec.priority", "priority")] : []),
        ],
      },
    ];
  },
  message: ({ facts: { what, statusAgeSeconds, priority } }) => {
    switch (what) {
      case "not-running":
        return {
          headline: text`The cluster autoscaler seems not to run: it wrote its status ${duration(statusAgeSeconds ?? 0)} ago.`,
          why: text`A running one writes it in every round, every ten seconds or so. Without it no node is added.`,
        };
      case "expendable":
        return {
          headline: text`The cluster autoscaler adds no node for pods of priority ${priority}.`,
          why: text`Pods below its cutoff (${CUTOFF} unless set otherwise) run where there is room, and are not worth a node.`,
        };
      case "silent":
        return {
          headline: text`There is a cluster autoscaler, and it has said nothing about this pod.`,
          why: text`It says nothing of pods in a round in which it enlarges a group for others, nor of those that a node already on its way will take.`,
        };
    }
  },
  fixes: () => [
    look(
      text`See what it is at.`,
      kubectl("reads", "kube-system", "get", "configmap", "cluster-autoscaler-status", "-o", "yaml"),
      kubectl("reads", "kube-system", "get", "pods", "-l", "app.kubernetes.io/name=cluster-autoscaler"),
    ),
  ],
  groupKey: ({ facts: { what } }) => what,
  doc: {
    means:
      "The cluster has an autoscaler, as its status shows, but there is no event of it on the pod: it does not run, does not care for pods of that priority, or is busy with others.",
    seenIn:
      "The ConfigMap kube-system/cluster-autoscaler-status, its annotation cluster-autoscaler.kubernetes.io/last-updated; no TriggeredScaleUp and no NotTriggerScaleUp on the pod.",
    repair: "Look at the autoscaler's pods and log.",
    notToConfuseWith: "scheduling/ca-not-triggered: there it has said no.",
    catalogue: ["ca-silent"],
  },
});
