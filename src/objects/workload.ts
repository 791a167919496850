import type { V1ReplicaSetSpec } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { anything, fieldsOf, metadataSchema, optionalNumber, optionalText, optionalTextMap } from "./object.ts";
import { podSpecSchema } from "./pod.ts";

const podTemplateSchema = z.looseObject({
  metadata: z.optional(z.looseObject({ labels: optionalTextMap, annotations: optionalTextMap })),
  spec: z.optional(podSpecSchema),
});

/** Kinds that make pods from a template, directly or through another such kind. */
export const WORKLOAD_KINDS = [
  "ReplicaSet",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
  "ReplicationController",
] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** Whether a kind is one of them: kubectl set image and its kin can edit its template. */
export const isWorkloadKind = (kind: string): kind is WorkloadKind => WORKLOAD_KINDS.some((one) => one === kind);

/** One schema serves all of them: what we read has the same name in each. CronJob's template is a level deeper. */
export const workloadSchema = z.looseObject({
  apiVersion: optionalText,
  kind: z.enum(WORKLOAD_KINDS),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1ReplicaSetSpec & { jobTemplate: unknown }>()({
      replicas: optionalNumber,
      selector: anything,
      template: z.optional(podTemplateSchema),
      jobTemplate: z.optional(
        z.looseObject({ spec: z.optional(z.looseObject({ template: z.optional(podTemplateSchema) })) }),
      ),
    }),
  ),
  status: anything,
});
export type Workload = z.infer<typeof workloadSchema>;

/** The pod template of a workload; undefined where the object carries none. */
export function podTemplateOf(workload: Workload): z.infer<typeof podTemplateSchema> | undefined {
  return workload.spec?.template ?? workload.spec?.jobTemplate?.spec?.template;
}

/** One condition of a workload, as all kinds have it. */
export interface WorkloadCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The conditions of a workload; those that lack a type or a status are left out. */
export function workloadConditions({ status }: Workload): readonly (WorkloadCondition & { readonly index: number })[] {
  const { conditions } = (status ?? {}) as { conditions?: unknown };
  if (!Array.isArray(conditions)) return [];
  return conditions.flatMap((one: Readonly<Record<string, unknown>>, index) =>
    typeof one?.type === "string" && typeof one.status === "string"
      ? [
          {
            index,
            type: one.type,
            status: one.status,
            ...(typeof one.reason === "string" && { reason: one.reason }),
            ...(typeof one.message === "string" && { message: one.message }),
            ...(typeof one.lastTransitionTime === "string" && { lastTransitionTime: one.lastTransitionTime }),
          },
        ]
      : [],
  );
}

/** A condition that is True, if the workload has it. */
export const trueCondition = (workload: Workload, type: string) =>
  workloadConditions(workload).find((one) => one.type === type && one.status === "True");

/** How many pods a workload wants now, and how many it has. */
export interface PodCounts {
  readonly wanted: number;
  readonly made: number;
  readonly ready: number;
  /** Of a Deployment: how many of its pods are made from the newest template. */
  readonly upToDate?: number;
}

/** A number that stands in the status of a workload; 0 where it does not, as the API leaves zeros out. */
export function statusNumber({ status }: Workload, field: string): number {
  const found = ((status ?? {}) as Readonly<Record<string, unknown>>)[field];
  return typeof found === "number" ? found : 0;
}

/** A field of the spec that only some kinds have. */
export const specField = ({ spec }: Workload, field: string): unknown =>
  ((spec ?? {}) as Readonly<Record<string, unknown>>)[field];

/** Undefined for a CronJob, which makes Jobs. */
export function podCountsOf(workload: Workload): PodCounts | undefined {
  const { kind, spec } = workload;
  const number = (field: string) => statusNumber(workload, field);
  switch (kind) {
    case "CronJob":
      return undefined;
    case "DaemonSet":
      return {
        wanted: number("desiredNumberScheduled"),
        made: number("currentNumberScheduled"),
        ready: number("numberReady"),
      };
    case "Job": {
      const parallelism = specField(workload, "parallelism");
      const completions = specField(workload, "completions");
      const atOnce = typeof parallelism === "number" ? parallelism : 1;
      const left = typeof completions === "number" ? Math.max(0, completions - number("succeeded")) : atOnce;
      const isIdle = isFinishedJob(workload) || specField(workload, "suspend") === true;
      return { wanted: isIdle ? 0 : Math.min(atOnce, left), made: number("active"), ready: number("ready") };
    }
    default:
      return {
        wanted: spec?.replicas ?? 1,
        made: number("replicas"),
        ready: number("readyReplicas"),
        ...(kind === "Deployment" && { upToDate: number("updatedReplicas") }),
      };
  }
}

/** Whether a Job is over, well or badly. */
export const isFinishedJob = (workload: Workload): boolean =>
  workload.kind === "Job" && Boolean(trueCondition(workload, "Complete") ?? trueCondition(workload, "Failed"));

/**
 * Whether pods of a workload are missing, other than for the moment: it has fewer than it wants, or those of a new
 * template are refused while the old ones still run.
 */
export function lacksPods(workload: Workload): boolean {
  const counts = podCountsOf(workload);
  if (!counts || workload.metadata.deletionTimestamp) return false;
  // Between two tries of a failing Job there is no pod; the failed one tells why.
  if (workload.kind === "Job" && statusNumber(workload, "failed") > 0) return false;
  const { wanted, made, upToDate = wanted } = counts;
  return made < wanted || (upToDate < wanted && trueCondition(workload, "ReplicaFailure") !== undefined);
}

/** The revision a Deployment gave a ReplicaSet (or has itself); undefined where it gave none. */
export function revisionOf(workload: Workload): number | undefined {
  const revision = Number(workload.metadata.annotations?.["deployment.kubernetes.io/revision"]);
  return Number.isInteger(revision) ? revision : undefined;
}
