import * as z from "zod/mini";
import { labelSelectorSchema } from "./label-selector.ts";
import { metadataSchema, numberOrText, optionalNumber, optionalText } from "./object.ts";

// Objects that bound what a namespace may have: checked where one enters, and read by the rules as KubeObject.

const amounts = z.optional(z.record(z.string(), numberOrText));

export const limitRangeSchema = z.looseObject({
  kind: z.literal("LimitRange"),
  metadata: metadataSchema,
  spec: z.optional(
    z.looseObject({
      limits: z.optional(
        z.array(
          z.looseObject({
            type: optionalText,
            max: amounts,
            min: amounts,
            default: amounts,
            defaultRequest: amounts,
            maxLimitRequestRatio: amounts,
          }),
        ),
      ),
    }),
  ),
});

export const resourceQuotaSchema = z.looseObject({
  kind: z.literal("ResourceQuota"),
  metadata: metadataSchema,
  spec: z.optional(z.looseObject({ hard: amounts, scopes: z.optional(z.array(z.string())) })),
  status: z.optional(z.looseObject({ hard: amounts, used: amounts })),
});

export const podDisruptionBudgetSchema = z.looseObject({
  kind: z.literal("PodDisruptionBudget"),
  metadata: metadataSchema,
  spec: z.optional(
    z.looseObject({
      selector: z.optional(labelSelectorSchema),
      minAvailable: z.optional(numberOrText),
      maxUnavailable: z.optional(numberOrText),
    }),
  ),
  status: z.optional(
    z.looseObject({
      currentHealthy: optionalNumber,
      desiredHealthy: optionalNumber,
      disruptionsAllowed: optionalNumber,
      expectedPods: optionalNumber,
    }),
  ),
});
