import type {
  V1PersistentVolumeClaim,
  V1PersistentVolumeClaimSpec,
  V1PersistentVolumeClaimStatus,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import { labelSelectorSchema } from "./label-selector.ts";
import { fieldsOf, metadataSchema, optionalText } from "./object.ts";
import type { Pod } from "./pod.ts";

export const persistentVolumeClaimSchema = fieldsOf<V1PersistentVolumeClaim>()({
  apiVersion: optionalText,
  kind: z.literal("PersistentVolumeClaim"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1PersistentVolumeClaimSpec>()({
      accessModes: z.optional(z.array(z.string())),
      storageClassName: optionalText,
      volumeName: optionalText,
      volumeMode: optionalText,
      resources: z.optional(
        z.looseObject({ requests: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))) }),
      ),
      selector: z.optional(labelSelectorSchema),
    }),
  ),
  status: z.optional(fieldsOf<V1PersistentVolumeClaimStatus>()({ phase: optionalText })),
});
export type PersistentVolumeClaim = z.infer<typeof persistentVolumeClaimSchema>;

/** The class a claim asks for; the empty string asks for none on purpose, undefined left it to the default. */
export function classNameOf({ spec, metadata }: PersistentVolumeClaim): string | undefined {
  // component-helpers v0.36 storage/volume/helpers.go GetPersistentVolumeClaimClass: the old annotation comes first.
  return metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec?.storageClassName;
}

/** The size a claim asks for, as it was written. */
export function sizeOf({ spec }: PersistentVolumeClaim): string {
  return String(spec?.resources?.requests?.storage ?? "");
}

/** A claim as a pod names it. */
export interface NamedClaim {
  readonly name: string;
  /** The pod's name for it. */
  readonly volume: string;
  /** Made for this pod alone by the ephemeral volume controller, and named after both. */
  readonly isEphemeral: boolean;
}

/** The claims that a pod names, in its order. */
export function claimsNamedBy({ spec, metadata }: Pod): readonly NamedClaim[] {
  return (spec.volumes ?? []).flatMap(({ name: volume, persistentVolumeClaim, ephemeral }) => {
    const { claimName } = (persistentVolumeClaim ?? {}) as { claimName?: string };
    const name = claimName ?? (ephemeral ? `${metadata.name}-${volume}` : undefined);
    return name === undefined ? [] : [{ name, volume, isEphemeral: claimName === undefined }];
  });
}

/** The names of the claims of a pod, in its order. */
export const claimNames = (pod: Pod): readonly string[] => claimsNamedBy(pod).map(({ name }) => name);

/** Whether a claim has its volume for good (kube-scheduler v1.36 volumebinding/binder.go isPVCFullyBound). */
export function isBound({ spec, metadata, status }: PersistentVolumeClaim): boolean {
  // The phase follows the annotation; saved snapshots may lack either.
  const isCompleted = metadata.annotations?.["pv.kubernetes.io/bind-completed"] !== undefined;
  return Boolean(spec?.volumeName) && (isCompleted || status?.phase === "Bound");
}
