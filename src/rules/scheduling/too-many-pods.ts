import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

const lessPods = ({ nearest }: Obstruction): readonly Fix[] => [
  adminTask(
    text`Remove pods that are not needed, add nodes, or raise the limit on the nodes (kubelet maxPods; with some network plugins the number of addresses decides).`,
    kubectl(
      "reads",
      undefined,
      "get",
      "pods",
      "-A",
      "-o",
      "wide",
      ...(nearest[0] ? [`--field-selector=spec.nodeName=${nearest[0].node.name}`] : []),
    ),
  ),
];

/** The nodes run as many pods as they may. */
export default refusalRule({
  id: "scheduling/too-many-pods",
  title: "The nodes run as many pods as they may",
  obstacles: ["pods"],
  headline: ({ lacks, nearest, refusals }) => {
    const [lack] = lacks;
    const node = nearest[0]?.node;
    if (node && lack?.of === "resource")
      return text`Node ${name(node.name)} runs its maximum of ${Number(lack.allocatable)} pods already, so there is no room for one more.`;
    const [refusal] = refusals;
    return text`${refusal?.count ?? 0} ${refusal?.count === 1 ? "node runs its" : "nodes run their"} maximum number of pods already (too many pods).`;
  },
  why: () =>
    text`The kubelet's maxPods, or the addresses that the network plugin has, limit the number of pods on a node (status.allocatable.pods), however small they are.`,
  fixes: lessPods,
  beside: lessPods,
  doc: {
    means: "Each node takes a limited number of pods, and those that this pod may use are at their limit.",
    seenIn: "PodScheduled False, Unschedulable, `Too many pods` (kube-scheduler, all versions).",
    repair: "More nodes, fewer pods, or a higher maxPods where the network plugin allows it.",
    notToConfuseWith: "A quota on pods, which keeps the pod from being made.",
    catalogue: ["sched-too-many-pods"],
  },
});
