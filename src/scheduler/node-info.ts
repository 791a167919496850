import { groupBy } from "../objects/group-by.ts";
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
  const pods = snapshot.list("Pod").items.filter((pod) => !isTerminal(pod));
  const byNode = groupBy(pods, ({ spec }) => spec.nodeName || undefined);
  const nominated = groupBy(byNode.get(undefined) ?? [], ({ status }) => status?.nominatedNodeName);
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

/** The view with a node in place of its namesake, or added. */
export function withNode(view: ClusterView, node: NodeInfo): ClusterView {
  const known = variants.get(view);
  const isSame = known?.after.name === node.name;
  const found = isSame ? known.at : view.nodes.findIndex(({ name }) => name === node.name);
  const at = found < 0 ? view.nodes.length : found;
  const made = { ...view, nodes: found < 0 ? [...view.nodes, node] : view.nodes.with(at, node) };
  if (isSame) variants.set(made, { ...known, after: node });
  else if (!known) variants.set(made, { of: view, at, before: view.nodes[at], after: node });
  return made;
}

/** A view that differs from another in one node, the one at `at`: `before` is absent where it is new. */
export interface Variant {
  readonly of: ClusterView;
  readonly at: number;
  readonly before: NodeInfo | undefined;
  readonly after: NodeInfo;
}

/** Only what `withNode` makes is in here: a copy of a view with other changes is a view of its own. */
const variants = new WeakMap<ClusterView, Variant>();

/**
 * What a view is a variant of. A search tries thousands of views that differ in one node of thousands; what the filters count
 * over all nodes is counted once for all of them.
 */
export const variantOf = (view: ClusterView): Variant | undefined => variants.get(view);

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
    // Without a prototype: a label may be called constructor.
    labels: Object.assign(Object.create(null), node.metadata.labels),
    pods,
    nominated,
    allocatable,
    requested,
  };
}
