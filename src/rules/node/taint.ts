import { path, text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because of a taint of the node. */
export default verdictRule<{ message: string }>({
  id: "node/taint",
  title: "Refused, because of a taint of the node",
  needs: ["Node"],
  read: byReason("TaintToleration"),
  headline: (_more, input) =>
    text`Refused (TaintToleration): node ${nodeName(input)} has a NoExecute taint that the pod does not tolerate.`,
  why: () =>
    text`The kubelet checks only ${value("NoExecute")} taints, when a pod arrives. The taint is newer than the decision of the scheduler, or ${path("spec.nodeName")} was set by hand.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The node carries a NoExecute taint, and the pod has no toleration for it.",
    seenIn:
      "Phase Failed, reason TaintToleration, `Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate`.",
    repair: "Remove the taint or tolerate it, and make the pod anew.",
    notToConfuseWith:
      "scheduling/untolerated-taint: no node is left, and the pod waits. node/evicted-taint: the pod ran and is deleted.",
    catalogue: ["admit-taint"],
  },
});
