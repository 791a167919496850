import type { KubeObject } from "../../../src/objects/object.ts";

/** A pod on node worker-1 whose one container waits for a reason. */
export function pod(
  name: string,
  { namespace, waiting, image = "registry.test/shop/web:1" }: { namespace: string; waiting: string; image?: string },
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: "2026-11-24T10:00:00Z" },
    spec: { nodeName: "worker-1", containers: [{ name: "app", image }] },
    status: {
      phase: "Pending",
      startTime: "2026-11-24T10:00:01Z",
      conditions: [
        { type: "PodScheduled", status: "True", lastTransitionTime: "2026-11-24T10:00:00Z" },
        { type: "PodReadyToStartContainers", status: "True", lastTransitionTime: "2026-11-24T10:00:02Z" },
        {
          type: "Ready",
          status: "False",
          reason: "ContainersNotReady",
          message: "containers with unready status: [app]",
        },
      ],
      containerStatuses: [
        { name: "app", image, imageID: "", ready: false, restartCount: 0, state: { waiting: { reason: waiting } } },
      ],
    },
  };
}

/** A warning of the kubelet about a pod. */
export function event(
  podName: string,
  message: string,
  { namespace, name = `${podName}.1` }: { namespace: string; name?: string },
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: "2026-11-24T10:00:05Z" },
    involvedObject: { kind: "Pod", namespace, name: podName, uid: `uid-${podName}`, fieldPath: "spec.containers{app}" },
    type: "Warning",
    reason: "Failed",
    message,
    count: 1,
    firstTimestamp: "2026-11-24T10:00:05Z",
    lastTimestamp: "2026-11-24T10:00:05Z",
    source: { component: "kubelet", host: "worker-1" },
  };
}
