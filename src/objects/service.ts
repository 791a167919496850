import type {
  DiscoveryV1EndpointPort,
  V1Endpoint,
  V1EndpointConditions,
  V1EndpointSlice,
  V1Service,
  V1ServicePort,
  V1ServiceSpec,
} from "@kubernetes/client-node";
import * as z from "zod/mini";
import {
  fieldsOf,
  metadataSchema,
  numberOrText,
  optionalBoolean,
  optionalNumber,
  optionalText,
  optionalTextMap,
} from "./object.ts";

const servicePortSchema = fieldsOf<V1ServicePort>()({
  name: optionalText,
  port: z.number(),
  protocol: optionalText,
  targetPort: z.optional(numberOrText),
});
export type ServicePort = z.infer<typeof servicePortSchema>;

export const serviceSchema = fieldsOf<V1Service>()({
  apiVersion: optionalText,
  kind: z.literal("Service"),
  metadata: metadataSchema,
  spec: z.optional(
    fieldsOf<V1ServiceSpec>()({
      type: optionalText,
      clusterIP: optionalText,
      externalName: optionalText,
      selector: optionalTextMap,
      ports: z.optional(z.array(servicePortSchema)),
    }),
  ),
});
export type Service = z.infer<typeof serviceSchema>;

/** Some of the addresses behind a Service; all slices of one Service carry its name as a label. */
export const endpointSliceSchema = fieldsOf<V1EndpointSlice>()({
  apiVersion: optionalText,
  kind: z.literal("EndpointSlice"),
  metadata: metadataSchema,
  ports: z.optional(
    z.array(fieldsOf<DiscoveryV1EndpointPort>()({ name: optionalText, port: optionalNumber, protocol: optionalText })),
  ),
  endpoints: z.optional(
    z.array(
      fieldsOf<V1Endpoint>()({
        addresses: z.optional(z.array(z.string())),
        hostname: optionalText,
        conditions: z.optional(fieldsOf<V1EndpointConditions>()({ ready: optionalBoolean })),
      }),
    ),
  ),
});
export type EndpointSlice = z.infer<typeof endpointSliceSchema>;

/** The label by which a slice names its Service (k8s.io/api v0.36 discovery/v1/well_known_labels.go). */
export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** Endpoints that take traffic: one whose condition is unknown counts as ready (discovery/v1 types.go). */
export function readyEndpointsOf({ endpoints = [] }: EndpointSlice): number {
  return endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
}

/** The labels by which a Service chooses its pods; undefined for one that chooses none. */
export function selectorOfService({ spec }: Service): Readonly<Record<string, string>> | undefined {
  return spec?.selector && Object.keys(spec.selector).length > 0 ? spec.selector : undefined;
}

/** A Service as a host name of the cluster's DNS names it. */
export interface ServiceName {
  readonly name: string;
  readonly namespace: string;
  /**
   * `certain`: no other host can be called so (`db.shop.svc`); `likely`: one word, which the search list makes a Service
   * of the pod's own namespace; `maybe`: two words, `db.shop`, which may be any other host as well.
   */
  readonly form: "certain" | "likely" | "maybe";
}

const WORD = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?";
/** `[pod.]db.shop.svc[.cluster.local]` (Kubernetes DNS specification 1.1, section 2.3). */
const QUALIFIED = new RegExp(`^(?:${WORD}\\.)?(${WORD})\\.(${WORD})\\.svc(?:\\.[a-z0-9.-]+)?\\.?$`);
const SHORT = new RegExp(`^(${WORD})(?:\\.(${WORD}))?\\.?$`);

/** The Service that a host name would lead to; undefined for addresses and names of the world outside. */
export function serviceNameOf(host: string, ownNamespace: string): ServiceName | undefined {
  if (/^[\d.]+$|:|^localhost$/.test(host)) return undefined;
  const [, name, namespace] = QUALIFIED.exec(host) ?? [];
  if (name && namespace) return { name, namespace, form: "certain" };
  const [, first, second] = SHORT.exec(host) ?? [];
  if (!first) return undefined;
  return second
    ? { name: first, namespace: second, form: "maybe" }
    : { name: first, namespace: ownNamespace, form: "likely" };
}
