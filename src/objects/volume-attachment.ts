import type {
  V1VolumeAttachment,
  V1VolumeAttachmentSource,
  V1VolumeAttachmentSpec,
  V1VolumeAttachmentStatus,
  V1VolumeError,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import { fieldsOf, metadataSchema, optionalBoolean, optionalText } from "./object.ts";

const volumeErrorSchema = z.optional(fieldsOf<V1VolumeError>()({ message: optionalText, time: optionalText }));

export const volumeAttachmentSchema = fieldsOf<V1VolumeAttachment>()({
  apiVersion: optionalText,
  kind: z.literal("VolumeAttachment"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1VolumeAttachmentSpec>()({
      attacher: optionalText,
      nodeName: optionalText,
      source: z.optional(fieldsOf<V1VolumeAttachmentSource>()({ persistentVolumeName: optionalText })),
    }),
  ),
  status: z.optional(
    fieldsOf<V1VolumeAttachmentStatus>()({
      attached: optionalBoolean,
      attachError: volumeErrorSchema,
      detachError: volumeErrorSchema,
    }),
  ),
});
export type VolumeAttachment = z.infer<typeof volumeAttachmentSchema>;
