import type { Pod } from "../../objects/pod.ts";
import {
  readyEndpointsOf,
  SERVICE_NAME_LABEL,
  type ServiceName,
  selectorOfService,
  serviceNameOf,
} from "../../objects/service.ts";
import { hostInCommand, hostInValue, unknownHost, unreachable, unreachedHost } from "../../text/unreached-host.ts";
import type { Collector } from "../collector.ts";

/** Services of one namespace: enough to find a name in. */
export const MOST_SERVICES = 500;
/** Hosts of one pod that are looked up. */
const MOST_HOSTS = 3;
/** Pods of a namespace among which those behind a Service are looked for. */
const MOST_PODS = 200;
const MOST_WORKLOADS = 100;
const MOST_POLICIES = 100;
const MOST_NAMESAKES = 10;
/** Only the end of a log tells what is wrong now. */
const LAST_LINES = 400;
const DNS_NAMESPACE = "kube-system";
const DNS_SELECTOR = "k8s-app=kube-dns";

/**
 * What surrounds the servers that a pod does not reach, by its log or by what an init container waits for: Services and
 * what is behind them, network policies, and the cluster's DNS where a name cannot be resolved.
 */
export async function readServers(pod: Pod, texts: string, collector: Collector): Promise<void> {
  const { namespace = "" } = pod.metadata;
  const lines = texts.split("\n").slice(-LAST_LINES);
  const said = lines.flatMap((line) => unreachedHost(line) ?? []);
  const asked = hostsAsked(pod);
  const hosts = [...new Set([...said.map(({ host }) => host).reverse(), ...asked])].filter(
    (host) => host !== undefined,
  );
  if (said.length === 0 && hosts.length === 0) return;
  const [services] = await Promise.all([
    collector.list("Service", namespace, { most: MOST_SERVICES }),
    said.length > 0 ? collector.list("NetworkPolicy", namespace, { most: MOST_POLICIES }) : undefined,
    lines.some((line) => unknownHost(line)) ? readDns(collector) : undefined,
  ]);
  const wanted = hosts.slice(0, MOST_HOSTS).flatMap((host): readonly ServiceName[] => {
    const byAddress = services.find(({ spec }) => spec?.clusterIP === host);
    if (byAddress) return [{ name: byAddress.metadata.name, namespace, form: "certain" }];
    const name = serviceNameOf(host.toLowerCase(), namespace);
    if (!name) return [];
    // db-0.db may be a pod behind a Service of the own namespace.
    const own = name.form === "maybe" && services.some(({ metadata }) => metadata.name === name.namespace);
    return [own ? { name: name.namespace, namespace, form: "certain" } : name];
  });
  const isReached = lines.some((line) => unreachable(line) !== undefined);
  await Promise.all(wanted.map((name) => readService(name, { own: namespace, isReached }, collector)));
}

/** Hosts that init containers wait for, and those that variables of crashed containers name. */
function hostsAsked({ spec, status }: Pod): readonly string[] {
  const isRunning = (container: string) =>
    status?.initContainerStatuses?.some(({ name, state }) => name === container && state?.running);
  const waited = (spec.initContainers ?? [])
    .filter(({ name }) => isRunning(name))
    .flatMap(({ command = [], args = [] }) => hostInCommand([...command, ...args].join(" "))?.host ?? []);
  const hasCrashed = (container: string) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].some(
      ({ name, state, lastState }) => name === container && (state?.terminated ?? lastState?.terminated),
    );
  const named = [...(spec.initContainers ?? []), ...spec.containers]
    .filter(({ name }) => hasCrashed(name))
    .flatMap(({ env = [] }) => env)
    .flatMap(({ value }) => (typeof value === "string" ? (hostInValue(value)?.host ?? []) : []))
    // A plain word may be anything; with its namespace it is a server.
    .filter((host) => serviceNameOf(host, "")?.form === "certain");
  return [...waited, ...named];
}

async function readService(
  { name, namespace, form }: ServiceName,
  { own, isReached }: { readonly own: string; readonly isReached: boolean },
  collector: Collector,
): Promise<void> {
  const [service] = await Promise.all([
    collector.get("Service", namespace, name),
    // a.b is a name of the cluster only where b is a namespace; a policy may choose namespaces by their labels.
    form === "maybe" || (isReached && namespace !== own) ? collector.get("Namespace", undefined, namespace) : undefined,
  ]);
  if (!service) {
    await Promise.all([
      collector.tryList("Service", undefined, { fieldSelector: `metadata.name=${name}`, most: MOST_NAMESAKES }),
      namespace !== own && form === "certain"
        ? collector.tryList("Service", namespace, { most: MOST_SERVICES })
        : undefined,
      readWorkloads(namespace, collector),
    ]);
    return;
  }
  const selector = selectorOfService(service);
  const slices = await collector.list(
    "EndpointSlice",
    namespace,
    selector ? { labelSelector: `${SERVICE_NAME_LABEL}=${name}` } : { most: MOST_SERVICES },
  );
  if (!selector) return;
  if (slices.some((slice) => readyEndpointsOf(slice) > 0)) {
    const labelSelector = Object.entries(selector)
      .map(([label, wanted]) => `${label}=${wanted}`)
      .join(",");
    if (!isReached) return;
    await Promise.all([
      collector.list("Pod", namespace, { labelSelector, most: MOST_PODS }),
      namespace !== own ? collector.list("NetworkPolicy", namespace, { most: MOST_POLICIES }) : undefined,
    ]);
    return;
  }
  await Promise.all([collector.list("Pod", namespace, { most: MOST_PODS }), readWorkloads(namespace, collector)]);
}

const readWorkloads = (namespace: string, collector: Collector) =>
  Promise.all(
    (["Deployment", "StatefulSet"] as const).map((kind) =>
      collector.tryList(kind, namespace, { most: MOST_WORKLOADS }),
    ),
  );

/** The cluster's own DNS; no gap where it may not be seen, as many clusters keep it elsewhere. */
async function readDns(collector: Collector): Promise<void> {
  const [services = []] = await Promise.all([
    collector.tryList("Service", DNS_NAMESPACE, { labelSelector: DNS_SELECTOR }),
    collector.tryList("Pod", DNS_NAMESPACE, { labelSelector: DNS_SELECTOR, most: MOST_NAMESAKES }),
  ]);
  const [service] = services;
  if (service)
    await collector.tryList("EndpointSlice", DNS_NAMESPACE, {
      labelSelector: `${SERVICE_NAME_LABEL}=${service.metadata.name}`,
    });
}
