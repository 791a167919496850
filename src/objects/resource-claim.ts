import * as z from "zod/mini";
import { type KubeObject, metadataSchema, optionalBoolean, optionalNumber, optionalText } from "./object.ts";
import type { Pod } from "./pod.ts";
import { type Toleration, tolerationSchema } from "./toleration.ts";

const list = <Item extends z.ZodMiniType>(item: Item) => z.optional(z.array(item));
const requestFields = {
  deviceClassName: optionalText,
  selectors: list(z.looseObject({ cel: z.optional(z.looseObject({ expression: z.string() })) })),
  allocationMode: optionalText,
  count: optionalNumber,
  adminAccess: optionalBoolean,
  tolerations: list(tolerationSchema),
};
const deviceFields = { driver: z.string(), pool: z.string(), device: z.string() };

/** What is read of a ResourceClaim, checked where one enters. */
export const resourceClaimSchema = z.looseObject({
  kind: z.literal("ResourceClaim"),
  metadata: metadataSchema,
  spec: z.optional(
    z.looseObject({
      devices: z.optional(
        z.looseObject({
          requests: list(
            z.looseObject({
              name: z.string(),
              ...requestFields,
              exactly: z.optional(z.looseObject(requestFields)),
              firstAvailable: list(z.looseObject({ name: z.string(), ...requestFields })),
            }),
          ),
          constraints: z.optional(z.array(z.unknown())),
        }),
      ),
    }),
  ),
  status: z.optional(
    z.looseObject({
      allocation: z.optional(
        z.looseObject({
          devices: z.optional(
            z.looseObject({
              results: list(
                z.looseObject({
                  ...deviceFields,
                  bindingConditions: list(z.string()),
                  bindingFailureConditions: list(z.string()),
                }),
              ),
            }),
          ),
        }),
      ),
      reservedFor: list(z.looseObject({ name: z.string() })),
      devices: list(
        z.looseObject({ ...deviceFields, conditions: list(z.looseObject({ type: z.string(), status: z.string() })) }),
      ),
    }),
  ),
});

/** One request of a ResourceClaim; alternatives are requests of their own. */
export interface DeviceRequest {
  readonly name: string;
  readonly deviceClassName?: string;
  readonly selectors?: readonly DeviceSelector[];
  readonly allocationMode?: string;
  readonly count?: number;
  readonly adminAccess?: boolean;
  readonly tolerations?: readonly Toleration[];
  readonly capacity?: unknown;
}

export interface DeviceSelector {
  readonly cel?: { readonly expression: string };
}

/** One device that a claim was given. */
export interface AllocatedDevice {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly adminAccess?: boolean;
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
}

/** What we read of a ResourceClaim (resource.k8s.io v1; k8s.io/api v0.36 resource/v1/types.go). */
export interface ResourceClaim extends KubeObject {
  readonly spec?: {
    readonly devices?: { readonly requests?: readonly RawRequest[]; readonly constraints?: readonly unknown[] };
  };
  readonly status?: {
    readonly allocation?: {
      readonly devices?: { readonly results?: readonly AllocatedDevice[] };
      readonly nodeSelector?: unknown;
    };
    readonly reservedFor?: readonly { readonly resource: string; readonly name: string; readonly uid?: string }[];
    readonly devices?: readonly (AllocatedDevice & {
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason?: string;
        readonly message?: string;
      }[];
    })[];
  };
}

/** Before v1 a request's fields stood beside its name. */
type RawRequest = DeviceRequest & {
  readonly exactly?: DeviceRequest;
  readonly firstAvailable?: readonly DeviceRequest[];
};

/** What a claim asks for: each request with its alternatives, the first of which that can be met is taken. */
export function requestsOf({ spec }: ResourceClaim): readonly {
  readonly name: string;
  readonly alternatives: readonly DeviceRequest[];
}[] {
  return (spec?.devices?.requests ?? []).map(({ exactly, firstAvailable, ...plain }) => ({
    name: plain.name,
    alternatives: firstAvailable
      ? firstAvailable.map((one) => ({ ...one, name: `${plain.name}/${one.name}` }))
      : [{ ...(exactly ?? plain), name: plain.name }],
  }));
}

/** One entry of `spec.resourceClaims`, and the claim that stands for it. */
export interface ClaimReference {
  /** The pod's own name for it. */
  readonly name: string;
  /** Where it stands in the pod. */
  readonly path: string;
  /** The ResourceClaim; undefined where it is still to be made of the template. */
  readonly claim?: string;
  readonly template?: string;
}

/** The claims of a pod. Of a template one is made for each pod; its name stands in the pod's status. */
export function claimReferences({ spec, status }: Pod): readonly ClaimReference[] {
  const { resourceClaims = [] } = spec as {
    resourceClaims?: readonly { name: string; resourceClaimName?: string; resourceClaimTemplateName?: string }[];
  };
  const { resourceClaimStatuses = [] } = (status ?? {}) as {
    resourceClaimStatuses?: readonly { name: string; resourceClaimName?: string }[];
  };
  return resourceClaims.map(({ name, resourceClaimName, resourceClaimTemplateName: template }, index) => {
    const made = resourceClaimStatuses.find((one) => one.name === name)?.resourceClaimName;
    const claim = resourceClaimName ?? made;
    return {
      name,
      path: `spec.resourceClaims[${index}]`,
      ...(claim && { claim }),
      ...(template && { template }),
    };
  });
}

/** A device as its driver publishes it. */
export interface Device {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, DeviceAttribute>>;
  readonly capacity?: Readonly<Record<string, { readonly value?: string | number }>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly nodeName?: string;
  readonly nodeSelector?: unknown;
  readonly allNodes?: boolean;
  readonly consumesCounters?: readonly unknown[];
  readonly allowMultipleAllocations?: boolean;
}

/** Exactly one of them is set. */
export interface DeviceAttribute {
  readonly int?: number;
  readonly bool?: boolean;
  readonly string?: string;
  readonly version?: string;
}

/** What we read of a ResourceSlice. */
export interface ResourceSlice extends KubeObject {
  readonly spec?: {
    readonly driver: string;
    readonly pool: { readonly name: string; readonly generation?: number; readonly resourceSliceCount?: number };
    readonly nodeName?: string;
    readonly nodeSelector?: unknown;
    readonly allNodes?: boolean;
    readonly perDeviceNodeSelection?: boolean;
    readonly sharedCounters?: readonly unknown[];
    /** Before v1 a device's attributes stood below `basic`. */
    readonly devices?: readonly (Device & { readonly basic?: Omit<Device, "name"> })[];
  };
}

/** The devices of a slice, in the form of v1. */
export const devicesOf = ({ spec }: ResourceSlice): readonly Device[] =>
  (spec?.devices ?? []).map(({ basic, ...device }) => ({ ...device, ...basic }));

/** What we read of a DeviceClass. */
export interface DeviceClass extends KubeObject {
  readonly spec?: { readonly selectors?: readonly DeviceSelector[]; readonly extendedResourceName?: string };
}

/** `gpu.example.com/card-0`, in words that name pool and device. */
export const deviceKey = ({ driver, pool, device }: AllocatedDevice): string => `${driver}/${pool}/${device}`;
