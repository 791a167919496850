import type { Resource } from "./api.ts";

const core = (plural: string, kind: string, isNamespaced = true): Resource => ({
  group: "",
  version: "v1",
  plural,
  kind,
  isNamespaced,
});
const v1 = (group: string, plural: string, kind: string, isNamespaced = true): Resource => ({
  group,
  version: "v1",
  plural,
  kind,
  isNamespaced,
});

/** Devices: `resource.k8s.io/v1` came with Kubernetes 1.34, the betas with 1.33 and 1.32. */
const device = (plural: string, kind: string, isNamespaced = true): Resource => ({
  ...v1("resource.k8s.io", plural, kind, isNamespaced),
  orElse: [
    { group: "resource.k8s.io", version: "v1beta2" },
    { group: "resource.k8s.io", version: "v1beta1" },
  ],
});
/** Kueue serves v1beta1 since its first beta, and v1beta2 beside it since 0.15. */
const kueue = (plural: string, kind: string, isNamespaced = true): Resource => ({
  group: "kueue.x-k8s.io",
  version: "v1beta1",
  plural,
  kind,
  isNamespaced,
  orElse: [{ group: "kueue.x-k8s.io", version: "v1beta2" }],
});
const karpenter = (plural: string, kind: string): Resource => ({
  ...v1("karpenter.sh", plural, kind, false),
  orElse: [{ group: "karpenter.sh", version: "v1beta1" }],
});

/** The resources we read, by kind, each in the version that every supported server has. What a server does not have it answers with `not-served`. */
export const RESOURCES = {
  Pod: core("pods", "Pod"),
  Event: core("events", "Event"),
  Node: core("nodes", "Node", false),
  Namespace: core("namespaces", "Namespace", false),
  Secret: core("secrets", "Secret"),
  ConfigMap: core("configmaps", "ConfigMap"),
  ServiceAccount: core("serviceaccounts", "ServiceAccount"),
  PersistentVolumeClaim: core("persistentvolumeclaims", "PersistentVolumeClaim"),
  PersistentVolume: core("persistentvolumes", "PersistentVolume", false),
  ReplicationController: core("replicationcontrollers", "ReplicationController"),
  ResourceQuota: core("resourcequotas", "ResourceQuota"),
  LimitRange: core("limitranges", "LimitRange"),
  Service: core("services", "Service"),
  EndpointSlice: v1("discovery.k8s.io", "endpointslices", "EndpointSlice"),
  ReplicaSet: v1("apps", "replicasets", "ReplicaSet"),
  Deployment: v1("apps", "deployments", "Deployment"),
  StatefulSet: v1("apps", "statefulsets", "StatefulSet"),
  DaemonSet: v1("apps", "daemonsets", "DaemonSet"),
  ControllerRevision: v1("apps", "controllerrevisions", "ControllerRevision"),
  Job: v1("batch", "jobs", "Job"),
  CronJob: v1("batch", "cronjobs", "CronJob"),
  HorizontalPodAutoscaler: {
    group: "autoscaling",
    version: "v2",
    plural: "horizontalpodautoscalers",
    kind: "HorizontalPodAutoscaler",
    isNamespaced: true,
  },
  PodDisruptionBudget: v1("policy", "poddisruptionbudgets", "PodDisruptionBudget"),
  NetworkPolicy: v1("networking.k8s.io", "networkpolicies", "NetworkPolicy"),
  Lease: v1("coordination.k8s.io", "leases", "Lease"),
  PriorityClass: v1("scheduling.k8s.io", "priorityclasses", "PriorityClass", false),
  RuntimeClass: v1("node.k8s.io", "runtimeclasses", "RuntimeClass", false),
  StorageClass: v1("storage.k8s.io", "storageclasses", "StorageClass", false),
  VolumeAttachment: v1("storage.k8s.io", "volumeattachments", "VolumeAttachment", false),
  CSINode: v1("storage.k8s.io", "csinodes", "CSINode", false),
  CSIDriver: v1("storage.k8s.io", "csidrivers", "CSIDriver", false),
  CSIStorageCapacity: v1("storage.k8s.io", "csistoragecapacities", "CSIStorageCapacity"),
  ValidatingWebhookConfiguration: v1(
    "admissionregistration.k8s.io",
    "validatingwebhookconfigurations",
    "ValidatingWebhookConfiguration",
    false,
  ),
  MutatingWebhookConfiguration: v1(
    "admissionregistration.k8s.io",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    false,
  ),
  APIService: v1("apiregistration.k8s.io", "apiservices", "APIService", false),
  ResourceClaim: device("resourceclaims", "ResourceClaim"),
  ResourceClaimTemplate: device("resourceclaimtemplates", "ResourceClaimTemplate"),
  ResourceSlice: device("resourceslices", "ResourceSlice", false),
  DeviceClass: device("deviceclasses", "DeviceClass", false),
  Workload: kueue("workloads", "Workload"),
  LocalQueue: kueue("localqueues", "LocalQueue"),
  ClusterQueue: kueue("clusterqueues", "ClusterQueue", false),
  // Three projects have a kind of that name: kube-scheduler's coscheduling plugin, Volcano and Kubernetes itself.
  PodGroup: {
    group: "scheduling.x-k8s.io",
    version: "v1alpha1",
    plural: "podgroups",
    kind: "PodGroup",
    isNamespaced: true,
    orElse: [
      { group: "scheduling.volcano.sh", version: "v1beta1" },
      { group: "scheduling.k8s.io", version: "v1alpha2" },
    ],
  },
  ElasticQuota: {
    group: "scheduling.x-k8s.io",
    version: "v1alpha1",
    plural: "elasticquotas",
    kind: "ElasticQuota",
    isNamespaced: true,
  },
  NodePool: karpenter("nodepools", "NodePool"),
  NodeClaim: karpenter("nodeclaims", "NodeClaim"),
} satisfies Record<string, Resource>;

/** A kind we can read. */
export type Kind = keyof typeof RESOURCES;

/** `/api/v1/namespaces/shop/pods/web`; without a name the list, without a namespace of all namespaces. */
export function pathOf({ group, version, plural }: Resource, namespace: string | undefined, name?: string): string {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const place = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
}
