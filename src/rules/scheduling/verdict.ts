import { type Event, lastSeen, writtenBy } from "../../objects/event.ts";
import { podCondition } from "../../objects/pod.ts";
import { UNSCHEDULABLE } from "../../scheduler/edit.ts";
import type { Lack } from "../../scheduler/filter.ts";
import { type Fit, fitTemplate, isForAnother, type NodeFit, rebuiltMessage } from "../../scheduler/fit.ts";
import { type FitMessage, parseFitMessage } from "../../scheduler/fit-message.ts";
import { clusterView } from "../../scheduler/node-info.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";

/** What keeps a pod from a node, whatever the version's words for it. */
export type Obstacle =
  | "resource"
  | "pods"
  | "port"
  | "anti-affinity"
  | "existing-anti-affinity"
  | "spread"
  | "spread-label"
  | "volume-limit"
  | "node-affinity"
  | "pod-affinity"
  | "volume"
  | "unschedulable"
  | "taint"
  | "node-name"
  | "claim"
  | "enforced-affinity"
  | "features"
  | "devices"
  | "claim-place"
  | "resource-claim"
  | "gang"
  | "elastic-quota"
  | "other";

/** One reason of the scheduler: how many nodes gave it, and what it names. */
export interface Refusal {
  readonly obstacle: Obstacle;
  readonly count?: number;
  readonly reason: string;
  /** The resource, or the taint's key, where the words name one. */
  readonly detail?: string;
}

/** What the scheduler said last, and what our own run of its filters says. */
export interface Verdict {
  /** Where the sentence stands. */
  readonly source: Evidence;
  readonly message: string;
  /** RFC 3339: when it was said; empty where nothing tells. */
  readonly at: string;
  /** Undefined for a text that is no verdict on nodes: a scheduler's error. */
  readonly parsed?: FitMessage;
  readonly refusals: readonly Refusal[];
  /** Absent where not all nodes and pods are known, or where our run contradicts the scheduler. */
  readonly fit?: Fit;
  /** Our own run even where it contradicts the scheduler; absent where not all nodes and pods are known. */
  readonly run?: Fit;
  /** Nodes that our run finds to accept the pod although the scheduler refused them. */
  readonly acceptsNow: readonly string[];
}

const verdicts = new WeakMap<PodInput, Verdict | undefined>();

/** The newest verdict on a pod without a node; undefined where the scheduler said nothing. */
export function verdictOn(input: PodInput): Verdict | undefined {
  if (!verdicts.has(input)) verdicts.set(input, findVerdict(input));
  return verdicts.get(input);
}

function findVerdict(input: PodInput): Verdict | undefined {
  const { pod, events, snapshot } = input;
  if (pod.spec.nodeName || pod.metadata.deletionTimestamp) return undefined;
  const said = saidInCondition(input) ?? saidInEvent(events);
  if (!said) return undefined;
  const parsed = parseFitMessage(said.message);
  const refusals = (parsed?.reasons ?? []).map(
    ({ reason, count }): Refusal => ({ ...classify(reason), reason, ...(count !== undefined && { count }) }),
  );
  const [nodes, pods] = [snapshot.list("Node"), snapshot.list("Pod")];
  const isKnown = nodes.isComplete && pods.isComplete && nodes.items.length > 0 && parsed !== undefined;
  const fit = isKnown ? fitTemplate(pod, clusterView(snapshot)) : undefined;
  // Our own run serves only where it finds what the scheduler found: it explains, it does not overrule.
  const isSame =
    fit !== undefined &&
    nodes.items.length === parsed?.total &&
    kindsOf(fit) === [...new Set(refusals.map(({ obstacle }) => obstacle))].sort().join();
  return {
    ...said,
    ...(parsed && { parsed }),
    refusals,
    ...(fit && { run: fit }),
    ...(fit && isSame && { fit }),
    acceptsNow: (isBeyondOurRun(refusals) ? undefined : fit?.accepts) ?? [],
  };
}

/** What none of our filters runs: what nodes say to these is no answer to the scheduler. */
const NOT_RUN: ReadonlySet<Obstacle> = new Set([
  "claim",
  "resource-claim",
  "gang",
  "elastic-quota",
  "enforced-affinity",
  "other",
]);

/** Without a count the scheduler speaks of the pod: it looked at no node. */
const isBeyondOurRun = (refusals: readonly Refusal[]) =>
  refusals.some(({ obstacle, count }) => count === undefined || NOT_RUN.has(obstacle));

type Said = Pick<Verdict, "source" | "message" | "at">;

/** The condition has the whole text; an event is cut after 1024 bytes. */
function saidInCondition({ pod }: PodInput): Said | undefined {
  const condition = podCondition(pod, "PodScheduled");
  const index = condition ? (pod.status?.conditions ?? []).indexOf(condition) : -1;
  if (condition?.status !== "False" || !condition.message || condition.reason === "SchedulingGated") return undefined;
  return {
    source: seen(pod, `status.conditions[${index}].message`, "scheduler"),
    message: condition.message,
    at: condition.lastTransitionTime ?? "",
  };
}

