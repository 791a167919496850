import { path, text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because a host port was taken. */
export default verdictRule<{ message: string }>({
  id: "node/node-ports",
  title: "Refused, because a host port was taken",
  needs: ["Node"],
  read: byReason("NodePorts"),
  headline: (_more, input) => text`Refused (NodePorts): a host port of the pod is taken on node ${nodeName(input)}.`,
  why: () =>
    text`Two pods cannot have the same ${path("hostPort")} on one node. The scheduler knows that; it was passed over, or another pod was faster.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "A hostPort of the pod is used by another pod on the same node.",
    seenIn:
      "Phase Failed, reason NodePorts, `Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports`.",
    repair: "Free the port, take another one, or do without hostPort.",
    notToConfuseWith: "scheduling/host-port: the scheduler finds no node with the port free.",
    catalogue: ["admit-node-ports"],
  },
});
