import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

function lookAtRule({ lacks }: Obstruction, { pod }: PodInput): readonly Fix[] {
  const [lack] = lacks;
  const [space, other] = lack?.of === "anti-affinity" ? lack.with.split("/") : [];
  return [
    other && space
      ? look(
          text`See the rule of ${name(other)}, and change it in its workload.`,
          kubectl("reads", space, "get", "pod", other, "-o", "jsonpath={.spec.affinity.podAntiAffinity}"),
        )
      : look(
          text`See which pods have anti-affinity.`,
          kubectl("reads", pod.metadata.namespace, "get", "pods", "-o", "wide"),
        ),
  ];
}

/** Pods that run already do not want this one beside them. */
export default refusalRule({
  id: "scheduling/existing-anti-affinity",
  title: "Pods that run already keep this one away",
  obstacles: ["existing-anti-affinity"],
  headline: ({ lacks }) => {
    const others = lacks.flatMap((lack) => (lack.of === "anti-affinity" ? [lack.with] : []));
    return others.length > 0
      ? text`Pod ${list([...new Set(others)].map(name))} has anti-affinity against this pod, and no node without such a pod is left.`
      : text`Running pods have anti-affinity against this pod on every usable node.`;
  },
  why: () =>
    text`A running pod's required anti-affinity counts for newcomers too, although nothing in the new pod's own spec says so.`,
  fixes: lookAtRule,
  beside: lookAtRule,
  doc: {
    means: "A pod that runs on the node forbids pods like this one there.",
    seenIn: "`node(s) didn't satisfy existing pods anti-affinity rules` (kube-scheduler, all versions).",
    repair: "Change the rule of the workload that has it, or add nodes.",
    notToConfuseWith: "scheduling/pod-anti-affinity: the pod's own rule.",
    catalogue: ["sched-existing-anti-affinity"],
  },
});
