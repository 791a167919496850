import type { V1RuntimeClass } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { anything, fieldsOf, metadataSchema, optionalText } from "./object.ts";

export const runtimeClassSchema = fieldsOf<V1RuntimeClass>()({
  apiVersion: optionalText,
  kind: z.literal("RuntimeClass"),
  metadata: metadataSchema,
  handler: optionalText,
  scheduling: anything,
});
export type RuntimeClass = z.infer<typeof runtimeClassSchema>;
