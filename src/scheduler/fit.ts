import type { Pod } from "../objects/pod.ts";
import { compare } from "../snapshot/lookup.ts";
import type { Filter, Rejection } from "./filter.ts";
import { dynamicResources } from "./filters/dynamic-resources.ts";
import { interPodAffinity } from "./filters/inter-pod-affinity.ts";
import { nodeAffinity, nodesByName } from "./filters/node-affinity.ts";
import { nodeDeclaredFeatures } from "./filters/node-declared-features.ts";
import { nodeName } from "./filters/node-name.ts";
import { nodePorts } from "./filters/node-ports.ts";
import { nodeResourcesFit } from "./filters/node-resources-fit.ts";
import { nodeUnschedulable } from "./filters/node-unschedulable.ts";
import { podTopologySpread } from "./filters/pod-topology-spread.ts";
import { taintToleration } from "./filters/taint-toleration.ts";
import { volumeBinding } from "./filters/volume-binding.ts";
import type { ClusterView, NodeInfo } from "./node-info.ts";

/** In upstream order (kube-scheduler v1.36 apis/config/v1/default_plugins.go): the first to reject is what the scheduler tells. */
export const FILTERS: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeBinding,
  podTopologySpread,
  interPodAffinity,
  nodeDeclaredFeatures,
  dynamicResources,
];

/** What one node says to a pod. */
export interface NodeFit {
  readonly node: NodeInfo;
  /** All of them; empty where the node takes the pod. */
  readonly rejections: readonly Rejection[];
  /** Those of the first filter that rejects: what the scheduler sees. */
  readonly first: readonly Rejection[];
}

/** What the nodes say to a pod, in the order of their names. */
export interface Fit {
  readonly nodes: readonly NodeFit[];
  /** Names of nodes that take it. */
  readonly accepts: readonly string[];
}

/** What PreFilter says of the nodes that a pod with `metadata.name` in all its affinity terms does not name: a DaemonSet's. */
const notNamed = (names: ReadonlySet<string>): Rejection => ({
  plugin: "NodeAffinity",
  reason: NOT_NAMED,
  isUnresolvable: true,
  lack: { of: "labels", requirements: [...names].map((name) => `metadata.name=${name}`) },
});
const NOT_NAMED = "node(s) didn't satisfy plugin(s) [NodeAffinity]";

/** Whether the scheduler did not even look at the node, as the pod is made for another one. */
export const isForAnother = ({ first }: NodeFit): boolean => first[0]?.reason === NOT_NAMED;

/** Runs every filter on every node. */
export function fitPod(pod: Pod, view: ClusterView, filters: readonly Filter[] = FILTERS): Fit {
  const prepared = filters.map((filter) => filter.prepare(pod, view));
  const named = filters.includes(nodeAffinity) ? nodesByName(pod) : undefined;
  const nodes = view.nodes
    .map((node): NodeFit => {
      const byFilter = prepared.map((check) => check(node));
      const first = byFilter.find((one) => one.length > 0) ?? [];
      return { node, rejections: byFilter.flat(), first: named && !named.has(node.name) ? [notNamed(named)] : first };
    })
    .sort((a, b) => compare(a.node.name, b.node.name));
  return { nodes, accepts: nodes.filter(({ rejections }) => rejections.length === 0).map(({ node }) => node.name) };
}

/** The scheduler's sentence, made of our own rejections (framework/types.go FitError.Error). */
export function rebuiltMessage({ nodes }: Fit): string {
  const counts = new Map<string, number>();
  for (const { first } of nodes) {
    // A filter gives each of its reasons once per node.
    for (const reason of new Set(first.map(({ reason: words }) => words)))
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  // Sorted as text, so that "10 …" stands before "2 …".
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort(compare);
  return `0/${nodes.length} nodes are available${parts.length ? `: ${parts.join(", ")}` : ""}.`;
}
