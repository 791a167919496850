import type { KubeObject } from "./object.ts";
import type { Pod } from "./pod.ts";

/** The label that puts a workload, and with it its pods, into a queue (kueue v0.17 pkg/controller/constants). */
export const QUEUE_LABEL = "kueue.x-k8s.io/queue-name";

const isKueueGate = (gate: string) => gate.startsWith("kueue.x-k8s.io/");

/** Whether Kueue holds the pod back. */
export const isQueued = ({ spec }: Pod): boolean => (spec.schedulingGates ?? []).some(({ name }) => isKueueGate(name));

export interface KueueCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** What we read of Kueue's Workload: it stands for a pod, a group of pods or a job (kueue v0.17 apis/kueue/v1beta2). */
export interface QueuedWorkload extends KubeObject {
  readonly spec?: { readonly queueName?: string; readonly active?: boolean };
  readonly status?: {
    readonly conditions?: readonly KueueCondition[];
    readonly admissionChecks?: readonly {
      readonly name: string;
      readonly state: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** What we read of a LocalQueue: the ClusterQueue behind it, and whether it is stopped. */
export interface LocalQueue extends KubeObject {
  readonly spec?: { readonly clusterQueue?: string; readonly stopPolicy?: string };
  readonly status?: { readonly conditions?: readonly KueueCondition[] };
}

/** What we read of a ClusterQueue. */
export interface ClusterQueue extends KubeObject {
  readonly spec?: { readonly stopPolicy?: string };
  readonly status?: { readonly conditions?: readonly KueueCondition[] };
}
