import type {
  V1ContainerImage,
  V1Node,
  V1NodeCondition,
  V1NodeSpec,
  V1NodeStatus,
  V1NodeSystemInfo,
  V1Taint,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import {
  anything,
  fieldsOf,
  metadataSchema,
  numberOrText,
  optionalBoolean,
  optionalNumber,
  optionalText,
} from "./object.ts";

const taintSchema = fieldsOf<V1Taint>()({
  key: z.string(),
  value: optionalText,
  effect: z.string(),
  timeAdded: optionalText,
});
export type Taint = z.infer<typeof taintSchema>;

const nodeConditionSchema = fieldsOf<V1NodeCondition>()({
  type: z.string(),
  status: z.string(),
  reason: optionalText,
  message: optionalText,
  lastHeartbeatTime: optionalText,
  lastTransitionTime: optionalText,
});
export type NodeCondition = z.infer<typeof nodeConditionSchema>;

export const nodeSchema = fieldsOf<V1Node>()({
  apiVersion: optionalText,
  kind: z.literal("Node"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1NodeSpec>()({
      unschedulable: optionalBoolean,
      taints: z.optional(z.array(taintSchema)),
      providerID: optionalText,
    }),
  ),
  status: z.optional(
    fieldsOf<V1NodeStatus>()({
      capacity: z.optional(z.record(z.string(), numberOrText)),
      allocatable: z.optional(z.record(z.string(), numberOrText)),
      conditions: z.optional(z.array(nodeConditionSchema)),
      images: z.optional(
        z.array(fieldsOf<V1ContainerImage>()({ names: z.optional(z.array(z.string())), sizeBytes: optionalNumber })),
      ),
      nodeInfo: z.optional(
        // client-node marks all fields of V1NodeSystemInfo as required; recorded nodes often lack some.
        fieldsOf<V1NodeSystemInfo>()({
          architecture: optionalText,
          operatingSystem: optionalText,
          containerRuntimeVersion: optionalText,
          kubeletVersion: optionalText,
        }),
      ),
      volumesAttached: anything,
    }),
  ),
});
export type Node = z.infer<typeof nodeSchema>;

/** The condition of one type, if the node has it. */
export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}
