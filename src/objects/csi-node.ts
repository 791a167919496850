import type { V1CSINode, V1CSINodeDriver, V1CSINodeSpec, V1VolumeNodeResources } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { fieldsOf, metadataSchema, optionalNumber, optionalText } from "./object.ts";

/** What a node tells of the CSI drivers that run on it. */
export const csiNodeSchema = fieldsOf<V1CSINode>()({
  apiVersion: optionalText,
  kind: z.literal("CSINode"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1CSINodeSpec>()({
      drivers: z.optional(
        z.array(
          fieldsOf<V1CSINodeDriver>()({
            name: z.string(),
            allocatable: z.optional(fieldsOf<V1VolumeNodeResources>()({ count: optionalNumber })),
          }),
        ),
      ),
    }),
  ),
});
export type CSINode = z.infer<typeof csiNodeSchema>;
