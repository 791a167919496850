import type { Pod } from "../objects/pod.ts";
import { showAmount } from "../objects/quantity.ts";
import { isSystemTaint } from "../objects/toleration.ts";
import { compare } from "../snapshot/lookup.ts";
import { type Edit, editedNode, isOfNode, joinedPatch, patchedPod, type SpecPatch, UNSCHEDULABLE } from "./edit.ts";
import { type EditOption, hasMeantLabel, leastCost, optionsFor } from "./edit-options.ts";
import { isRejection, type Lack, type Rejection } from "./filter.ts";
import { FILTERS, type Fit, fitPod, type NodeFit } from "./fit.ts";
import { type ClusterView, type NodeInfo, nodeInfo } from "./node-info.ts";
import { podRequests } from "./pod-requests.ts";

/** Edits after which at least one node takes the pod: all filters were run again on what they make. */
export interface Change {
  readonly edits: readonly Edit[];
  /** The nodes that take the pod then. Empty for a node that does not exist yet. */
  readonly accepts: readonly string[];
  /** All edits of the pod's spec as one patch. */
  readonly patch?: SpecPatch;
  readonly by: "workload-owner" | "cluster-admin";
  readonly cost: number;
}

/** How many kinds of nodes are tried, and how many steps all searches together may take: enough for real clusters. */
const MOST_NODES = 8;
const MOST_STEPS = 400;
/** Alternatives of one kind that are worth reading. */
const MOST_ALIKE = 2;
const MOST_EDITS = 6;
const COST_OF_A_NODE = 30;

const changesByView = new WeakMap<ClusterView, Map<string, readonly Change[]>>();

/**
 * The cheapest changes after which some node takes the pod, cheapest first: of the workload alone, with edits of nodes,
 * and a node more. Empty where a node takes it already, or where nothing that can be told helps.
 */
export function smallestChanges(pod: Pod, view: ClusterView, fit: Fit = fitPod(pod, view)): readonly Change[] {
  if (fit.accepts.length > 0 || fit.nodes.length === 0) return [];
  const known = changesByView.get(view) ?? new Map<string, readonly Change[]>();
  changesByView.set(view, known);
  // Pods of one template are the same to the scheduler.
  const { spec, metadata } = pod;
  const volumes = (spec.volumes ?? []).filter((one) => !("configMap" in one || "secret" in one || "projected" in one));
  // The claim of an ephemeral volume is the pod's own.
  const own = volumes.some((one) => "ephemeral" in one) && metadata.name;
  const key = JSON.stringify([metadata.namespace, metadata.labels, own, { ...spec, volumes }]);
  const changes = known.get(key) ?? findChanges(pod, view, fit);
  known.set(key, changes);
  return changes;
}

function findChanges(pod: Pod, view: ClusterView, fit: Fit): readonly Change[] {
  const nodes = nodesToTry(fit);
  const budget = { steps: MOST_STEPS };
  const found: State[] = [];
  for (const node of nodes) {
    for (const whose of ["workload", "nodes"] as const) {
      const state = search(pod, view, node, whose, budget);
      // Where no edit of a node helps, the second search finds what the first has found.
      if (state && (whose === "workload" || state.edits.some(isOfNode))) found.push(state);
    }
  }
  // What takes more steps than the shortest way is no alternative that anybody wants to read.
  const fewest = Math.min(...found.map(({ edits }) => edits.length));
  const short = found.filter(({ edits }) => edits.length <= fewest);
  const ofWorkload = cheapest(short.filter(({ edits }) => !edits.some(isOfNode)));
  const ofNodes = cheapest(short.filter(({ edits }) => edits.some(isOfNode)));
  const more = newNode(pod, view, nodes);
  return [...[...ofWorkload, ...ofNodes].map(asChange), ...(more ? [more] : [])].sort((a, b) => a.cost - b.cost);
}

