import { fullName } from "../objects/object.ts";
import type { Pod } from "../objects/pod.ts";
import { showAmount } from "../objects/quantity.ts";
import { isSystemTaint } from "../objects/toleration.ts";
import { compare } from "../snapshot/lookup.ts";
import { type Edit, editedNode, isOfNode, joinedPatch, patchedPod, type SpecPatch, UNSCHEDULABLE } from "./edit.ts";
import { type EditOption, hasMeantLabel, leastCost, optionsFor } from "./edit-options.ts";
import type { Lack } from "./filter.ts";
import { acceptingNodes, type Fit, firstRejections, fitPod, type NodeFit, templateKey } from "./fit.ts";
import { type ClusterView, type NodeInfo, nodeInfo, withNode } from "./node-info.ts";
import { isEnding, outlookFor, wellNode } from "./outlook.ts";
import { podRequests } from "./pod-requests.ts";
import { victimsOn } from "./preemption.ts";

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
/** Other people's pods go: after all that asks only the workload, before a node is bought. */
const COST_OF_ROOM = 20;
const MOST_TO_GO = 4;
/** A node that was made longer ago and is not ready yet is in trouble. */
const YOUNG_SECONDS = 600;

const changesByView = new WeakMap<ClusterView, Map<string, readonly Change[]>>();

/**
 * The cheapest changes after which some node takes the pod, cheapest first: to wait, of the workload alone, with edits of
 * nodes, other pods gone from one, and a node more. Empty where a node takes it already, or where nothing that can be told helps.
 */
export function smallestChanges(pod: Pod, view: ClusterView, fit: Fit = fitPod(pod, view)): readonly Change[] {
  if (fit.accepts.length > 0 || fit.nodes.length === 0) return [];
  const known = changesByView.get(view) ?? new Map<string, readonly Change[]>();
  changesByView.set(view, known);
  const key = templateKey(pod);
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
  const changes = [...ofWorkload, ...ofNodes].map(asChange);
  // Where a pod has the claim that this one needs, it is the same pod that would have to go.
  const isFreed = changes.some(({ edits }) => edits.some(({ of }) => of === "free-claim"));
  const room = isFreed ? [] : makingRoom(pod, view, fit, ofWorkload.length > 0);
  const more = [...changes, ...waits(pod, view, fit), ...room];
  return [...more, ...newNode(pod, view, nodes, more.length > 0)].sort((a, b) => a.cost - b.cost);
}

/** Where pods are ending already whose place the pod gets, or a node is getting ready. */
function waits(pod: Pod, view: ClusterView, fit: Fit): readonly Change[] {
  const { now } = view.snapshot;
  for (const { node } of fit.nodes) {
    const isComing = isGettingReady(node, now);
    if (!isComing && !node.pods.some((one) => isEnding(one, now))) continue;
    const soon = isComing ? wellNode(node) : node;
    const ending = victimsOn(soon, pod, withNode(view, soon), (one) => isEnding(one, now));
    if (!("pods" in ending)) continue;
    const { pods } = ending;
    return [{ ...without(pods, soon, pod, view, "wait"), by: "workload-owner", cost: 0 }];
  }
  return [];
}

/** Whether a node has just come, and is closed only until it is ready. */
function isGettingReady({ node: { metadata, spec } }: NodeInfo, nowMs: number): boolean {
  const created = Date.parse((metadata as { creationTimestamp?: string }).creationTimestamp ?? "");
  return (
    !spec?.unschedulable &&
    nowMs - created < YOUNG_SECONDS * 1000 &&
    (spec?.taints ?? []).some(({ key }) =>
      /^node\.(?:cloudprovider\.)?kubernetes\.io\/(?:not-ready|uninitialized)$/.test(key),
    )
  );
}

/** The node from which the fewest pods have to go; many only where the workload itself can do nothing. */
function makingRoom(pod: Pod, view: ClusterView, fit: Fit, hasOther: boolean): readonly Change[] {
  const outlook = outlookFor(pod, view, fit);
  if (outlook?.fits !== "later" || outlook.troubles.length > 0 || outlook.pods.length === 0) return [];
  const { pods } = outlook;
  const node = view.nodes.find(({ name }) => name === outlook.node);
  if (!node || (hasOther && pods.length > MOST_TO_GO) || pods.every((one) => isEnding(one, view.snapshot.now)))
    return [];
  // Room that is kept for a pod is not given by its end alone: the scheduler chooses anew.
  if (!pods.every((one) => node.pods.includes(one))) return [];
  return [{ ...without(pods, node, pod, view, "make-room"), by: "cluster-admin", cost: COST_OF_ROOM + pods.length }];
}

/** Pods that leave a node, and the nodes that take the pod then. */
function without(pods: readonly Pod[], node: NodeInfo, pod: Pod, view: ClusterView, of: "wait" | "make-room") {
  const staying = node.pods.filter((one) => !pods.includes(one));
  const accepts = acceptingNodes(pod, withNode(view, nodeInfo(node.node, staying, node.nominated)));
  return { edits: [{ of, node: node.name, pods: namesOf(pods) }], accepts };
}

