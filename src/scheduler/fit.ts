import { fullName } from "../objects/object.ts";
import { type Pod, priorityOf } from "../objects/pod.ts";
import { compare } from "../snapshot/lookup.ts";
import { type Filter, isRejection, type Rejection, type Undecided } from "./filter.ts";
import { dynamicResources } from "./filters/dynamic-resources.ts";
import { interPodAffinity } from "./filters/inter-pod-affinity.ts";
import { nodeAffinity, nodesByName } from "./filters/node-affinity.ts";
import { nodeDeclaredFeatures } from "./filters/node-declared-features.ts";
import { nodeName } from "./filters/node-name.ts";
import { nodePorts } from "./filters/node-ports.ts";
import { nodeResourcesFit } from "./filters/node-resources-fit.ts";
import { nodeUnschedulable } from "./filters/node-unschedulable.ts";
import { nodeVolumeLimits } from "./filters/node-volume-limits.ts";
import { podTopologySpread } from "./filters/pod-topology-spread.ts";
import { taintToleration } from "./filters/taint-toleration.ts";
import { volumeBinding } from "./filters/volume-binding.ts";
import { volumeRestrictions } from "./filters/volume-restrictions.ts";
import { volumeZone } from "./filters/volume-zone.ts";
import { wordsOf } from "./fit-message.ts";
import { type ClusterView, type NodeInfo, nodeInfo, withNode } from "./node-info.ts";

/** In upstream order (kube-scheduler v1.36 apis/config/v1/default_plugins.go): the first to reject is what the scheduler tells. */
export const FILTERS: readonly Filter[] = [
  nodeUnschedulable,
  nodeName,
  taintToleration,
  nodeAffinity,
  nodePorts,
  nodeResourcesFit,
  volumeRestrictions,
  nodeVolumeLimits,
  volumeBinding,
  volumeZone,
  podTopologySpread,
  interPodAffinity,
  nodeDeclaredFeatures,
  dynamicResources,
];

/** What one node says to a pod. */
export interface NodeFit {
  readonly node: NodeInfo;
  /** All of them. */
  readonly rejections: readonly Rejection[];
  /** Filters that could not tell. Without these and rejections the node takes the pod. */
  readonly undecided: readonly Undecided[];
  /** Those of the first filter that rejects: what the scheduler sees. */
  readonly first: readonly Rejection[];
  /** Pods that have no place yet but for which room is kept here; the rejections are those beside them. */
  readonly keptFor: readonly Pod[];
}

