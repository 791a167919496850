import { hostPorts } from "../../scheduler/filters/node-ports.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";
import { surgeFix } from "./surge.ts";

function besideOf({ lacks }: Obstruction, input: PodInput): readonly Fix[] {
  const [lack] = lacks;
  const [space, other] = lack?.of === "port" ? lack.heldBy.split("/") : [];
  const all = [
    "get",
    "pods",
    "-A",
    "-o",
    "jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.containers[*].ports[*].hostPort}{'\\n'}{end}",
  ];
  return [
    space && other
      ? look(text`See who holds it.`, kubectl("reads", space, "get", "pod", other, "-o", "wide"))
      : look(text`See which pods use host ports.`, kubectl("reads", undefined, ...all)),
    ...surgeFix(input),
  ];
}

/** The host port is taken on every usable node. */
export default refusalRule({
  id: "scheduling/host-port",
  title: "The host port is taken on every usable node",
  obstacles: ["port"],
  headline: ({ lacks, nearest, refusals }, { pod }) => {
    const [lack] = lacks;
    const ports = [...new Set(hostPorts(pod).map(({ port }) => port))];
    const nodes = nearest.length || (refusals[0]?.count ?? 0);
    return lack?.of === "port"
      ? text`Host port ${lack.port}/${lack.protocol} is held by pod ${name(lack.heldBy)} on ${nearest[0] ? name(nearest[0].node.name) : "the node"}${nodes > 1 && text`, and taken on ${count(nodes - 1, "other node")} too`}.`
      : text`The host ${ports.length === 1 ? "port" : "ports"} ${list(ports.map(String).map(name))} ${ports.length === 1 ? "is" : "are"} taken on ${count(nodes, "node")}.`;
  },
  why: () =>
    text`A host port can be used once per node and protocol; with hostNetwork every declared container port is one.`,
  fixes: (obstruction, input) => [
    ...besideOf(obstruction, input),
    {
      title: text`Or do without hostPort (a Service of type NodePort or LoadBalancer), take another port, or add a node.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  beside: besideOf,
  doc: {
    means: "The pod asks for a port of the node itself, and on each node that it may use another pod has that port.",
    seenIn: "`node(s) didn't have free ports for the requested pod ports` (kube-scheduler, all versions).",
    repair: "Remove hostPort, use another one, add nodes, or set maxSurge 0 for updates.",
    notToConfuseWith: "container/address-in-use: two processes in one pod.",
    catalogue: ["sched-host-port"],
  },
});
