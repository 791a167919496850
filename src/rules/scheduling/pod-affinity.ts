import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

function lookForThem({ lacks }: Obstruction, { pod }: PodInput): readonly Fix[] {
  const [lack] = lacks;
  const isPlain = lack?.of === "affinity" && /^[^\s=,]+=[^\s,]*(?:, [^\s=,]+=[^\s,]*)*$/.test(lack.selector);
  return [
    look(
      text`See whether the pods it wants to be near run, and where.`,
      kubectl(
        "reads",
        pod.metadata.namespace,
        "get",
        "pods",
        "-o",
        "wide",
        ...(isPlain && lack?.of === "affinity" ? ["-l", lack.selector.replaceAll(", ", ",")] : []),
      ),
    ),
  ];
}

/** The pod wants to be near pods that are not there. */
export default refusalRule({
  id: "scheduling/pod-affinity",
  title: "The pod wants to be near pods that are nowhere it may go",
  obstacles: ["pod-affinity"],
  headline: ({ lacks }) => {
    const [lack] = lacks;
    return lack?.of === "affinity"
      ? text`The pod must be placed beside pods with ${value(lack.selector)} (pod affinity by ${name(lack.key)}), and no usable node has such a pod.`
      : text`The pod must be placed beside certain other pods (required pod affinity), and no usable node has them.`;
  },
  why: () =>
    text`Required pod affinity counts running pods in the allowed namespaces (the pod's own unless the term names others) that match the selector, and nodes that have the topology label.`,
  evidence: (_, { pod }) => {
    const path = "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    const has = (
      pod.spec.affinity as { podAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: unknown } } | undefined
    )?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    return has ? [seen(pod, path, "affinity")] : [];
  },
  fixes: lookForThem,
  beside: lookForThem,
  doc: {
    means: "The pod has required pod affinity, and no running pod matches it in a place that the pod may use.",
    seenIn: "`node(s) didn't match pod affinity rules` (kube-scheduler, all versions).",
    repair: "Correct labels, namespaces or topologyKey of the term, start the other pods, or only prefer.",
    notToConfuseWith: "scheduling/pod-anti-affinity.",
    catalogue: ["sched-pod-affinity"],
  },
});