/** One of each sort of node, the likeliest first: nodes that lack the same are one sort, and the one that lacks least stands for it. */
function nodesToTry({ nodes }: Fit): readonly NodeInfo[] {
  const costOf = ({ node, rejections }: NodeFit) =>
    rejections.reduce((sum, { lack }) => sum + (isSlip(lack, node) ? 1 : leastCost(lack)), 0);
  const sorted = nodes
    .map((fit) => ({ fit, cost: costOf(fit) }))
    .sort((a, b) => a.cost - b.cost || compare(a.fit.node.name, b.fit.node.name));
  const sorts = new Set<string>();
  const chosen: NodeInfo[] = [];
  for (const { fit } of sorted) {
    const sort = fit.rejections
      .map(({ lack }) => sortOf(lack, fit.node))
      .sort(compare)
      .join("\n");
    if (sorts.has(sort)) continue;
    sorts.add(sort);
    chosen.push(fit.node);
    if (chosen.length === MOST_NODES) break;
  }
  return chosen;
}

const isSlip = (lack: Lack, node: NodeInfo) => lack.of === "labels" && hasMeantLabel(lack, node);

function sortOf(lack: Lack, node: NodeInfo): string {
  switch (lack.of) {
    case "resource":
      return `resource ${lack.resource}`;
    case "toleration":
      return `taint ${lack.key}=${lack.value}`;
    case "labels":
      return `labels ${lack.requirements.join()} ${isSlip(lack, node)}`;
    default:
      return lack.of;
  }
}

interface State {
  readonly pod: Pod;
  readonly view: ClusterView;
  readonly node: NodeInfo;
  readonly edits: readonly Edit[];
  readonly patch?: SpecPatch;
  readonly cost: number;
}

/** The cheapest edits after which this one node takes the pod; the next to try is always the cheapest so far. */
function search(
  pod: Pod,
  view: ClusterView,
  node: NodeInfo,
  whose: "workload" | "nodes",
  budget: { steps: number },
): State | undefined {
  const open: State[] = [{ pod, view, node, edits: [], cost: 0 }];
  for (let state = open.shift(); state && budget.steps > 0; state = open.shift()) {
    budget.steps -= 1;
    const [first] = rejectionsOf(state);
    if (!first) return state;
    if (state.edits.length >= MOST_EDITS) continue;
    const options = optionsFor(first.lack, state.pod, state.node, state.view);
    const ofNode = options.filter(({ edits }) => edits.some(isOfNode));
    const ofWorkload = options.filter(({ edits }) => !edits.some(isOfNode));
    const usable = whose === "workload" ? ofWorkload : ofNode.length > 0 ? ofNode : ofWorkload;
    for (const option of usable) {
      const next = after(state, option);
      const at = open.findIndex(({ cost }) => cost > next.cost);
      open.splice(at < 0 ? open.length : at, 0, next);
    }
  }
  return undefined;
}

/** Those of the first filter that rejects: the pod itself, or on this node. */
function rejectionsOf({ pod, view, node }: State): readonly Rejection[] {
  for (const { rejectPod } of FILTERS) {
    const rejections = rejectPod?.(pod, view) ?? [];
    if (rejections.length > 0) return rejections;
  }
  for (const filter of FILTERS) {
    const rejections = filter.prepare(pod, view)(node).filter(isRejection);
    if (rejections.length > 0) return rejections;
  }
  return [];
}

/** The state after some edits: of the pod, of the node, or of what surrounds them. */
function after(state: State, { edits, patch, apply, cost }: EditOption): State {
  const view = apply?.(state.view) ?? state.view;
  const here = view.nodes.find(({ name }) => name === state.node.name) ?? state.node;
  const changed = edits.reduce((node, edit) => editedNode(node, edit), here.node);
  const node = changed === here.node ? here : nodeInfo(changed, here.pods);
  return {
    pod: patch ? patchedPod(state.pod, patch) : state.pod,
    view: node === here ? view : withNode(view, node),
    node,
    edits: [...state.edits, ...edits],
    ...((state.patch || patch) && { patch: patch ? joinedPatch(state.patch, patch) : state.patch }),
    cost: state.cost + cost,
  };
}

