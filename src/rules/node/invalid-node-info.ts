import { text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because the kubelet could not decide. */
export default verdictRule<{ message: string }>({
  id: "node/invalid-node-info",
  title: "Refused, because the kubelet could not decide",
  needs: ["Node"],
  read: byReason("InvalidNodeInfo", "UnknownReason", "UnexpectedPredicateFailureType"),
  headline: (_more, input) => text`Refused: the kubelet of node ${nodeName(input)} could not check the pod.`,
  why: ({ message }) =>
    text`The kubelet says ${value(message)}. It had lost the API server, or met a case that should not occur.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The kubelet could not read its own node object, or got a result that it does not know.",
    seenIn: "Phase Failed, reason InvalidNodeInfo, UnknownReason or UnexpectedPredicateFailureType.",
    repair: "Make the pod anew; look at the connection between kubelet and API server.",

    catalogue: ["admit-invalid-node-info"],
  },
});
