import { isEmptySelector, type LabelSelector, matchesSelector } from "../objects/label-selector.ts";
import type { KubeObject } from "../objects/object.ts";
import { type Pod, priorityOf } from "../objects/pod.ts";
import { compare } from "../snapshot/lookup.ts";
import { type Fit, firstRejections, type NodeFit } from "./fit.ts";
import { wordsOf } from "./fit-message.ts";
import { type ClusterView, type NodeInfo, nodeInfo, withNode } from "./node-info.ts";

/** The fewest pods of a node that have to go before it takes another one. */
export interface Victims {
  readonly node: string;
  /** The most important first. */
  readonly pods: readonly Pod[];
  /** How many of them a PodDisruptionBudget would keep. */
  readonly violating: number;
}

/** What kube-scheduler's preemption makes of a pod that no node takes. */
export type Preemption =
  /** preemptionPolicy is Never. */
  | { readonly state: "never" }
  /** Pods that it has evicted are still ending on the node chosen. */
  | { readonly state: "under-way"; readonly node: string }
  /** Nobody can be evicted for it. Why not, in the scheduler's words, with the number of nodes that were tried. */
  | { readonly state: "not-helpful"; readonly reasons: ReadonlyMap<string, number> }
  /** Pods can be evicted for it: per node, the one that the scheduler prefers first. */
  | { readonly state: "possible"; readonly candidates: readonly [Victims, ...Victims[]] };

/**
 * On how many nodes it is tried, and after how many finds no more. The scheduler starts at a random node and stops after 100
 * finds, or a tenth of the nodes: which of many it chooses cannot be told anyway.
 */
const MOST_TRIED = 300;
const MOST_FOUND = 20;

const NOT_HELPFUL = "Preemption is not helpful for scheduling";
const NO_VICTIMS = "No preemption victims found for incoming pod";

/** As kube-scheduler decides it (v1.36 framework/preemption/preemption.go Preempt, plugins/defaultpreemption). */
export function preemptionFor(pod: Pod, view: ClusterView, fit: Fit): Preemption {
  if (pod.spec.preemptionPolicy === "Never") return { state: "never" };
  const known = preemptions.get(fit) ?? findPreemption(pod, view, fit);
  preemptions.set(fit, known);
  return known;
}

const preemptions = new WeakMap<Fit, Preemption>();

function findPreemption(pod: Pod, view: ClusterView, fit: Fit): Preemption {
  const isLower = (other: Pod) => priorityOf(other) < priorityOf(pod);
  const chosen = fit.nodes.find(({ node }) => node.name === pod.status?.nominatedNodeName);
  if (chosen && !isHopeless(chosen) && chosen.node.pods.some((other) => isLower(other) && isBeingPreempted(other)))
    return { state: "under-way", node: chosen.node.name };
  const budgets = view.snapshot.list("PodDisruptionBudget").items as readonly Budget[];
  const reasons = new Map<string, number>();
  const count = (reason: string) => reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const candidates: Victims[] = [];
  let tried = 0;
  for (const one of fit.nodes) {
    if (fit.podRejections.length > 0 || isHopeless(one)) count(NOT_HELPFUL);
    else if (!one.node.pods.some(isLower)) count(NO_VICTIMS);
    else if (tried < MOST_TRIED && candidates.length < MOST_FOUND) {
      tried += 1;
      const victims = victimsOn(one.node, pod, view, isLower, budgets);
      if ("pods" in victims) candidates.push(victims);
      else
        for (const reason of new Set(victims.rejections.map((one) => wordsOf(one, view.schedulerMinor)))) count(reason);
    }
  }
  const [best, ...others] = candidates.sort(byPreference);
  return best ? { state: "possible", candidates: [best, ...others] } : { state: "not-helpful", reasons };
}

/** Whether no eviction makes the node take the pod: taints, labels, sizes. */
const isHopeless = ({ first }: NodeFit) => first.some(({ isUnresolvable }) => isUnresolvable);

