import { spreadConstraints } from "../../scheduler/affinity-terms.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { refusalRule } from "./refusal-rule.ts";

/** Nodes lack the label by which pods are to be spread. */
export default refusalRule({
  id: "scheduling/topology-spread-label",
  title: "Nodes lack the label by which the pods are spread",
  obstacles: ["spread-label"],
  headline: ({ lacks }, { pod }) => {
    const keys = lacks.flatMap((lack) => (lack.of === "topology-label" ? [lack.key] : []));
    const shown = keys.length > 0 ? keys : [...new Set(spreadConstraints(pod).map(({ topologyKey }) => topologyKey))];
    return text`The pod is spread by the node label ${list(shown.map(name))}, and no usable node has it.`;
  },
  why: () => text`A topology spread constraint with DoNotSchedule passes over nodes without its topologyKey.`,
  evidence: (_, { pod }) =>
    pod.spec.topologySpreadConstraints ? [seen(pod, "spec.topologySpreadConstraints", "spread")] : [],
  fixes: ({ lacks, nearest }) => {
    const [lack] = lacks;
    const node = nearest[0]?.node;
    if (lack?.of !== "topology-label" || !node)
      return [
        {
          title: text`See the nodes' labels.`,
          commands: [kubectl("reads", undefined, "get", "nodes", "--show-labels")],
          applies: "as-is",
          by: "cluster-admin",
        },
      ];
    return [
      {
        title: text`Label the nodes, or correct topologyKey.`,
        commands: [kubectl("changes", undefined, "label", "node", node.name, `${lack.key}=<value>`)],
        applies: "fill-in",
        by: "cluster-admin",
      },
    ];
  },
  doc: {
    means: "The constraint names a topologyKey that the nodes do not have as a label.",
    seenIn:
      "`node(s) didn't match pod topology spread constraints (missing required label)` (kube-scheduler, all versions).",
    repair: "Label the nodes, or correct the key.",
    notToConfuseWith: "scheduling/topology-spread: the label is there, the numbers do not fit.",
    catalogue: ["sched-topology-spread-label"],
  },
});
