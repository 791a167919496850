import { isEmptySelector, type LabelSelector, matchesSelector } from "../../objects/label-selector.ts";
import type { Pod } from "../../objects/pod.ts";
import { untolerated } from "../../objects/toleration.ts";
import { spreadConstraints, type TopologySpreadConstraint, tolerationsOf, withLabelKeys } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";
import type { ClusterView, NodeInfo } from "../node-info.ts";
import { matchesNode } from "./node-affinity.ts";

/** A constraint with the number of matching pods in each domain that counts. */
interface Counted {
  readonly constraint: TopologySpreadConstraint;
  readonly counts: ReadonlyMap<string, number>;
  readonly isSelfMatching: boolean;
}

/** Topology spread with DoNotSchedule (kube-scheduler v1.36 plugins/podtopologyspread/filtering.go). */
export const podTopologySpread: Filter = {
  name: "PodTopologySpread",
  prepare(pod, view) {
    const constraints = spreadConstraints(pod);
    const counted = constraints.map((constraint) => count(constraint, constraints, pod, view));
    return (node) => {
      for (const { constraint, counts, isSelfMatching } of counted) {
        const { topologyKey: key, maxSkew, minDomains = 1 } = constraint;
        const value = node.labels[key];
        if (value === undefined) {
          return [
            {
              plugin: "PodTopologySpread",
              reason: "node(s) didn't match pod topology spread constraints (missing required label)",
              isUnresolvable: true,
              lack: { of: "topology-label", key },
            },
          ];
        }
        // Without enough domains the emptiest is taken to be empty. With none at all upstream's minimum is the largest
        // integer, so that no skew is too large.
        const least =
          counts.size < minDomains ? 0 : counts.size === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...counts.values());
        const skew = (counts.get(value) ?? 0) + (isSelfMatching ? 1 : 0) - least;
        if (skew > maxSkew) {
          return [
            {
              plugin: "PodTopologySpread",
              reason: "node(s) didn't match pod topology spread constraints",
              isUnresolvable: false,
              lack: { of: "spread", key, value, skew, maxSkew },
            },
          ];
        }
      }
      return [];
    };
  },
};

function count(
  constraint: TopologySpreadConstraint,
  all: readonly TopologySpreadConstraint[],
  pod: Pod,
  { nodes }: ClusterView,
): Counted {
  const selector = withLabelKeys(constraint.labelSelector, constraint.matchLabelKeys, pod);
  const counts = new Map<string, number>();
  const known = matchingOn.get(constraint) ?? new WeakMap<NodeInfo, number>();
  matchingOn.set(constraint, known);
  for (const node of nodes) {
    // A node counts only if it has the labels of all constraints, and passes the constraint's policies.
    if (!all.every(({ topologyKey }) => node.labels[topologyKey] !== undefined) || !isIncluded(constraint, pod, node))
      continue;
    const value = node.labels[constraint.topologyKey] ?? "";
    const here = known.get(node) ?? matching(node, selector, pod.metadata.namespace);
    known.set(node, here);
    counts.set(value, (counts.get(value) ?? 0) + here);
  }
  return { constraint, counts, isSelfMatching: matchesSelector(selector, pod.metadata.labels) };
}

/** By a pod's own constraint: a node is asked for each change that is tried, and nearly all stay as they are. */
const matchingOn = new WeakMap<TopologySpreadConstraint, WeakMap<NodeInfo, number>>();

function isIncluded(
  { nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" }: TopologySpreadConstraint,
  pod: Pod,
  node: NodeInfo,
): boolean {
  if (nodeAffinityPolicy === "Honor" && !matchesNode(pod, node)) return false;
  return nodeTaintsPolicy !== "Honor" || untolerated(node.node.spec?.taints, tolerationsOf(pod)).length === 0;
}

function matching({ pods }: NodeInfo, selector: LabelSelector | undefined, namespace: string | undefined): number {
  // An empty selector counts nothing here (common.go countPodsMatchSelector).
  if (!selector || isEmptySelector(selector)) return 0;
  return pods.filter(
    ({ metadata }) =>
      metadata.namespace === namespace && !metadata.deletionTimestamp && matchesSelector(selector, metadata.labels),
  ).length;
}
