import { kubectl } from "../../text/command.ts";
import { count, list, name, text } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { lookAtNodes } from "./resources.ts";

/** The nodes are cordoned. */
export default refusalRule({
  id: "scheduling/node-unschedulable",
  title: "The nodes are cordoned",
  obstacles: ["unschedulable"],
  headline: ({ nearest, refusals }) =>
    nearest.length > 0
      ? text`${nearest.length === 1 ? "Node" : "Nodes"} ${list(nearest.map(({ node }) => name(node.name)))} would take the pod, but ${nearest.length === 1 ? "is" : "are"} cordoned (spec.unschedulable).`
      : text`${count(refusals[0]?.count ?? 0, "node")} ${refusals[0]?.count === 1 ? "is" : "are"} cordoned: unschedulable by somebody's wish.`,
  why: () =>
    text`Somebody, or an upgrade, has cordoned or drained the node; no new pod goes there until it is uncordoned.`,
  fixes: ({ nearest }) => {
    const node = nearest[0]?.node;
    return node
      ? [
          {
            title: text`If the maintenance is over, open node ${name(node.name)} again.`,
            commands: [kubectl("changes", undefined, "uncordon", node.name)],
            applies: "maybe",
            by: "cluster-admin",
          },
        ]
      : [lookAtNodes(text`See which nodes are SchedulingDisabled.`)];
  },
  doc: {
    means: "The node is marked so that no new pods go there: kubectl cordon or drain, or an upgrade that is under way.",
    seenIn: "`node(s) were unschedulable` (kube-scheduler, all versions); spec.unschedulable of the node.",
    repair: "kubectl uncordon, when the maintenance is over.",
    notToConfuseWith: "A taint with another key.",
    catalogue: ["sched-node-unschedulable"],
  },
});
