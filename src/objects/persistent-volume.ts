import type {
  V1CSIPersistentVolumeSource,
  V1ObjectReference,
  V1PersistentVolume,
  V1PersistentVolumeSpec,
  V1PersistentVolumeStatus,
  V1VolumeNodeAffinity,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import { nodeSelectorTermSchema } from "./label-selector.ts";
import { fieldsOf, metadataSchema, optionalText } from "./object.ts";

export const persistentVolumeSchema = fieldsOf<V1PersistentVolume>()({
  apiVersion: optionalText,
  kind: z.literal("PersistentVolume"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1PersistentVolumeSpec>()({
      accessModes: z.optional(z.array(z.string())),
      capacity: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
      storageClassName: optionalText,
      volumeMode: optionalText,
      claimRef: z.optional(
        fieldsOf<V1ObjectReference>()({ name: optionalText, namespace: optionalText, uid: optionalText }),
      ),
      csi: z.optional(fieldsOf<V1CSIPersistentVolumeSource>()({ driver: optionalText, volumeHandle: optionalText })),
      nodeAffinity: z.optional(
        fieldsOf<V1VolumeNodeAffinity>()({
          required: z.optional(z.looseObject({ nodeSelectorTerms: z.optional(z.array(nodeSelectorTermSchema)) })),
        }),
      ),
    }),
  ),
  status: z.optional(
    fieldsOf<V1PersistentVolumeStatus>()({ phase: optionalText, reason: optionalText, message: optionalText }),
  ),
});
export type PersistentVolume = z.infer<typeof persistentVolumeSchema>;
