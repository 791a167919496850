import { list, name, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { disruptionRule } from "./disruption.ts";
import { toleratedSeconds } from "./health.ts";
import { nodeName, seeNode } from "./words.ts";

/** Deleted because of a NoExecute taint of its node. */
export default disruptionRule({
  id: "node/evicted-taint",
  title: "Deleted because of a NoExecute taint of its node",
  reason: "DeletionByTaintManager",
  isTold: ({ events }) => {
    const event = events.findLast(({ reason }) => reason === "TaintManagerEviction");
    return event && /^Marking for deletion/.test(event.message ?? "")
      ? seen(event, "message", "taint manager")
      : undefined;
  },
  headline: (input) => {
    const taints = taintsOf(input);
    return text`It is being deleted because of ${taints.length > 0 ? text`the taint ${list(taints.map(value))}` : "a NoExecute taint"} of node ${nodeName(input)}.`;
  },
  why: (input) =>
    taintsOf(input).some((taint) => /^node\.kubernetes\.io\/(?:not-ready|unreachable)/.test(taint))
      ? text`The node failed, and the pod tolerates that for a limited time (300 s where nothing else is set).`
      : text`A taint with effect NoExecute drives out pods that do not tolerate it. Somebody, or some program, put it on the node.`,
  notes: ({ owners }): readonly Text[] =>
    owners[0]?.ref.kind === "StatefulSet"
      ? [text`StatefulSet ${name(owners[0].ref.name)} makes its successor only when this pod is gone for certain.`]
      : [],
  fixes: (input) => [seeNode(input, text`The node's taints and conditions.`)],
  doc: {
    means:
      "The node carries a NoExecute taint that the pod does not tolerate, or no longer does. The taint manager deletes the pod.",
    seenIn:
      "Condition DisruptionTarget, reason DeletionByTaintManager; event TaintManagerEviction `Marking for deletion Pod X`.",
    repair: "Repair the node, remove the taint, or tolerate it.",
    notToConfuseWith: "An eviction by the kubelet: that leaves the pod behind as Failed, reason Evicted.",
    catalogue: ["evicted-taint"],
  },
});

function taintsOf(input: PodInput): readonly string[] {
  const taints = input.node?.state === "found" ? (input.node.object.spec?.taints ?? []) : [];
  return taints
    .filter((taint) => taint.effect === "NoExecute" && toleratedSeconds(input, taint) !== undefined)
    .map(({ key, value: its }) => (its ? `${key}=${its}` : key));
}
