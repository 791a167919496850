import type { V1ObjectMeta, V1OwnerReference } from "@kubernetes/client-node";
import * as z from "zod/mini";

/** Any JSON value, as it stands in an API object. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * A schema that names only the fields we read and lets every other field through. The keys are checked by the
 * compiler against client-node's class for the same kind, so a misspelt field does not compile; the values are
 * checked at run time, at the edge where an object enters (an API answer or a file).
 */
export function fieldsOf<Model>() {
  return <Shape extends Readonly<Record<string, z.ZodMiniType>>>(
    shape: Shape & { [Key in keyof Shape]: Key extends keyof Model ? unknown : never },
  ): z.ZodMiniObject<Shape, z.core.$loose> => z.looseObject(shape as Shape);
}

export const optionalText = z.optional(z.string());
export const optionalNumber = z.optional(z.number());
export const optionalBoolean = z.optional(z.boolean());
export const optionalTextMap = z.optional(z.record(z.string(), z.string()));
/** A field whose content we pass on or look into by hand. */
export const anything = z.optional(z.unknown());
/** A quantity or port: Kubernetes accepts numbers and strings for both. */
export const numberOrText = z.union([z.number(), z.string()]);

export const ownerReferenceSchema = fieldsOf<V1OwnerReference>()({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: optionalText,
  controller: optionalBoolean,
});
export type OwnerReference = z.infer<typeof ownerReferenceSchema>;

export const metadataSchema = fieldsOf<V1ObjectMeta>()({
  name: z.string(),
  namespace: optionalText,
  uid: optionalText,
  creationTimestamp: optionalText,
  deletionTimestamp: optionalText,
  deletionGracePeriodSeconds: optionalNumber,
  generation: optionalNumber,
  generateName: optionalText,
  labels: optionalTextMap,
  annotations: optionalTextMap,
  finalizers: z.optional(z.array(z.string())),
  ownerReferences: z.optional(z.array(ownerReferenceSchema)),
});

const conditionSchema = z.looseObject({
  type: optionalText,
  status: optionalText,
  reason: optionalText,
  message: optionalText,
  lastTransitionTime: optionalText,
});

/** What every object has: its kind and its metadata. */
export const kubeObjectSchema = z.looseObject({
  apiVersion: optionalText,
  kind: z.string(),
  metadata: metadataSchema,
});

/** A kind without a schema of its own: where it has conditions they are as metav1.Condition. */
export const otherKindSchema = z.looseObject({
  status: z.optional(z.looseObject({ conditions: z.optional(z.array(conditionSchema)) })),
});
export type KubeObject = z.infer<typeof kubeObjectSchema>;

/** Names one object. `namespace` is absent for kinds that have none. */
export interface ObjectRef {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** The reference that names an object. */
export function refTo(object: KubeObject): ObjectRef {
  const { name, namespace, uid } = object.metadata;
  return {
    ...(object.apiVersion && { apiVersion: object.apiVersion }),
    kind: object.kind,
    ...(namespace && { namespace }),
    name,
    ...(uid && { uid }),
  };
}

/** `namespace/name`, or `name` for an object without a namespace: how kubectl users write it. */
export function fullName({ namespace, name }: { namespace?: string | undefined; name: string }): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Whether both name the same object; uids decide where both have one. */
export function isSameObject(a: ObjectRef, b: ObjectRef): boolean {
  if (a.uid && b.uid) return a.uid === b.uid;
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");
}

/** The owner that controls an object, if there is one (metav1.GetControllerOf). */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

// The last moment that Date can tell (ECMA-262 section 21.4.1.1).
const LAST_MS = 8.64e15;

/**
 * When deletion of an object was requested (RFC 3339): deletionTimestamp is that time plus the grace period (kubernetes
 * v1.36 apiserver/pkg/registry/rest/delete.go BeforeDelete). Undefined where the object is not being deleted, or where
 * the fields name no time.
 */
export function deletionRequestedAt({ metadata }: Pick<KubeObject, "metadata">): string | undefined {
  const at = Date.parse(metadata.deletionTimestamp ?? "") - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return Math.abs(at) <= LAST_MS ? new Date(at).toISOString() : undefined;
}
