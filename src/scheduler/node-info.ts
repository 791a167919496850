import type { Node } from "../objects/node.ts";
import { isTerminal, type Pod } from "../objects/pod.ts";
import { amountOf } from "../objects/quantity.ts";
import type { Lookup } from "../snapshot/lookup.ts";
import type { Objects } from "./objects.ts";
import { type Amounts, podRequests } from "./pod-requests.ts";

/** A node as the scheduler sees it: with the pods on it and what they asked for. */
export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Pods that count: bound here, and neither Succeeded nor Failed. Terminating ones count. */
  readonly pods: readonly Pod[];
  /** Pods without a node yet for which this one was chosen (status.nominatedNodeName), by preemption mostly. */
  readonly nominated: readonly Pod[];
  readonly allocatable: Amounts;
  readonly requested: Amounts;
}

/** All that the filters look at. */
export interface ClusterView {
  readonly nodes: readonly NodeInfo[];
  readonly snapshot: Objects;
  /** 36 for 1.36; the newest known where the server's version is not. */
  readonly schedulerMinor: number;
}

const NEWEST_MINOR = 36;

/** Puts the pods of a snapshot on its nodes, once per snapshot. */
export function clusterView(snapshot: Lookup): ClusterView {
  const known = views.get(snapshot);
  if (known) return known;
  const byNode = new Map<string, Pod[]>();
  const nominated = new Map<string, Pod[]>();
  for (const pod of snapshot.list("Pod").items) {
    if (isTerminal(pod)) continue;
    if (pod.spec.nodeName) push(byNode, pod.spec.nodeName, pod);
    else if (pod.status?.nominatedNodeName) push(nominated, pod.status.nominatedNodeName, pod);
  }
  const nodes = snapshot
    .list("Node")
    .items.map((node) => nodeInfo(node, byNode.get(node.metadata.name) ?? [], nominated.get(node.metadata.name)));
  // The scheduler is of the API server's version, or one older; nothing else tells.
  const minor = /^v?1\.(\d+)/.exec(snapshot.snapshot.serverVersion ?? "")?.[1];
  const view = { nodes, snapshot, schedulerMinor: minor === undefined ? NEWEST_MINOR : Number(minor) };
  views.set(snapshot, view);
  return view;
}

const views = new WeakMap<Lookup, ClusterView>();

function push(lists: Map<string, Pod[]>, key: string, pod: Pod): void {
  const list = lists.get(key);
  if (list) list.push(pod);
  else lists.set(key, [pod]);
}

/** The view with a node in place of its namesake, or added. */
export function withNode(view: ClusterView, node: NodeInfo): ClusterView {
  const others = view.nodes.filter(({ name }) => name !== node.name);
  return { ...view, nodes: [...others, node] };
}

/** A node with the pods on it, and those that it is kept for. */
export function nodeInfo(node: Node, pods: readonly Pod[], nominated: readonly Pod[] = []): NodeInfo {
  const requested = new Map<string, bigint>();
  for (const pod of pods) {
    for (const [resource, amount] of podRequests(pod))
      requested.set(resource, (requested.get(resource) ?? 0n) + amount);
  }
  const allocatable = new Map(
    Object.entries(node.status?.allocatable ?? {}).map(([resource, quantity]) => [
      resource,
      amountOf(resource, quantity),
    ]),
  );
  return {
    node,
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    pods,
    nominated,
    allocatable,
    requested,
  };
}
