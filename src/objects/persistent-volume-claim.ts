import type {
  V1PersistentVolumeClaim,
  V1PersistentVolumeClaimSpec,
  V1PersistentVolumeClaimStatus,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import { anything, fieldsOf, metadataSchema, optionalText } from "./object.ts";

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
      selector: anything,
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
