import { type ClusterQueue, isQueued, type LocalQueue, QUEUE_LABEL, type QueuedWorkload } from "../../objects/kueue.ts";
import type { KubeObject } from "../../objects/object.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";

/** The annotation with which Kueue names the Workload of a pod (kueue v0.17 apis/kueue/v1beta2 WorkloadAnnotation). */
const WORKLOAD_ANNOTATION = "kueue.x-k8s.io/workload";

/** What Kueue knows of a pod that it holds back. */
export interface QueueView {
  /** The name on the pod's label, or the Workload's. */
  readonly queueName?: string;
  readonly workload?: QueuedWorkload;
  readonly localQueue?: LocalQueue;
  readonly clusterQueue?: ClusterQueue;
}

/** Undefined for a pod that Kueue does not hold back. */
export function queueViewOf({ pod, owners, snapshot }: PodInput): QueueView | undefined {
  if (!isQueued(pod)) return undefined;
  const { namespace, uid, labels, annotations } = pod.metadata;
  const uids = new Set([uid, ...owners.map(({ ref, object }) => object?.metadata.uid ?? ref.uid)]);
  const isOfPod = ({ metadata }: KubeObject) =>
    metadata.name === annotations?.[WORKLOAD_ANNOTATION] ||
    metadata.ownerReferences?.some((owner) => owner.uid !== undefined && uids.has(owner.uid)) === true;
  const workload = snapshot.list("Workload", namespace).items.find(isOfPod) as QueuedWorkload | undefined;
  const queueName = workload?.spec?.queueName ?? labels?.[QUEUE_LABEL];
  const localQueue = queueName
    ? (snapshot.get("LocalQueue", namespace, queueName) as LocalQueue | undefined)
    : undefined;
  const behind = localQueue?.spec?.clusterQueue;
  const clusterQueue = behind
    ? (snapshot.get("ClusterQueue", undefined, behind) as ClusterQueue | undefined)
    : undefined;
  return {
    ...(queueName && { queueName }),
    ...(workload && { workload }),
    ...(localQueue && { localQueue }),
    ...(clusterQueue && { clusterQueue }),
  };
}

/** One condition of a Workload or queue, with the place of its message. */
export function conditionOf(object: QueuedWorkload | LocalQueue | ClusterQueue | undefined, type: string) {
  const conditions = object?.status?.conditions ?? [];
  const index = conditions.findIndex((one) => one.type === type);
  const condition = conditions[index];
  if (!object || !condition) return undefined;
  const evidence: readonly Evidence[] =
    condition.message === undefined ? [] : [seen(object, `status.conditions[${index}].message`, "Kueue")];
  return { ...condition, message: condition.message ?? "", evidence };
}

/** The gates of the pod, which every rule about Kueue shows. */
export const gateEvidence = ({ pod }: PodInput): Evidence => seen(pod, "spec.schedulingGates", "gates");
