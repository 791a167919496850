import { spreadConstraints } from "../../scheduler/affinity-terms.ts";
import { name, text, value } from "../../text/text.ts";
import { type Fix, seen } from "../finding.ts";
import { refusalRule } from "./refusal-rule.ts";

const roomFix: Fix = {
  title: text`Or make room in the emptiest domain: free capacity, uncordon or add a node there.`,
  commands: [],
  applies: "maybe",
  by: "cluster-admin",
};

/** Another pod in any usable place would make the spread too uneven. */
export default refusalRule({
  id: "scheduling/topology-spread",
  title: "One more pod anywhere usable would make the spread too uneven",
  obstacles: ["spread"],
  headline: ({ lacks }, { pod }) => {
    const [lack] = lacks;
    const keys = [...new Set(spreadConstraints(pod).map(({ topologyKey }) => topologyKey))].join(", ");
    return lack?.of === "spread"
      ? text`The topology spread by ${name(lack.key)} allows a difference of ${lack.maxSkew}; in ${value(lack.value)} the pod would make it ${lack.skew}, and the emptier places are closed to it.`
      : text`The topology spread constraint${keys && text` by ${name(keys)}`} leaves no usable node: the emptier places are closed to the pod.`;
  },
  why: () =>
    text`maxSkew with DoNotSchedule compares the number of matching pods in each domain with the emptiest one. Domains count even where their nodes are full, tainted or cordoned, unless nodeTaintsPolicy is Honor.`,
  evidence: (_, { pod }) =>
    pod.spec.topologySpreadConstraints ? [seen(pod, "spec.topologySpreadConstraints", "spread")] : [],
  fixes: () => [roomFix],
  beside: () => [roomFix],
  doc: {
    means:
      "The pod may only go where the difference to the emptiest domain stays within maxSkew, and all such nodes refuse it for other reasons.",
    seenIn: "`node(s) didn't match pod topology spread constraints` (kube-scheduler, all versions).",
    repair:
      "Capacity in the emptiest domain, ScheduleAnyway, nodeTaintsPolicy Honor, or matchLabelKeys pod-template-hash for updates.",
    notToConfuseWith: "scheduling/topology-spread-label: nodes lack the label.",
    catalogue: ["sched-topology-spread"],
  },
});
