import type { V1StorageClass } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { fieldsOf, metadataSchema, optionalText } from "./object.ts";

export const storageClassSchema = fieldsOf<V1StorageClass>()({
  apiVersion: optionalText,
  kind: z.literal("StorageClass"),
  metadata: metadataSchema,
  provisioner: optionalText,
  volumeBindingMode: optionalText,
  allowedTopologies: z.optional(
    z.array(
      z.looseObject({
        matchLabelExpressions: z.optional(
          z.array(z.looseObject({ key: z.string(), values: z.optional(z.array(z.string())) })),
        ),
      }),
    ),
  ),
});
export type StorageClass = z.infer<typeof storageClassSchema>;

/** Whether claims without a class get this one (component-helpers v0.36 storage/volume/helpers.go). */
export function isDefaultClass({ metadata }: StorageClass): boolean {
  const { annotations = {} } = metadata;
  return ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"].some(
    (key) => annotations[key] === "true",
  );
}

/** Whether claims of a class are bound only when a pod with them is being scheduled. */
export const isLate = ({ volumeBindingMode }: StorageClass): boolean => volumeBindingMode === "WaitForFirstConsumer";

/** The provisioner of classes whose volumes are made by hand. */
export const NO_PROVISIONER = "kubernetes.io/no-provisioner";

/** Whether somebody makes volumes of a class. */
export const isProvisioned = ({ provisioner }: StorageClass): boolean =>
  Boolean(provisioner) && provisioner !== NO_PROVISIONER;
