import type { Pod } from "../../objects/pod.ts";
import { isReady } from "../../objects/pod.ts";
import { type EndpointSlice, readyEndpointsOf, SERVICE_NAME_LABEL, type Service } from "../../objects/service.ts";
import type { Lookup } from "../../snapshot/lookup.ts";

/** Where the cluster's DNS runs, and the label of its pods and Services: kubeadm, most clouds, k3s and RKE2 alike. */
export const DNS_NAMESPACE = "kube-system";
export const DNS_LABEL = { "k8s-app": "kube-dns" };

/** The cluster's DNS, as far as it may be seen. */
export interface ClusterDns {
  readonly service?: Service;
  readonly slices: readonly EndpointSlice[];
  /** Undefined where its slices were not read. */
  readonly readyEndpoints?: number;
  readonly pods: readonly Pod[];
  readonly notReady: readonly Pod[];
}

/** What the snapshot holds of the cluster's DNS; a cluster may well keep it under another name. */
export function clusterDns(snapshot: Lookup): ClusterDns {
  const isDns = ({ metadata }: { metadata: { labels?: Readonly<Record<string, string>> | undefined } }) =>
    metadata.labels?.["k8s-app"] === DNS_LABEL["k8s-app"];
  const service = snapshot.list("Service", DNS_NAMESPACE).items.find(isDns);
  const slices = snapshot
    .list("EndpointSlice", DNS_NAMESPACE)
    .items.filter(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === service?.metadata.name);
  const pods = snapshot.list("Pod", DNS_NAMESPACE).items.filter(isDns);
  return {
    ...(service && { service }),
    slices,
    ...(service &&
      slices.length > 0 && { readyEndpoints: slices.reduce((sum, one) => sum + readyEndpointsOf(one), 0) }),
    pods,
    notReady: pods.filter((pod) => !isReady(pod)),
  };
}
