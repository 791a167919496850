import type { V1ReplicaSetSpec } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { anything, fieldsOf, metadataSchema, optionalNumber, optionalText } from "./object.ts";
import { podSpecSchema } from "./pod.ts";

const podTemplateSchema = z.looseObject({ metadata: anything, spec: z.optional(podSpecSchema) });

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

/** The revision a Deployment gave a ReplicaSet (or has itself); undefined where it gave none. */
export function revisionOf(workload: Workload): number | undefined {
  const revision = Number(workload.metadata.annotations?.["deployment.kubernetes.io/revision"]);
  return Number.isInteger(revision) ? revision : undefined;
}
