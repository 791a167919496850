import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";

/** What the nearest node lacks, `key=value` or words. */
const requirementsOf = ({ lacks }: Obstruction): readonly string[] =>
  lacks.flatMap((lack) => (lack.of === "labels" ? lack.requirements : []));

/** The pod's own wishes, for when the nodes are not known. */
function wishes({ pod }: PodInput): readonly string[] {
  const selector = Object.entries(pod.spec.nodeSelector ?? {}).map(([key, content]) => `${key}=${content}`);
  const hasAffinity = (pod.spec.affinity as { nodeAffinity?: unknown } | undefined)?.nodeAffinity !== undefined;
  return [...selector, ...(hasAffinity ? ["its required node affinity"] : [])];
}

/** A label of the nodes that a `key=value` may have meant. */
function nearMiss(
  requirement: string,
  { verdict }: Obstruction,
): { key: string; value: string; meant: string } | undefined {
  const [, key = "", wanted = ""] = /^([^=!\s]+)=(.*)$/.exec(requirement) ?? [];
  if (!key) return undefined;
  const labels = (verdict.fit?.nodes ?? []).flatMap(({ node }) => Object.entries(node.labels));
  const values = labels.flatMap(([one, content]) => (one === key ? [content] : []));
  const likeValue = nearest(wanted, values, 1)[0];
  if (likeValue !== undefined) return { key, value: likeValue, meant: `${key}=${likeValue}` };
  const likeKey =
    values.length === 0
      ? nearest(
          key,
          labels.flatMap(([one, content]) => (content === wanted ? [one] : [])),
          1,
        )[0]
      : undefined;
  return likeKey === undefined ? undefined : { key: likeKey, value: wanted, meant: `${likeKey}=${wanted}` };
}

/** No node has the labels that the pod asks for. */
export default refusalRule({
  id: "scheduling/node-affinity",
  title: "No node has the labels that the pod asks for",
  obstacles: ["node-affinity"],
  headline: (obstruction, input) => {
    const missing = requirementsOf(obstruction);
    const shown = missing.length > 0 ? missing : wishes(input);
    const miss = missing.map((one) => nearMiss(one, obstruction)).find((one) => one !== undefined);
    const outdated = /CheckServiceAffinity/.test(obstruction.verdict.message);
    if (outdated)
      return text`The scheduler's service affinity (CheckServiceAffinity) wants the pods of a service on nodes with the same labels, and no node fits.`;
    return text`No node ${obstruction.nearest.length > 0 && "that would take the pod "}has the label ${list(shown.map(value))} that the pod asks for${miss && text`; ${value(miss.meant)} exists`}.`;
  },
  why: (obstruction, { pod }) => {
    const has = Object.keys(pod.spec.nodeSelector ?? {}).length > 0;
    const nearestNode = obstruction.nearest[0]?.node;
    return text`${has ? "spec.nodeSelector" : "spec.affinity.nodeAffinity"} allows only nodes with such labels.${nearestNode && text` Node ${name(nearestNode.name)} comes nearest: only this is missing.`}`;
  },
  evidence: (_, { pod }): readonly Evidence[] => {
    const hasSelector = Object.keys(pod.spec.nodeSelector ?? {}).length > 0;
    const affinity = (
      pod.spec.affinity as { nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: unknown } } | undefined
    )?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    return [
      ...(hasSelector ? [seen(pod, "spec.nodeSelector", "nodeSelector")] : []),
      ...(affinity
        ? [seen(pod, "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution", "affinity")]
        : []),
    ];
  },
  fixes: (_, input) => [
    look(
      text`Compare the nodes' labels with ${list(wishes(input).map(value))}.`,
      kubectl("reads", undefined, "get", "nodes", "--show-labels"),
    ),
  ],
  doc: {
    means:
      "The pod's nodeSelector or required node affinity asks for labels that no usable node has: a slip in key or value, a node pool that is gone, or another architecture.",
    seenIn: "`node(s) didn't match Pod's node affinity/selector` (kube-scheduler, all versions).",
    repair: "Correct the selector, or label the node.",
    notToConfuseWith: "volume/pv-node-affinity-conflict: there the volume is tied to a place.",
    catalogue: ["sched-node-affinity"],
  },
});
