import { matchesRequirement, requirementText } from "../../objects/label-selector.ts";
import type { Pod } from "../../objects/pod.ts";
import { type NodeSelectorTerm, nodeAffinityTerms } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";

/** nodeSelector and required node affinity (kube-scheduler v1.36 plugins/nodeaffinity; component-helpers nodeaffinity). */
export const nodeAffinity: Filter = {
  name: "NodeAffinity",
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