/** The view with a node in place of its namesake, or added. */
function withNode(view: ClusterView, node: NodeInfo): ClusterView {
  const others = view.nodes.filter(({ name }) => name !== node.name);
  return { ...view, nodes: [...others, node] };
}

/** A few, cheapest first, no two of which are the same to the person who makes them. */
function cheapest(states: readonly State[]): readonly State[] {
  const seen = new Set<string>();
  const chosen: State[] = [];
  for (const state of [...states].sort((a, b) => a.cost - b.cost || compare(a.node.name, b.node.name))) {
    const key = JSON.stringify(state.edits.map((edit) => ({ ...edit, node: "" })));
    if (seen.has(key)) continue;
    seen.add(key);
    chosen.push(state);
    if (chosen.length === MOST_ALIKE) break;
  }
  return chosen;
}

function asChange({ pod, view, edits, patch, cost }: State): Change {
  return {
    edits,
    accepts: fitPod(pod, view).accepts,
    ...(patch && { patch }),
    by: edits.some(isOfNode) ? "cluster-admin" : "workload-owner",
    cost,
  };
}

/** One node more, like one of these but empty and open; larger or with a label more where it must be. */
function newNode(pod: Pod, view: ClusterView, nodes: readonly NodeInfo[]): Change | undefined {
  let best: Change | undefined;
  for (const like of nodes) {
    const change = nodeLike(like, pod, view);
    if (change && (!best || change.cost < best.cost)) best = change;
  }
  return best;
}

function nodeLike({ node }: NodeInfo, pod: Pod, view: ClusterView): Change | undefined {
  const name = `${node.metadata.name}-2`;
  const allocatable: Record<string, string> = {};
  for (const [resource, wanted] of podRequests(pod)) {
    const has = nodeInfo(node, []).allocatable.get(resource) ?? 0n;
    if (wanted > has) allocatable[resource] = showExactly(resource, wanted);
  }
  let fresh = {
    ...node,
    metadata: { ...node.metadata, name, labels: { ...node.metadata.labels, "kubernetes.io/hostname": name } },
    spec: {
      ...node.spec,
      unschedulable: false,
      taints: (node.spec?.taints ?? []).filter(({ key }) => key !== UNSCHEDULABLE && !isSystemTaint(key)),
    },
    status: { ...node.status, allocatable: { ...node.status?.allocatable, ...allocatable } },
  };
  const labels: Record<string, string> = {};
  for (let tries = 0; tries < MOST_EDITS; tries++) {
    const info = nodeInfo(fresh, []);
    const state = { pod, view: withNode(view, info), node: info, edits: [], cost: 0 };
    const [first] = rejectionsOf(state);
    if (!first)
      return {
        edits: [{ of: "new-node", like: node.metadata.name, allocatable, labels }],
        accepts: [],
        by: "cluster-admin",
        cost: COST_OF_A_NODE + 5 * (Object.keys(allocatable).length + Object.keys(labels).length),
      };
    if (isSlip(first.lack, info)) return undefined;
    const [, key, wanted] = /^([^=!\s]+)(?:=| in \()([^\s,)]*)/.exec(labelsFor(first.lack)[0] ?? "") ?? [];
    if (!key || wanted === undefined || key in labels || key === "kubernetes.io/hostname") return undefined;
    labels[key] = wanted;
    fresh = { ...fresh, metadata: { ...fresh.metadata, labels: { ...fresh.metadata.labels, [key]: wanted } } };
  }
  return undefined;
}

/** What a node's labels must be for what it lacks, as requirements in words. */
function labelsFor(lack: Lack): readonly string[] {
  switch (lack.of) {
    case "labels":
    case "volume":
    case "new-volume":
      return lack.requirements;
    case "volume-zone":
      return [`${lack.key}=${lack.values[0]}`];
    default:
      return [];
  }
}

/** Quantities are shown rounded down; a node of that size must not be too small. */
function showExactly(resource: string, amount: bigint): string {
  const shown = showAmount(resource, amount);
  return shown.includes(".") ? String(amount) : shown;
}
