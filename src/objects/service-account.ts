import type { V1ServiceAccount } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { fieldsOf, metadataSchema, optionalText } from "./object.ts";

export const serviceAccountSchema = fieldsOf<V1ServiceAccount>()({
  apiVersion: optionalText,
  kind: z.literal("ServiceAccount"),
  metadata: metadataSchema,
  imagePullSecrets: z.optional(z.array(z.looseObject({ name: optionalText }))),
});
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;
