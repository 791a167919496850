import { IMAGE_REASONS, isReady, isTerminal, type Pod, podCondition } from "../../objects/pod.ts";
import type { Collector } from "../collector.ts";

/** Where a pod stands, for the choice of what to read around it. */
export interface Standing {
  /** Ready, or over: there is nothing to explain but its history. */
  readonly isDone: boolean;
  /** With a sandbox its volumes are mounted. */
  readonly hasSandbox: boolean;
  readonly wantsImage: boolean;
  /** One of many targets: what is read for each must be little. */
  readonly isOneOfMany: boolean;
}

/** Reads one sort of thing around a pod. */
export type Reader = (pod: Pod, collector: Collector, standing: Standing) => Promise<unknown>;

export function standingOf(pod: Pod, isOneOfMany: boolean): Standing {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const reasons = statuses.map(({ state }) => state?.waiting?.reason ?? "");
  const sandbox = podCondition(pod, "PodReadyToStartContainers");
  return {
    isDone: isTerminal(pod) || (isReady(pod) && !pod.metadata.deletionTimestamp),
    hasSandbox: sandbox ? sandbox.status === "True" : Boolean(pod.status?.podIP),
    // A status that still says ContainerCreating may be behind events of a failed pull.
    wantsImage: reasons.some(
      (reason) => IMAGE_REASONS.has(reason) || reason === "ContainerCreating" || reason === "PodInitializing",
    ),
    isOneOfMany,
  };
}
