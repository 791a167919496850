import { matchesRequirement, requirementText } from "../../objects/label-selector.ts";
import type { Pod } from "../../objects/pod.ts";
import { type NodeSelectorTerm, nodeAffinityTerms } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";

/** nodeSelector and required node affinity (kube-scheduler v1.36 plugins/nodeaffinity; component-helpers nodeaffinity). */
export const nodeAffinity: Filter = {
  name: "NodeAffinity",
  rejectPod: (pod) =>
    namedByTerms(pod)?.size === 0
      ? [
          {
            plugin: "NodeAffinity",
            reason: "pod affinity terms conflict",
            isUnresolvable: true,
            lack: { of: "labels", requirements: ["another metadata.name in one term"] },
          },
        ]
      : [],
  prepare: (pod) => (node) => {
    const requirements = unmetRequirements(pod, node);
    return requirements.length === 0
      ? []
      : [
          {
            plugin: "NodeAffinity",
            reason: "node(s) didn't match Pod's node affinity/selector",
            isUnresolvable: true,
            lack: { of: "labels", requirements },
          },
        ];
  },
};

/** Whether a node has what the pod's selector and affinity ask for. */
export const matchesNode = (pod: Pod, node: NodeInfo): boolean => unmetRequirements(pod, node).length === 0;

/** What a node lacks of the selector, and of the affinity term it comes nearest to; empty where it fits. */
function unmetRequirements(pod: Pod, node: NodeInfo): readonly string[] {
  const selector = Object.entries(pod.spec.nodeSelector ?? {})
    .filter(([key, value]) => node.labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
  const terms = nodeAffinityTerms(pod);
  if (!terms) return selector;
  const unmet = terms.map((term) => unmetOfTerm(term, node)).sort((a, b) => a.length - b.length);
  const [nearest = ["no affinity term at all"]] = unmet;
  return [...selector, ...nearest];
}

function unmetOfTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: NodeInfo): readonly string[] {
  // A term without requirements matches nothing.
  if (matchExpressions.length + matchFields.length === 0) return ["an affinity term without requirements"];
  return [
    ...matchExpressions.filter((requirement) => !matchesRequirement(requirement, node.labels)),
    ...matchFields.filter((requirement) => !matchesRequirement(requirement, { "metadata.name": node.name })),
  ].map(requirementText);
}

/** The nodes that a pod names in `matchFields` of all its terms: only these are looked at (node_affinity.go PreFilter). */
export function nodesByName(pod: Pod): ReadonlySet<string> | undefined {
  const names = namedByTerms(pod);
  return names && names.size > 0 ? names : undefined;
}

/** Empty where each term contradicts itself; undefined where some term names no node. */
function namedByTerms(pod: Pod): ReadonlySet<string> | undefined {
  const terms = nodeAffinityTerms(pod) ?? [];
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const lists = matchFields.flatMap(({ key, operator, values = [] }) =>
      key === "metadata.name" && operator === "In" ? [values] : [],
    );
    const [first, ...others] = lists;
    if (!first) return undefined;
    for (const name of first) if (others.every((list) => list.includes(name))) names.add(name);
  }
  return names;
}
