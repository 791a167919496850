import { text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because the resources lie on several NUMA nodes. */
export default verdictRule<{ message: string }>({
  id: "node/topology",
  title: "Refused, because the resources lie on several NUMA nodes",
  needs: ["Node"],
  read: byReason("TopologyAffinityError"),
  headline: (_more, input) =>
    text`Refused (TopologyAffinityError): no NUMA node of ${nodeName(input)} has all that the pod asks for.`,
  why: () =>
    text`The topology manager of this node wants CPUs, memory and devices from one NUMA node (policy restricted or single-numa-node). The scheduler does not know NUMA nodes, so the next pod may come to the same end.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The node's topology manager refuses pods whose resources it cannot take from one NUMA node.",
    seenIn:
      "Phase Failed, reason TopologyAffinityError, `Resources cannot be allocated with Topology locality` or `Pod Scope Resources …`.",
    repair: "Request less, or use a scheduler that knows NUMA nodes.",

    catalogue: ["admit-topology"],
  },
});