const isBeingPreempted = ({ metadata, status }: Pod) =>
  metadata.deletionTimestamp !== undefined &&
  (status?.conditions ?? []).some(
    ({ type, status: state, reason }) =>
      type === "DisruptionTarget" && state === "True" && reason === "PreemptionByScheduler",
  );

/** The order in which the scheduler prefers nodes to clear (pickOneNodeForPreemption); the last word is chance there. */
function byPreference(a: Victims, b: Victims): number {
  const highest = ({ pods: [first] }: Victims) => (first ? priorityOf(first) : 0);
  const sum = ({ pods }: Victims) => pods.reduce((all, one) => all + priorityOf(one) + 2 ** 31, 0);
  const start = (one: Victims) => {
    const important = one.pods.filter((pod) => priorityOf(pod) === highest(one)).map(startOf);
    return important.sort(compare)[0] ?? "";
  };
  return (
    a.violating - b.violating ||
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.pods.length - b.pods.length ||
    compare(start(b), start(a)) ||
    compare(a.node, b.node)
  );
}

/** A pod that has not started counts as started now (scheduler/util/utils.go GetPodStartTime). */
const startOf = ({ status }: Pod) => status?.startTime ?? "9999";

/** The more important pod first: the higher priority, then the longer run (scheduler/util/utils.go MoreImportantPod). */
const byImportance = (a: Pod, b: Pod) => priorityOf(b) - priorityOf(a) || compare(startOf(a), startOf(b));

/**
 * The fewest pods that have to go, of those that may: without all of them the node must take the pod, and each that can
 * stay then does, those under a budget and the important ones first (SelectVictimsOnNode). Else the rejections that remain.
 */
export function victimsOn(
  node: NodeInfo,
  pod: Pod,
  view: ClusterView,
  mayGo: (other: Pod) => boolean,
  budgets: readonly Budget[] = [],
): Victims | { readonly rejections: ReturnType<typeof firstRejections> } {
  const rejectionsWith = (pods: readonly Pod[]) => {
    const left = nodeInfo(node.node, pods, node.nominated);
    return firstRejections(pod, left, withNode(view, left));
  };
  let staying = node.pods.filter((one) => !mayGo(one));
  const rejections = rejectionsWith(staying);
  if (rejections.length > 0) return { rejections };
  const ordered = node.pods.filter(mayGo).sort(byImportance);
  const kept = new Set(protectedBy(budgets, ordered));
  const gone = new Set<Pod>();
  for (const one of [...ordered.filter((other) => kept.has(other)), ...ordered.filter((other) => !kept.has(other))]) {
    if (rejectionsWith([...staying, one]).length === 0) staying = [...staying, one];
    else gone.add(one);
  }
  const pods = ordered.filter((one) => gone.has(one));
  return { node: node.name, pods, violating: pods.filter((one) => kept.has(one)).length };
}

type Budget = KubeObject & {
  readonly spec?: { readonly selector?: LabelSelector };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly disruptedPods?: Readonly<Record<string, unknown>>;
  };
};

/** The pods that a budget would keep, were all of them to go (filterPodsWithPDBViolation). */
function protectedBy(budgets: readonly Budget[], pods: readonly Pod[]): readonly Pod[] {
  const allowed = new Map(budgets.map((budget) => [budget, budget.status?.disruptionsAllowed ?? 0]));
  return pods.filter(({ metadata: { namespace, name, labels } }) => {
    if (!labels || Object.keys(labels).length === 0) return false;
    let isKept = false;
    for (const budget of budgets) {
      const { selector } = budget.spec ?? {};
      // Without a selector, or with an empty one, a budget is about no pod here.
      if (budget.metadata.namespace !== namespace || !selector || isEmptySelector(selector)) continue;
      if (!matchesSelector(selector, labels) || budget.status?.disruptedPods?.[name] !== undefined) continue;
      const left = (allowed.get(budget) ?? 0) - 1;
      allowed.set(budget, left);
      if (left < 0) isKept = true;
    }
    return isKept;
  });
}