/** What the nodes say to a pod, in the order of their names. */
export interface Fit {
  /**
   * What keeps the pod from all nodes before any is looked at. The scheduler tells the first alone and runs no filter;
   * here the nodes are asked all the same, so that what comes next can be told.
   */
  readonly podRejections: readonly Rejection[];
  readonly nodes: readonly NodeFit[];
  /** Names of nodes that take it. */
  readonly accepts: readonly string[];
  /** Of the scheduler whose words are rebuilt: 36 for 1.36. */
  readonly schedulerMinor: number;
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

/** What the scheduler sees of a pod: pods of one template are the same to it. */
export function templateKey({ spec, metadata, status }: Pod): string {
  const volumes = (spec.volumes ?? []).filter((one) => !("configMap" in one || "secret" in one || "projected" in one));
  // The claims that are made for a pod are its own, and so is a place that is kept for it.
  const hasOwn =
    volumes.some((one) => "ephemeral" in one) ||
    (spec as { resourceClaims?: unknown }).resourceClaims !== undefined ||
    status?.nominatedNodeName !== undefined;
  return JSON.stringify([metadata.namespace, metadata.labels, hasOwn && metadata.name, { ...spec, volumes }]);
}

const fits = new WeakMap<ClusterView, Map<string, Fit>>();

/** `fitPod`, once for all pods of a template. */
export function fitTemplate(pod: Pod, view: ClusterView): Fit {
  const known = fits.get(view) ?? new Map<string, Fit>();
  fits.set(view, known);
  const key = templateKey(pod);
  const fit = known.get(key) ?? fitPod(pod, view);
  known.set(key, fit);
  return fit;
}

/** Runs every filter on every node. */
export function fitPod(pod: Pod, view: ClusterView, filters: readonly Filter[] = FILTERS): Fit {
  const podRejections = filters.flatMap((filter) => filter.rejectPod?.(pod, view) ?? []);
  const prepared = filters.map((filter) => filter.prepare(pod, view));
  const named = filters.includes(nodeAffinity) ? nodesByName(pod) : undefined;
  const nodes = view.nodes
    .map((node): NodeFit => {
      const kept = beside(pod, node, view);
      const crowded = kept ? filters.map((filter) => filter.prepare(pod, kept.view)(kept.node)) : [];
      const isKept = crowded.some((objections) => objections.some(isRejection));
      const objected = (isKept ? crowded : prepared.map((check) => check(node))).filter((one) => one.length > 0);
      const rejections = objected.flatMap((objections) => objections.filter(isRejection));
      const first = objected.find((objections) => objections.some(isRejection))?.filter(isRejection) ?? [];
      return {
        node,
        rejections,
        undecided: objected.flatMap((objections) => objections.flatMap((one) => (isRejection(one) ? [] : [one]))),
        first: named && !named.has(node.name) ? [notNamed(named)] : first,
        keptFor: (isKept && kept?.rivals) || [],
      };
    })
    .sort((a, b) => compare(a.node.name, b.node.name));
  const accepts = podRejections.length > 0 ? [] : nodes.filter(isOpen).map(({ node }) => node.name);
  return { podRejections, nodes, accepts, schedulerMinor: view.schedulerMinor };
}

/** The names of the nodes that take the pod, as in `Fit`: a node that one filter refuses is not shown to the others. */
export function acceptingNodes(pod: Pod, view: ClusterView): readonly string[] {
  if (FILTERS.some(({ rejectPod }) => (rejectPod?.(pod, view) ?? []).length > 0)) return [];
  const prepared = new Map<Filter, ReturnType<Filter["prepare"]>>();
  const check = (filter: Filter) => {
    const known = prepared.get(filter) ?? filter.prepare(pod, view);
    prepared.set(filter, known);
    return known;
  };
  return view.nodes
    .filter((node) => {
      if (FILTERS.some((filter) => check(filter)(node).length > 0)) return false;
      const kept = beside(pod, node, view);
      return !kept || !FILTERS.some((filter) => filter.prepare(pod, kept.view)(kept.node).some(isRejection));
    })
    .map(({ name }) => name)
    .sort(compare);
}

const isOpen = ({ rejections, undecided }: NodeFit) => rejections.length + undecided.length === 0;

/**
 * What the first filter that rejects the pod, or a node for it, says without asking the others; empty where the node takes
 * the pod.
 */
export function firstRejections(pod: Pod, node: NodeInfo, view: ClusterView): readonly Rejection[] {
  for (const { rejectPod } of FILTERS) {
    const rejections = rejectPod?.(pod, view) ?? [];
    if (rejections.length > 0) return rejections;
  }
  const kept = beside(pod, node, view);
  for (const round of kept ? [kept, { node, view }] : [{ node, view }]) {
    for (const filter of FILTERS) {
      const rejections = filter.prepare(pod, round.view)(round.node).filter(isRejection);
      if (rejections.length > 0) return rejections;
    }
  }
  return [];
}

/**
 * The node with the pods on it that it is kept for, where their priority is not lower: the pod must fit beside these, and
 * without them too (kube-scheduler v1.36 framework/runtime/framework.go RunFilterPluginsWithNominatedPods).
 */
function beside(pod: Pod, node: NodeInfo, view: ClusterView) {
  const rivals = node.nominated.filter(
    (one) => fullName(one.metadata) !== fullName(pod.metadata) && priorityOf(one) >= priorityOf(pod),
  );
  if (rivals.length === 0) return undefined;
  const crowded = nodeInfo(node.node, [...node.pods, ...rivals]);
  return { rivals, node: crowded, view: withNode(view, crowded) };
}

/** The scheduler's sentence, made of our own rejections, in the words of its version (framework/types.go FitError.Error). */
export function rebuiltMessage({ podRejections, nodes, schedulerMinor }: Fit): string {
  const head = `0/${nodes.length} nodes are available`;
  const [stop] = podRejections;
  if (stop) return `${head}: ${wordsOf(stop, schedulerMinor)}.`;
  const counts = new Map<string, number>();
  for (const { first } of nodes) {
    // A filter gives each of its reasons once per node; of the taints the first one was named.
    const [nearest] = first;
    const told = nearest?.plugin === "TaintToleration" ? [nearest] : first;
    for (const reason of new Set(told.map((one) => wordsOf(one, schedulerMinor))))
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  // Sorted as text, so that "10 …" stands before "2 …".
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort(compare);
  return `${head}${parts.length ? `: ${parts.join(", ")}` : ""}.`;
}
