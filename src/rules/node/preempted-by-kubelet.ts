import { text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Ended to make room for a critical pod. */
export default verdictRule<{ message: string }>({
  id: "node/preempted-by-kubelet",
  title: "Ended to make room for a critical pod",
  needs: ["Node"],
  read: byReason("Preempting"),
  headline: (_more, input) => text`Ended by node ${nodeName(input)} to make room for a critical pod.`,
  why: () =>
    text`A pod of a critical priority class came to the node and had no room; the kubelet ended pods of lower priority.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The kubelet ended the pod so that a critical one (kube-proxy, say) fits on the node.",
    seenIn: "Phase Failed, reason Preempting, `Preempted in order to admit critical pod`.",
    repair: "Add room. The owner makes another pod.",
    notToConfuseWith: "node/preempted-by-scheduler: that pod is deleted.",
    catalogue: ["preempted-by-kubelet"],
  },
});