/** Karpenter writes FailedScheduling too, and its words are its own. */
function saidInEvent(events: readonly Event[]): Said | undefined {
  const event = events.findLast(
    ({ reason, message = "", ...rest }) => reason === "FailedScheduling" && !isKarpenter({ ...rest, message }),
  );
  return event && { source: seen(event, "message", "scheduler"), message: event.message ?? "", at: lastSeen(event) };
}

export const isKarpenter = (
  event: Pick<Event, "message" | "reportingComponent" | "source" | "metadata" | "involvedObject" | "kind">,
): boolean => writtenBy(event as Event) === "karpenter" || (event.message ?? "").startsWith("Failed to schedule pod, ");

/** Reasons as kube-scheduler 1.23 to 1.36 words them; older wordings still stand in saved reports. */
const WORDS: readonly (readonly [Obstacle, RegExp])[] = [
  ["resource", /^Insufficient (\S+)/],
  ["pods", /^Too many pods/],
  ["taint", /^node\(s\) had (?:untolerated )?taints?(?:\(s\))?(?: \{([^:}]{1,500})[^}]*\})?/],
  ["unschedulable", /^node\(s\) were unschedulable/],
  [
    "node-affinity",
    /^node\(s\) didn't match (?:Pod's node affinity\/selector|node selector)|didn't satisfy plugin\(?s?\)? \[NodeAffinity\]|pod affinity terms conflict|CheckServiceAffinity/,
  ],
  ["existing-anti-affinity", /didn't satisfy existing pods anti-affinity rules|ExistingPodsAntiAffinityRulesNotMatch/],
  ["anti-affinity", /didn't match pod anti-affinity rules/],
  ["pod-affinity", /didn't match pod affinity(?:\/anti-affinity)? rules|MatchInterPodAffinity/],
  ["spread-label", /topology spread constraints \(missing required label\)/],
  ["spread", /topology spread constraints/],
  ["port", /didn't have free ports/],
  ["volume-limit", /exceed max volume count/],
  [
    "volume",
    /volume node affinity conflict|match PersistentVolume's node affinity|no available volume zone|available persistent volumes to bind|did not have enough free storage|no available disk|ReadWriteOncePod|bound to non-existent pv|didn't satisfy plugin\(?s?\)? \[VolumeBinding\]/,
  ],
  [
    "claim",
    /^pod has unbound immediate|^persistentvolumeclaim "|^waiting for ephemeral volume controller|^PVC \S+ was not created/,
  ],
  ["enforced-affinity", /didn't match scheduler-enforced node affinity/],
  ["features", /didn't match Pod's required features/],
  ["devices", /^cannot (?:allocate all claims|fit resource|schedule extended resource claim)/],
  ["claim-place", /^resourceclaim not available on the node/],
  [
    "resource-claim",
    /^pod "[^"]+": ResourceClaim not created yet|^resourceclaim(?:\.resource\.k8s\.io)? "|^ResourceClaim \S+ was not created|^resourceclaim in use|^request \S+: device class|^resource claim \S+ is in the process/,
  ],
  [
    "gang",
    /^pre-filter pod |^podGroup \S+ failed recently|^PodGroup (?:not found|\S+ gets rejected)|^rejected due to timeout after waiting|^optimistic rejection in PostFilter|^pod group is not ready|^waiting for minCount pods from a gang|pod's pod group/,
  ],
  ["elastic-quota", /^Pod \S+ is rejected in PreFilter because /],
  ["node-name", /didn't match the requested node name/],
];

function classify(reason: string): { obstacle: Obstacle; detail?: string } {
  for (const [obstacle, pattern] of WORDS) {
    const match = pattern.exec(reason);
    if (match) return { obstacle, ...(match[1] && { detail: match[1] }) };
  }
  return { obstacle: "other" };
}

/** How many nodes each obstacle keeps away, whatever the version's words: the newer ones name no taint, say. */
function counted(message: string): string {
  const counts = new Map<string, number>();
  for (const { reason, count = 0 } of parseFitMessage(message)?.reasons ?? []) {
    const { obstacle, detail = "" } = classify(reason);
    const key = obstacle === "other" ? reason : obstacle === "resource" ? `${obstacle} ${detail}` : obstacle;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return [...counts]
    .map(([key, count]) => `${count} ${key}`)
    .sort()
    .join();
}

/** Whether our run says what the scheduler said, reason by reason and count by count. */
export const agreesWith = (fit: Fit, message: string): boolean => counted(rebuiltMessage(fit)) === counted(message);

const OBSTACLE_OF: Readonly<Record<Lack["of"], Obstacle>> = {
  schedulable: "unschedulable",
  name: "node-name",
  toleration: "taint",
  labels: "node-affinity",
  port: "port",
  resource: "resource",
  volume: "volume",
  features: "features",
  devices: "devices",
  "claim-place": "claim-place",
  "resource-claim": "resource-claim",
  "volume-zone": "volume",
  disk: "volume",
  "single-pod-claim": "volume",
  "volume-limit": "volume-limit",
  "new-volume": "volume",
  storage: "volume",
  claim: "claim",
  "topology-label": "spread-label",
  spread: "spread",
  affinity: "pod-affinity",
  "anti-affinity": "anti-affinity",
};

/** The obstacle that a lack stands for. */
export function obstacleOf(lack: Lack): Obstacle {
  if (lack.of === "resource" && lack.resource === "pods") return "pods";
  if (lack.of === "anti-affinity" && lack.whose === "theirs") return "existing-anti-affinity";
  // A cordoned node has a taint that says the same.
  if (lack.of === "toleration" && lack.key === UNSCHEDULABLE) return "unschedulable";
  return OBSTACLE_OF[lack.of];
}

const kindsOf = ({ podRejections, nodes }: Fit) => {
  const told = podRejections.length > 0 ? podRejections.slice(0, 1) : nodes.flatMap(({ first }) => first);
  return [...new Set(told.map(({ lack }) => obstacleOf(lack)))].sort().join();
};

/**
 * How much has to change before a node with this obstacle takes the pod: the workload's own numbers and rules first,
 * then what others hold, then nodes that are closed on purpose, last what nothing in the cluster can give.
 */
const WEIGHT: Readonly<Record<Obstacle, number>> = {
  claim: 0,
  "resource-claim": 0,
  gang: 0,
  "elastic-quota": 0,
  resource: 2,
  pods: 2,
  port: 2,
  "anti-affinity": 3,
  "existing-anti-affinity": 3,
  spread: 3,
  "volume-limit": 3,
  "spread-label": 4,
  "node-affinity": 4,
  "pod-affinity": 4,
  volume: 4,
  devices: 4,
  "claim-place": 4,
  features: 5,
  "enforced-affinity": 5,
  other: 5,
  "node-name": 5,
  unschedulable: 6,
  taint: 8,
};

const weightOf = ({ rejections }: NodeFit, hasLabelled: boolean) =>
  [...new Map(rejections.map(({ lack }) => [thingOf(lack), weightOfLack(lack, hasLabelled)])).values()].reduce(
    (sum, weight) => sum + weight,
    0,
  );

/**
 * A node without a device at all is farther away than one that has it behind a taint; and so is one without the labels
 * that the pod asks for where others have them: it is what keeps the pod from those that has to be told.
 */
const weightOfLack = (lack: Lack, hasLabelled: boolean) =>
  (lack.of === "resource" && lack.resource.includes("/") && lack.allocatable === 0n) ||
  (lack.of === "labels" && hasLabelled)
    ? WEIGHT.taint + 1
    : WEIGHT[obstacleOf(lack)];

/** Each resource weighs for itself; several taints or terms are one trouble. */
const thingOf = (lack: Lack) => (lack.of === "resource" ? lack.resource : obstacleOf(lack));

/** The nodes that come nearest to taking the pod; of those that lack the same, the one that lacks least. */
export function nearestNodes(fit: Fit): readonly NodeFit[] {
  const known = nearest.get(fit) ?? findNearest(fit);
  nearest.set(fit, known);
  return known;
}

/** Each rule of the family asks, for each pod of a template. */
const nearest = new WeakMap<Fit, readonly NodeFit[]>();

function findNearest({ nodes: all }: Fit): readonly NodeFit[] {
  const meant = all.filter((node) => !isForAnother(node));
  const nodes = meant.length > 0 ? meant : all;
  const hasLabelled = nodes.some(({ rejections }) => rejections.every(({ lack }) => lack.of !== "labels"));
  const weights = new Map(nodes.map((node) => [node, weightOf(node, hasLabelled)]));
  const least = Math.min(...weights.values());
  return nodes.filter((node) => weights.get(node) === least).sort((a, b) => compareAmounts(shortfall(a), shortfall(b)));
}

/** The part of the wanted amount that is missing, in thousandths. */
function shortfall({ rejections }: NodeFit): bigint {
  return rejections.reduce(
    (sum, { lack }) =>
      lack.of === "resource"
        ? sum + ((lack.wanted - (lack.allocatable - lack.requested)) * 1000n) / (lack.wanted || 1n)
        : sum,
    0n,
  );
}

const compareAmounts = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

/** The obstacles to tell as causes: all that the nearest node has, or without our own run the lightest of the sentence. */
export function causes(verdict: Verdict): readonly Obstacle[] {
  const { fit, refusals } = verdict;
  if (fit && fit.podRejections.length > 0) return [...new Set(fit.podRejections.map(({ lack }) => obstacleOf(lack)))];
  if (fit) return [...new Set(nearestNodes(fit)[0]?.rejections.map(({ lack }) => obstacleOf(lack)) ?? [])];
  // What the workload or its neighbours can change is alike in weight: there the number of nodes decides.
  const band = ({ obstacle }: Refusal) => Math.max(WEIGHT[obstacle], WEIGHT.spread);
  const [lightest] = [...refusals].sort(
    (a, b) => band(a) - band(b) || (b.count ?? 0) - (a.count ?? 0) || WEIGHT[a.obstacle] - WEIGHT[b.obstacle],
  );
  return lightest ? [lightest.obstacle] : [];
}
