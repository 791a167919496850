import { text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName } from "./words.ts";

/** Refused, because the pod names another node. */
export default verdictRule<{ message: string }>({
  id: "node/node-name",
  title: "Refused, because the pod names another node",
  needs: [],
  read: byReason("NodeName"),
  headline: (_more, input) => text`Refused (NodeName): the pod asks for another node than ${nodeName(input)}.`,
  why: () =>
    text`The kubelet of one node was given a pod that names another one. That takes a manifest written by hand.`,
  fixes: (_more, input) => [...leftover(input)],
  doc: {
    means: "The kubelet got a pod whose spec.nodeName is not its own name.",
    seenIn: "Phase Failed, reason NodeName, `Predicate NodeName failed: node(s) didn't match the requested node name`.",
    repair: "Remove nodeName and make the pod anew.",

    catalogue: ["admit-node-name"],
  },
});
