import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { disruptionRule } from "./disruption.ts";
import { nodeName } from "./words.ts";

/** Deleted to make room for a pod of higher priority. */
export default disruptionRule({
  id: "node/preempted-by-scheduler",
  title: "Deleted to make room for a pod of higher priority",
  reason: "PreemptionByScheduler",
  isTold: ({ events }) => {
    const event = events.findLast(({ reason }) => reason === "Preempted");
    return event && seen(event, "message", "scheduler");
  },
  headline: (input) => text`It is being deleted to make room on node ${nodeName(input)} for a pod of higher priority.`,
  why: ({ pod }) =>
    text`The scheduler found no node for a more important pod and took this one's place. Its own priority is ${value(String((pod.spec as { priority?: number }).priority ?? 0))}${pod.spec.priorityClassName && ` (${pod.spec.priorityClassName})`}.`,
  fixes: () => [
    {
      title: text`The priorities that there are.`,
      commands: [kubectl("reads", undefined, "get", "priorityclasses")],
      applies: "as-is",
      by: "workload-owner",
    },
    {
      title: text`Add room to the cluster, or give this workload a higher priority class.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  doc: {
    means: "A pod of higher priority had no node. The scheduler deletes pods of lower priority to make room for it.",
    seenIn:
      "Condition DisruptionTarget, reason PreemptionByScheduler; event Preempted `Preempted by pod UID on node N` (1.29 and later; `by a pod` before).",
    repair: "More room, or a higher priority.",
    notToConfuseWith: "node/preempted-by-kubelet: that pod stays as Failed, reason Preempting.",
    catalogue: ["preempted-by-scheduler"],
  },
});
