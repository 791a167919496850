import { isEmptySelector, type LabelSelector, matchesSelector } from "../../objects/label-selector.ts";
import type { Pod } from "../../objects/pod.ts";
import { untolerated } from "../../objects/toleration.ts";
import { spreadConstraints, type TopologySpreadConstraint, tolerationsOf, withLabelKeys } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";
import { type ClusterView, type NodeInfo, variantOf } from "../node-info.ts";
import { matchesNode } from "./node-affinity.ts";

/** Nodes that count in a topology domain, and matching pods on them. */
interface Domain {
  readonly nodes: number;
  readonly pods: number;
}
type Domains = ReadonlyMap<string, Domain>;

/** Topology spread with DoNotSchedule (kube-scheduler v1.36 plugins/podtopologyspread/filtering.go). */
export const podTopologySpread: Filter = {
  name: "PodTopologySpread",
  prepare(pod, view) {
    const constraints = spreadConstraints(pod);
    const counted = constraints.map((constraint) => {
      const domains = count(constraint, constraints, pod, view);
      return { constraint, domains, least: leastOf(domains, constraint), isSelfMatching: isOwn(constraint, pod) };
    });
    return (node) => {
      for (const { constraint, domains, least, isSelfMatching } of counted) {
        const { topologyKey: key, maxSkew } = constraint;
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
        const skew = (domains.get(value)?.pods ?? 0) + (isSelfMatching ? 1 : 0) - least;
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

const selectorOf = ({ labelSelector, matchLabelKeys }: TopologySpreadConstraint, pod: Pod) =>
  withLabelKeys(labelSelector, matchLabelKeys, pod);

const isOwn = (constraint: TopologySpreadConstraint, pod: Pod) =>
  matchesSelector(selectorOf(constraint, pod), pod.metadata.labels);

/**
 * The matching pods of the emptiest domain. Without enough domains it is taken to be empty. With none at all upstream's
 * minimum is the largest integer, so that no skew is too large.
 */
function leastOf(domains: Domains, { minDomains = 1 }: TopologySpreadConstraint): number {
  if (domains.size < minDomains) return 0;
  let least = Number.MAX_SAFE_INTEGER;
  for (const { pods } of domains.values()) least = Math.min(least, pods);
  return least;
}

/** The domains of a constraint that count. */
function count(
  constraint: TopologySpreadConstraint,
  all: readonly TopologySpreadConstraint[],
  pod: Pod,
  view: ClusterView,
): Domains {
  const selector = selectorOf(constraint, pod);
  const add = (domains: Map<string, Domain>, node: NodeInfo, sign: 1 | -1) => {
    // A node counts only if it has the labels of all constraints, and passes the constraint's policies.
    if (!all.every(({ topologyKey }) => node.labels[topologyKey] !== undefined) || !isIncluded(constraint, pod, node))
      return;
    const value = node.labels[constraint.topologyKey] ?? "";
    const { nodes, pods } = domains.get(value) ?? { nodes: 0, pods: 0 };
    if (nodes + sign === 0) domains.delete(value);
    else
      domains.set(value, {
        nodes: nodes + sign,
        pods: pods + sign * matching(node, constraint, selector, pod.metadata.namespace),
      });
  };
  const variant = variantOf(view);
  const whole = variant?.of ?? view;
  const known = domainsIn.get(pod) ?? new WeakMap<ClusterView, Map<TopologySpreadConstraint, Domains>>();
  domainsIn.set(pod, known);
  const ofWhole = known.get(whole) ?? new Map<TopologySpreadConstraint, Domains>();
  known.set(whole, ofWhole);
  let domains = ofWhole.get(constraint);
  if (!domains) {
    const made = new Map<string, Domain>();
    for (const node of whole.nodes) add(made, node, 1);
    ofWhole.set(constraint, made);
    domains = made;
  }
  if (!variant) return domains;
  const changed = new Map(domains);
  // The new one first: a domain that both are in stays.
  add(changed, variant.after, 1);
  if (variant.before) add(changed, variant.before, -1);
  return changed;
}

const domainsIn = new WeakMap<Pod, WeakMap<ClusterView, Map<TopologySpreadConstraint, Domains>>>();

function isIncluded(
  { nodeAffinityPolicy = "Honor", nodeTaintsPolicy = "Ignore" }: TopologySpreadConstraint,
  pod: Pod,
  node: NodeInfo,
): boolean {
  if (nodeAffinityPolicy === "Honor" && !matchesNode(pod, node)) return false;
  return nodeTaintsPolicy !== "Honor" || untolerated(node.node.spec?.taints, tolerationsOf(pod)).length === 0;
}

/** How many pods of a node match. */
function matching(
  node: NodeInfo,
  constraint: TopologySpreadConstraint,
  selector: LabelSelector | undefined,
  namespace: string | undefined,
): number {
  // An empty selector counts nothing here (common.go countPodsMatchSelector).
  if (!selector || isEmptySelector(selector)) return 0;
  const known = matchingOn.get(constraint) ?? new WeakMap<NodeInfo, number>();
  matchingOn.set(constraint, known);
  const here =
    known.get(node) ??
    node.pods.filter(
      ({ metadata }) =>
        metadata.namespace === namespace && !metadata.deletionTimestamp && matchesSelector(selector, metadata.labels),
    ).length;
  known.set(node, here);
  return here;
}

/** By a pod's own constraint: a node is asked for each change of the pod that is tried. */
const matchingOn = new WeakMap<TopologySpreadConstraint, WeakMap<NodeInfo, number>>();
