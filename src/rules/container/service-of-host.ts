import type { KubeObject } from "../../objects/object.ts";
import type { Found } from "../../snapshot/lookup.ts";
import { nearest } from "../../text/nearest.ts";
import type { PodInput } from "../pod-input.ts";

/** What a host in a log is, as far as the snapshot shows. */
export type HostFacts =
  /** The pod itself. */
  | { readonly kind: "self" }
  | {
      readonly kind: "service";
      readonly name: string;
      readonly namespace: string;
      readonly found: Found<KubeObject>;
      /** Names of Services of that namespace that are like it. */
      readonly like: readonly string[];
      /** Endpoints that are ready; undefined where they were not read. */
      readonly readyEndpoints?: number;
      readonly ports: readonly number[];
    }
  | { readonly kind: "address" }
  | { readonly kind: "external" };

/** Whether a host is the pod itself, a Service (which, and does it exist) or something outside. */
export function hostFacts(host: string, { pod, snapshot }: PodInput): HostFacts {
  const own = pod.metadata.namespace ?? "default";
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0)$/.test(host)) return { kind: "self" };
  if (/^\d+\.\d+\.\d+\.\d+$|:/.test(host)) {
    const service = snapshot
      .list("Service")
      .items.find((one) => (one as { spec?: { clusterIP?: string } }).spec?.clusterIP === host);
    return service
      ? serviceFacts(service.metadata.name, service.metadata.namespace ?? own, { pod, snapshot })
      : { kind: "address" };
  }
  // db, db.shop, db.shop.svc, db.shop.svc.cluster.local; another name with dots is of the world outside.
  const parts = /^([a-z0-9-]+)(?:\.([a-z0-9-]+))?(?:\.svc(?:\.[\w.-]+)?)?\.?$/.exec(host);
  if (!parts?.[1]) return { kind: "external" };
  const [, name, namespace = own] = parts;
  const isQualified = host.includes(".svc");
  if (parts[2] && !isQualified && snapshot.find("Service", namespace, name).state !== "found")
    return { kind: "external" };
  return serviceFacts(name, namespace, { pod, snapshot });
}

function serviceFacts(name: string, namespace: string, { snapshot }: Pick<PodInput, "pod" | "snapshot">): HostFacts {
  const found = snapshot.find("Service", namespace, name);
  const names = snapshot.list("Service", namespace).items.map(({ metadata }) => metadata.name);
  const slices = snapshot
    .list("EndpointSlice", namespace)
    .items.filter(
      ({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name,
    ) as readonly (KubeObject & {
    endpoints?: readonly { addresses?: readonly string[]; conditions?: { ready?: boolean } }[];
  })[];
  const ready = slices.flatMap(({ endpoints = [] }) =>
    endpoints.filter(({ conditions }) => conditions?.ready !== false),
  );
  const ports =
    found.state === "found"
      ? ((found.object as { spec?: { ports?: readonly { port: number }[] } }).spec?.ports ?? []).map(({ port }) => port)
      : [];
  return {
    kind: "service",
    name,
    namespace,
    found: found as Found<KubeObject>,
    like: nearest(name, names),
    ...(slices.length > 0 && { readyEndpoints: ready.length }),
    ports,
  };
}
