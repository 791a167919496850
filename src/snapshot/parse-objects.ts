import * as z from "zod/mini";
import { csiNodeSchema } from "../objects/csi-node.ts";
import { eventSchema } from "../objects/event.ts";
import { networkPolicySchema } from "../objects/network-policy.ts";
import { nodeSchema } from "../objects/node.ts";
import {
  type KubeObject,
  kubeObjectSchema,
  type ObjectRef,
  optionalText,
  otherKindSchema,
  refTo,
} from "../objects/object.ts";
import { nameProblem } from "../objects/object-name.ts";
import { persistentVolumeSchema } from "../objects/persistent-volume.ts";
import { persistentVolumeClaimSchema } from "../objects/persistent-volume-claim.ts";
import { podSchema } from "../objects/pod.ts";
import { limitRangeSchema, podDisruptionBudgetSchema, resourceQuotaSchema } from "../objects/policy.ts";
import { resourceClaimSchema } from "../objects/resource-claim.ts";
import { runtimeClassSchema } from "../objects/runtime-class.ts";
import { configMapSchema, secretSchema, withoutValues } from "../objects/secret.ts";
import { endpointSliceSchema, serviceSchema } from "../objects/service.ts";
import { serviceAccountSchema } from "../objects/service-account.ts";
import { storageClassSchema } from "../objects/storage-class.ts";
import { volumeAttachmentSchema } from "../objects/volume-attachment.ts";
import { WORKLOAD_KINDS, workloadSchema } from "../objects/workload.ts";
import { boundedField, isBoundedMap } from "./bounded-text.ts";
import { conforms } from "./conforms.ts";
import { maskObject } from "./mask-object.ts";
import type { Unusable } from "./snapshot.ts";

const schemas: ReadonlyMap<string, z.ZodMiniType> = new Map(
  Object.entries({
    Pod: podSchema,
    Node: nodeSchema,
    Event: eventSchema,
    Secret: secretSchema,
    ConfigMap: configMapSchema,
    ServiceAccount: serviceAccountSchema,
    PersistentVolumeClaim: persistentVolumeClaimSchema,
    PersistentVolume: persistentVolumeSchema,
    StorageClass: storageClassSchema,
    VolumeAttachment: volumeAttachmentSchema,
    CSINode: csiNodeSchema,
    RuntimeClass: runtimeClassSchema,
    Service: serviceSchema,
    EndpointSlice: endpointSliceSchema,
    NetworkPolicy: networkPolicySchema,
    ResourceClaim: resourceClaimSchema,
    LimitRange: limitRangeSchema,
    ResourceQuota: resourceQuotaSchema,
    PodDisruptionBudget: podDisruptionBudgetSchema,
    ...Object.fromEntries(WORKLOAD_KINDS.map((kind) => [kind, workloadSchema])),
  }),
);

/** An object that can be used, or why it cannot: which object, and which field is wrong. */
export type Parsed =
  | { readonly object: KubeObject }
  | {
      readonly problem: string;
      /** Where it is known which object it is. */
      readonly unusable?: Unusable;
    };

/**
 * Takes one object in, from an answer of the API server or from a file. Nulls go (for the API a null is an absent
 * field), values of Secrets and ConfigMaps go, credentials are masked, fields we do not know stay.
 */
export function parseObject(raw: unknown): Parsed {
  tidy(raw);
  const basic = parseAs(kubeObjectSchema, raw);
  if ("problem" in basic) {
    const ref = refOf(raw);
    return {
      problem: `${calledBy(raw)} is left out: ${basic.problem}`,
      ...(ref && { unusable: { ref, problem: basic.problem } }),
    };
  }
  const { kind, metadata } = basic.value;
  const misnamed = nameProblem(basic.value);
  if (misnamed) return { problem: `${calledBy(raw)} is left out: ${misnamed}` };
  const kept = kind === "Secret" || kind === "ConfigMap" ? withoutValues(basic.value) : basic.value;
  maskObject(kept);
  const exact = parseAs<unknown>(schemas.get(kind) ?? otherKindSchema, kept);
  return "problem" in exact
    ? {
        problem: `${kind} ${metadata.name} is left out: ${exact.problem}`,
        unusable: { ref: refTo(kept), problem: exact.problem },
      }
    : { object: kept };
}

/** The same for metadata alone, as a list of names has it: an object of its kind without the rest says nothing of it. */
export function parseMetadata(raw: unknown): Parsed {
  tidy(raw);
  const basic = parseAs(kubeObjectSchema, raw);
  if ("problem" in basic) return { problem: `${calledBy(raw)} is left out: ${basic.problem}` };
  const misnamed = nameProblem(basic.value);
  if (misnamed) return { problem: `${calledBy(raw)} is left out: ${misnamed}` };
  const kept = withoutValues(basic.value);
  maskObject(kept);
  const { apiVersion, kind, metadata } = kept;
  return { object: { ...(apiVersion && { apiVersion }), kind, metadata } };
}

/** The reference to an object of which more is malformed than its name; undefined where the name is, too. */
function refOf(raw: unknown): ObjectRef | undefined {
  const { success, data } = namedSchema.safeParse(raw);
  if (!success || nameProblem(data)) return undefined;
  const { name, namespace } = data.metadata;
  return { kind: data.kind, ...(namespace && { namespace }), name };
}

const namedSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: optionalText }),
});

/** What a malformed object says of itself: its kind and name, as far as it has them. */
function calledBy(raw: unknown): string {
  const { kind, metadata } = (raw ?? {}) as { readonly kind?: unknown; readonly metadata?: unknown };
  const { name } = (metadata ?? {}) as { readonly name?: unknown };
  return `${typeof kind === "string" ? kind : "an object"}${typeof name === "string" ? ` ${name}` : ""}`;
}

/** The value as a schema types it, or what is wrong with it. */
function parseAs<T>(schema: z.ZodMiniType<T>, value: unknown): { readonly value: T } | { readonly problem: string } {
  if (conforms(schema, value)) return { value: value as T };
  const { success, data, error } = schema.safeParse(value);
  return success ? { value: data } : { problem: firstIssue(error) };
}

/** Issues name paths and types, never values. */
function firstIssue({ issues }: z.core.$ZodError): string {
  const issue = issues[0];
  if (!issue) return "it is malformed";
  const path = issue.path.map(String).join(".") || "the object itself";
  return `${path} is not as the API has it${"expected" in issue ? ` (expected ${String(issue.expected)})` : ""}`;
}

/** Removes null fields and null items and bounds texts, in place and in one walk: the value was parsed for us alone. */
function tidy(value: unknown, isOfMap = false): void {
  if (Array.isArray(value)) {
    if (value.includes(null)) value.splice(0, value.length, ...value.filter((item) => item !== null));
    for (const item of value) tidy(item);
  } else if (typeof value === "object" && value !== null) {
    const record = value as Record<string, unknown>;
    for (const field in record) {
      const content = record[field];
      if (content === null) delete record[field];
      else if (typeof content === "object") tidy(content, isBoundedMap(field));
      else if (typeof content === "string") {
        const bounded = boundedField(field, content, isOfMap);
        if (bounded !== content) record[field] = bounded;
      }
    }
  }
}
