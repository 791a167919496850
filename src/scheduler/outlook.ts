import { controllerOf } from "../objects/object.ts";
import type { Pod } from "../objects/pod.ts";
import { UNSCHEDULABLE } from "./edit.ts";
import { leastCost } from "./edit-options.ts";
import type { Lack } from "./filter.ts";
import type { Fit, NodeFit } from "./fit.ts";
import { type ClusterView, type NodeInfo, nodeInfo, withNode } from "./node-info.ts";
import { victimsOn } from "./preemption.ts";

/** Whether a pod that no node takes may still get a place as it is, or only by an edit of it or of a node. */
export type Outlook =
  /** Each node has something against it that no pod's end removes: it is too small even when empty, closed to it, or lacks a label. */
  | { readonly fits: "never" }
  | {
      readonly fits: "later";
      readonly node: string;
      /** The fewest pods that have to end or to move away from there. */
      readonly pods: readonly Pod[];
      /** What else has to pass there: the node is closed or in trouble, or another pod must come. */
      readonly troubles: readonly Lack[];
    };

/** How many nodes are looked at: those that come nearest. */
const MOST_NODES = 8;

/**
 * What has to happen before a node takes the pod as it is; undefined where one does already or may do, and where the pod's
 * claims come first.
 */
export function outlookFor(pod: Pod, view: ClusterView, fit: Fit): Outlook | undefined {
  const known = outlooks.get(fit);
  if (known) return known.outlook;
  const outlook = findOutlook(pod, view, fit);
  outlooks.set(fit, { outlook });
  return outlook;
}

const outlooks = new WeakMap<Fit, { readonly outlook: Outlook | undefined }>();

function findOutlook(pod: Pod, view: ClusterView, fit: Fit): Outlook | undefined {
  if (fit.podRejections.length > 0 || fit.nodes.length === 0) return undefined;
  if (fit.nodes.some(({ rejections }) => rejections.length === 0)) return undefined;
  const passing = fit.nodes
    .filter(({ rejections }) => rejections.every(({ lack }) => mayPass(lack)))
    .sort((a, b) => costOf(a) - costOf(b))
    .slice(0, MOST_NODES);
  const later = passing.flatMap((one) => laterOn(one, pod, view));
  const weight = ({ pods, troubles }: (typeof later)[number]) => pods.length + 10 * troubles.length;
  const [nearest] = later.sort((a, b) => weight(a) - weight(b));
  return nearest ?? { fits: "never" };
}

const costOf = ({ rejections }: NodeFit) => rejections.reduce((sum, { lack }) => sum + leastCost(lack), 0);

/** Whether a lack may end without an edit of the pod or the node. */
function mayPass(lack: Lack): boolean {
  switch (lack.of) {
    case "resource":
      return lack.wanted <= lack.allocatable;
    case "toleration":
      return isOfCondition(lack.key);
    case "devices":
      return lack.wanted <= lack.fitting - lack.tainted;
    case "volume-limit":
      return lack.wanted <= lack.limit;
    case "name":
    case "labels":
    case "topology-label":
    case "features":
    case "claim-place":
    case "volume":
    case "volume-zone":
    case "new-volume":
      return false;
    default:
      return true;
  }
}

/** Kubernetes puts such a taint on and takes it off again, as the node's state changes. */
export const isOfCondition = (key: string): boolean =>
  /^node\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\/uninitialized$/.test(key);

function laterOn(one: NodeFit, pod: Pod, view: ClusterView): readonly Extract<Outlook, { fits: "later" }>[] {
  const well = wellNode(one.node);
  const victims = victimsOn(well, pod, withNode(view, well), mayEnd);
  const ofNode = one.rejections.map(({ lack }) => lack).filter(isOfNode);
  const found = { fits: "later" as const, node: one.node.name };
  if ("pods" in victims) return [{ ...found, pods: victims.pods, troubles: ofNode }];
  if (one.keptFor.length > 0) return [{ ...found, pods: one.keptFor, troubles: ofNode }];
  // What pods elsewhere decide may change with them; what is left of the resources is held by pods that never end.
  const left = victims.rejections.map(({ lack }) => lack);
  return left.every(({ of }) => ELSEWHERE.has(of)) ? [{ ...found, pods: [], troubles: [...ofNode, ...left] }] : [];
}

/** What pods on other nodes decide as well, or a driver. */
const ELSEWHERE: ReadonlySet<Lack["of"]> = new Set([
  "affinity",
  "anti-affinity",
  "spread",
  "single-pod-claim",
  "devices",
  "storage",
]);

/** A cordoned node has a taint that says the same. */
const isOfNode = (lack: Lack) => lack.of === "schedulable" || (lack.of === "toleration" && lack.key !== UNSCHEDULABLE);

/** The node once it is open again and well. */
export function wellNode({ node, pods, nominated }: NodeInfo): NodeInfo {
  const taints = (node.spec?.taints ?? []).filter(({ key }) => !isOfCondition(key));
  return nodeInfo({ ...node, spec: { ...node.spec, unschedulable: false, taints } }, pods, nominated);
}

/** DaemonSets and static pods keep their places as long as the node is there. */
export function mayEnd(pod: Pod): boolean {
  const kind = controllerOf(pod)?.kind;
  return kind !== "DaemonSet" && kind !== "Node" && !pod.metadata.annotations?.["kubernetes.io/config.mirror"];
}

/** Seconds after its time at which a pod that is being deleted is not waited for any more: something holds it. */
const PATIENCE_SECONDS = 120;

/** Whether a pod is being deleted, and will be gone soon. */
export function isEnding({ metadata }: Pod, nowMs: number): boolean {
  const { deletionTimestamp } = metadata;
  return deletionTimestamp !== undefined && nowMs < Date.parse(deletionTimestamp) + PATIENCE_SECONDS * 1000;
}