const namesOf = (pods: readonly Pod[]) => pods.map(({ metadata }) => fullName(metadata));

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
    const [first] = firstRejections(state.pod, state.node, state.view);
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

/** The state after some edits: of the pod, of the node, or of what surrounds them. */
function after(state: State, { edits, patch, apply, cost }: EditOption): State {
  const view = apply?.(state.view) ?? state.view;
  const here = view.nodes.find(({ name }) => name === state.node.name) ?? state.node;
  const changed = edits.reduce((node, edit) => editedNode(node, edit), here.node);
  const node = changed === here.node ? here : nodeInfo(changed, here.pods, here.nominated);
  return {
    pod: patch ? patchedPod(state.pod, patch) : state.pod,
    view: node === here ? view : withNode(view, node),
    node,
    edits: [...state.edits, ...edits],
    ...((state.patch || patch) && { patch: patch ? joinedPatch(state.patch, patch) : state.patch }),
    cost: state.cost + cost,
  };
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
    accepts: acceptingNodes(pod, view),
    ...(patch && { patch }),
    by: edits.some(isOfNode) ? "cluster-admin" : "workload-owner",
    cost,
  };
}

/**
 * One node more, like one of these but empty and open; larger or with a label more where it must be. Where neither that nor
 * anything else helps, the pod is changed too.
 */
function newNode(pod: Pod, view: ClusterView, nodes: readonly NodeInfo[], hasOther: boolean): readonly Change[] {
  const made = nodes.map((like) => ({ like, ...nodeLike(like, pod, view) }));
  const cheapest = (changes: readonly Change[]) => [...changes].sort((a, b) => a.cost - b.cost).slice(0, 1);
  const alone = cheapest(made.flatMap(({ like, lack, ...fresh }) => (lack ? [] : [withFresh(like, fresh)])));
  if (alone.length > 0 || hasOther) return alone;
  const budget = { steps: MOST_STEPS };
  return cheapest(
    made.flatMap(({ like, lack, ...fresh }) => {
      if (!lack || isSlip(lack, fresh.node)) return [];
      const state = search(pod, fresh.view, fresh.node, "workload", budget);
      return state ? [withFresh(like, fresh, state)] : [];
    }),
  );
}

interface Fresh {
  readonly node: NodeInfo;
  readonly view: ClusterView;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

function withFresh(like: NodeInfo, { allocatable, labels }: Fresh, state?: State): Change {
  return {
    edits: [{ of: "new-node", like: like.name, allocatable, labels }, ...(state?.edits ?? [])],
    accepts: [],
    ...(state?.patch && { patch: state.patch }),
    by: "cluster-admin",
    cost: COST_OF_A_NODE + 5 * (Object.keys(allocatable).length + Object.keys(labels).length) + (state?.cost ?? 0),
  };
}

/** The new node, and what it still lacks. */
function nodeLike({ node }: NodeInfo, pod: Pod, view: ClusterView): Fresh & { readonly lack?: Lack } {
  const taken = new Set(view.nodes.map((one) => one.name));
  let name = `${node.metadata.name}-new`;
  while (taken.has(name)) name += "-new";
  const allocatable: Record<string, string> = {};
  for (const [resource, wanted] of podRequests(pod)) {
    const has = nodeInfo(node, []).allocatable.get(resource) ?? 0n;
    if (wanted > has) allocatable[resource] = showExactly(resource, wanted);
  }
  let fresh = {
    ...node,
    metadata: { ...node.metadata, name, labels: { ...node.metadata.labels, [HOSTNAME]: name } },
    spec: {
      ...node.spec,
      unschedulable: false,
      taints: (node.spec?.taints ?? []).filter(({ key }) => key !== UNSCHEDULABLE && !isSystemTaint(key)),
    },
    status: { ...node.status, allocatable: { ...node.status?.allocatable, ...allocatable } },
  };
  const labels: Record<string, string> = {};
  for (;;) {
    const info = nodeInfo(fresh, []);
    const found = { node: info, view: withNode(view, info), allocatable, labels };
    const [first] = firstRejections(pod, info, found.view);
    if (!first) return found;
    const [, key, wanted] = /^([^=!\s]+)(?:=| in \()([^\s,)]*)/.exec(labelsFor(first.lack)[0] ?? "") ?? [];
    const isToBeGiven = key !== undefined && wanted !== undefined && !(key in labels) && key !== HOSTNAME;
    if (!isToBeGiven || isSlip(first.lack, info)) return { ...found, lack: first.lack };
    labels[key] = wanted;
    fresh = { ...fresh, metadata: { ...fresh.metadata, labels: { ...fresh.metadata.labels, [key]: wanted } } };
  }
}

const HOSTNAME = "kubernetes.io/hostname";

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
