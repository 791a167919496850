import { list, name, text, value } from "../../text/text.ts";
import { type Eviction, parseEviction } from "./eviction.ts";
import { verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

type NodeConditions = Extract<Eviction, { kind: "node-condition" }>;

/** Refused on arrival: the node was under pressure. */
export default verdictRule<NodeConditions>({
  id: "node/node-pressure",
  title: "Refused, because the node was under pressure",
  needs: ["Node"],
  read: ({ reason, message }) => {
    const eviction = reason === "Evicted" ? parseEviction(message) : undefined;
    return eviction?.kind === "node-condition" ? eviction : undefined;
  },
  headline: ({ conditions }, input) =>
    text`Refused (Evicted): node ${nodeName(input)} was under ${list(conditions.map(name))} when the pod arrived.`,
  why: ({ conditions }) =>
    conditions.length === 1 && conditions[0] === "MemoryPressure"
      ? text`Under memory pressure the kubelet refuses pods that request nothing (QoS class ${value("BestEffort")}).`
      : text`A node under pressure starts no further pods, except critical ones. The scheduler had placed the pod before the node's taint told it so.`,
  fixes: (_more, input) => [
    seeNode(input, text`Whether the pressure lasts, and what uses so much.`),
    ...leftover(input),
  ],
  doc: {
    means:
      "The pod came to a node that was short of disk, memory or process ids, and the node refused it at once. No container ran.",
    seenIn: "Phase Failed, reason Evicted, `The node had condition: [DiskPressure].` (kubelet, all versions).",
    repair: "Free disk or memory on the node. The owner makes a new pod meanwhile, and the node's taint keeps it away.",
    notToConfuseWith: "node/evicted-node-pressure: the pod had been running.",
    catalogue: ["admit-node-pressure"],
  },
});
