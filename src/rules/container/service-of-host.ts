import {
  readyEndpointsOf,
  SERVICE_NAME_LABEL,
  type Service,
  type ServiceName,
  serviceNameOf,
} from "../../objects/service.ts";
import type { Found } from "../../snapshot/lookup.ts";
import { nearest } from "../../text/nearest.ts";
import type { PodInput } from "../pod-input.ts";

/** A Service that a host name leads to, as far as the snapshot shows. */
export interface ServiceFacts {
  readonly kind: "service";
  readonly name: string;
  readonly namespace: string;
  /** How surely the host name is one of a Service; an address is its own. */
  readonly form: ServiceName["form"];
  readonly found: Found<Service>;
  /** Names of Services of that namespace that are like it. */
  readonly like: readonly string[];
  /** Other namespaces that have a Service of this very name. */
  readonly elsewhere: readonly string[];
  /** Endpoints that are ready; undefined where they were not read. */
  readonly readyEndpoints?: number;
  readonly ports: readonly number[];
}

/** What a host in a log is. */
export type HostFacts =
  /** The pod itself. */
  { readonly kind: "self" } | ServiceFacts | { readonly kind: "address" } | { readonly kind: "external" };

/** Whether a host is the pod itself, a Service (which, and does it exist) or something outside. */
export function hostFacts(named: string, { pod, snapshot }: PodInput): HostFacts {
  const host = named.toLowerCase();
  const own = pod.metadata.namespace ?? "default";
  if (/^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0)$/.test(host)) return { kind: "self" };
  if (/^\d+\.\d+\.\d+\.\d+$|:/.test(host)) {
    const service = snapshot.list("Service").items.find((one) => one.spec?.clusterIP === host);
    if (!service) return { kind: "address" };
    const { name, namespace = own } = service.metadata;
    return serviceFacts({ name, namespace, form: "certain" }, { pod, snapshot });
  }
  const name = serviceNameOf(host, own);
  const isAlias = pod.spec.hostAliases?.some(({ hostnames = [] }) => hostnames.includes(named));
  if (!name || isAlias) return { kind: "external" };
  if (name.form !== "maybe" || snapshot.find("Service", name.namespace, name.name).state === "found")
    return serviceFacts(name, { pod, snapshot });
  // db-0.db, a pod behind a Service of the own namespace; else a.b is a Service only where b is a namespace.
  if (snapshot.find("Service", own, name.namespace).state === "found")
    return serviceFacts({ name: name.namespace, namespace: own, form: "certain" }, { pod, snapshot });
  const isNamespace = snapshot.get("Namespace", undefined, name.namespace) !== undefined;
  return isNamespace ? serviceFacts(name, { pod, snapshot }) : { kind: "external" };
}

function serviceFacts(
  { name, namespace, form }: ServiceName,
  { snapshot }: Pick<PodInput, "pod" | "snapshot">,
): ServiceFacts {
  const found = snapshot.find("Service", namespace, name);
  const names = snapshot.list("Service", namespace).items.map(({ metadata }) => metadata.name);
  const known = snapshot.list("EndpointSlice", namespace);
  const slices = known.items.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === name);
  const namesakes = snapshot
    .list("Service")
    .items.filter(({ metadata }) => metadata.name === name && metadata.namespace !== namespace);
  return {
    kind: "service",
    name,
    namespace,
    form,
    found,
    like: nearest(name, names),
    elsewhere: namesakes.flatMap(({ metadata }) => metadata.namespace ?? []).sort(),
    ...((slices.length > 0 || known.isComplete) && {
      readyEndpoints: slices.reduce((sum, slice) => sum + readyEndpointsOf(slice), 0),
    }),
    ports: found.state === "found" ? (found.object.spec?.ports ?? []).map(({ port }) => port) : [],
  };
}
