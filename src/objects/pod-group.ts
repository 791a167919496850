import type { KubeObject } from "./object.ts";
import type { Pod } from "./pod.ts";

/** Who schedules a group of pods together or not at all. */
export type GangScheduler = "kube-scheduler" | "coscheduling" | "Volcano";

/** The group of a pod: which one, who looks at it, and where the pod says so. */
export interface Membership {
  readonly group: string;
  readonly scheduler: GangScheduler;
  readonly path: string;
}

const COSCHEDULING = "scheduling.x-k8s.io/pod-group";
const VOLCANO = ["scheduling.k8s.io/group-name", "scheduling.volcano.sh/group-name"] as const;

/**
 * The group that a pod is scheduled with: `spec.schedulingGroup` of Kubernetes [1.36, alpha], the label of the coscheduling
 * plugin (scheduler-plugins v0.33 apis/scheduling/v1alpha1/types.go), the annotation of Volcano (volcano.sh/apis v1.12
 * pkg/apis/scheduling/v1beta1/labels.go).
 */
export function membershipOf({ spec, metadata }: Pod): Membership | undefined {
  const { schedulingGroup } = spec as { schedulingGroup?: { podGroupName?: string } };
  if (schedulingGroup?.podGroupName)
    return {
      group: schedulingGroup.podGroupName,
      scheduler: "kube-scheduler",
      path: "spec.schedulingGroup.podGroupName",
    };
  const label = metadata.labels?.[COSCHEDULING];
  if (label) return { group: label, scheduler: "coscheduling", path: `metadata.labels['${COSCHEDULING}']` };
  const key = VOLCANO.find((one) => metadata.annotations?.[one]);
  const group = key && metadata.annotations?.[key];
  return key && group ? { group, scheduler: "Volcano", path: `metadata.annotations['${key}']` } : undefined;
}

/** What we read of a PodGroup, of whichever project. */
export interface PodGroup extends KubeObject {
  readonly spec?: {
    readonly minMember?: number;
    readonly queue?: string;
    readonly schedulingPolicy?: { readonly gang?: { readonly minCount?: number } };
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
      readonly lastTransitionTime?: string;
    }[];
  };
}

/** How many pods there have to be before any of them is scheduled, and where it is said; undefined where no number is. */
export function quorumOf({ spec }: PodGroup): { readonly pods: number; readonly path: string } | undefined {
  const minCount = spec?.schedulingPolicy?.gang?.minCount;
  if (minCount !== undefined) return { pods: minCount, path: "spec.schedulingPolicy.gang.minCount" };
  return spec?.minMember === undefined ? undefined : { pods: spec.minMember, path: "spec.minMember" };
}
