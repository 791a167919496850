// The pods of this test: real ones that the kubelet pulls for, and told ones, whose status is written here. Those stand on a
// node without a kubelet, for registries that a kubelet would wait on for minutes (it pulls one image at a time).
import { api } from "../lib/api.mjs";

const NODE = "told-node";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
/** The node controller takes a node for lost after 50 s. */
const RENEW_MS = 10_000;

/** Makes the node of the told pods, arm64, and keeps its lease; `remove` ends both. */
export async function addToldNode() {
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: NODE, labels: { "kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux" } },
  };
  await api("POST", "/api/v1/nodes", node);
  const time = new Date().toISOString();
  const condition = (type, status, reason) => ({
    type,
    status,
    reason,
    lastHeartbeatTime: time,
    lastTransitionTime: time,
  });
  const resources = { cpu: "8", memory: "32Gi", "ephemeral-storage": "100Gi", pods: "110" };
  await api("PUT", `/api/v1/nodes/${NODE}/status`, {
    ...node,
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID"),
        condition("Ready", "True", "KubeletReady"),
      ],
      nodeInfo: {
        architecture: "arm64",
        operatingSystem: "linux",
        containerRuntimeVersion: "containerd://2.2.1",
        kubeletVersion: "v1.36.3",
        ...Object.fromEntries(
          ["bootID", "kernelVersion", "kubeProxyVersion", "machineID", "osImage", "systemUUID"].map((key) => [key, ""]),
        ),
      },
    },
  });
  const spec = () => ({
    holderIdentity: NODE,
    leaseDurationSeconds: 40,
    renewTime: new Date().toISOString().replace("Z", "000Z"),
  });
  await api("POST", LEASES, {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: NODE, namespace: "kube-node-lease" },
    spec: spec(),
  });
  const renew = async () => {
    const lease = await api("GET", `${LEASES}/${NODE}`);
    if (lease) await api("PUT", `${LEASES}/${NODE}`, { ...lease, spec: spec() });
  };
  const timer = setInterval(() => renew().catch(() => {}), RENEW_MS);
  return {
    remove: async () => {
      clearInterval(timer);
      await api("DELETE", `/api/v1/nodes/${NODE}`);
      await api("DELETE", `${LEASES}/${NODE}`);
    },
  };
}

/** Makes a namespace in which pods can be created. */
export async function addNamespace(name) {
  while (await api("GET", `/api/v1/namespaces/${name}`)) await new Promise((resolve) => setTimeout(resolve, 300));
  await api("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  while (!(await api("GET", `/api/v1/namespaces/${name}/serviceaccounts/default`)))
    await new Promise((resolve) => setTimeout(resolve, 100));
}

/** A pull secret with logins by their keys: `{ "token.test": { username, password } }`. */
export const addSecret = (namespace, name, auths) =>
  api("POST", `/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") },
  });

const podOf = (name, image, secrets, more) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: {
    // Its own network would take the node half a second for each.
    hostNetwork: true,
    terminationGracePeriodSeconds: 0,
    containers: [{ name: "app", image, command: ["sleep", "1000000"] }],
    imagePullSecrets: secrets.map((secret) => ({ name: secret })),
    ...more,
  },
});

/** A pod that the kubelet pulls for. */
export const addRealPod = (namespace, name, image, secrets) =>
  api("POST", `/api/v1/namespaces/${namespace}/pods`, podOf(name, image, secrets, { nodeName: "node-1" }));

/** A pod that waits for its image, as a kubelet would say it: `error` are the runtime's words. */
export async function addToldPod(namespace, name, image, secrets, error) {
  const base = `/api/v1/namespaces/${namespace}`;
  const pod = await api("POST", `${base}/pods`, podOf(name, image, secrets, { schedulerName: "nobody" }));
  const time = new Date().toISOString().replace(/\.\d+/, "");
  const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${error}`;
  const condition = (type, status) => ({ type, status, lastTransitionTime: time });
  await api("PUT", `${base}/pods/${name}/status`, {
    ...pod,
    status: {
      phase: "Pending",
      startTime: time,
      conditions: [
        condition("Initialized", "True"),
        condition("Ready", "False"),
        condition("ContainersReady", "False"),
        condition("PodScheduled", "True"),
      ],
      containerStatuses: [
        {
          name: "app",
          image,
          imageID: "",
          ready: false,
          restartCount: 0,
          state: {
            waiting: {
              reason: "ImagePullBackOff",
              message: `Back-off pulling image "${image}": ErrImagePull: ${message}`,
            },
          },
        },
      ],
    },
  });
  await api("POST", `${base}/pods/${name}/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name },
    target: { apiVersion: "v1", kind: "Node", name: NODE },
  });
  await api("POST", `${base}/events`, {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.1`, namespace },
    involvedObject: {
      apiVersion: "v1",
      kind: "Pod",
      namespace,
      name,
      uid: pod.metadata.uid,
      fieldPath: "spec.containers{app}",
    },
    type: "Warning",
    reason: "Failed",
    message: `Failed to pull image "${image}": ${message}`,
    source: { component: "kubelet", host: NODE },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 2,
  });
}
