import type { Event } from "../../src/objects/event.ts";
import type { Node } from "../../src/objects/node.ts";
import type { KubeObject, ObjectRef } from "../../src/objects/object.ts";
import { refTo } from "../../src/objects/object.ts";
import type { ContainerStatus, Pod } from "../../src/objects/pod.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";

/** The moment at which everything built here is looked at. */
export const NOW = "2026-03-04T12:00:00Z";

/** RFC 3339 of so many seconds before NOW. */
export const ago = (seconds: number) => new Date(Date.parse(NOW) - seconds * 1000).toISOString().replace(".000Z", "Z");

type Changes<T> = { readonly [Key in keyof T]?: T[Key] };

/** A pod of namespace shop with one container, created ten minutes ago, of which nothing is known yet. */
export function pod(
  name: string,
  more: { metadata?: Changes<Pod["metadata"]>; spec?: Changes<Pod["spec"]>; status?: Pod["status"] } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid: `uid-of-${name}`, creationTimestamp: ago(600), ...more.metadata },
    spec: { containers: [{ name: "app", image: "registry.test:5000/shop/web:2.0.1" }], ...more.spec },
    status: { phase: "Pending", ...more.status },
  };
}

/** A status as the kubelet has it once the pod is on a node: scheduled and sandboxed so long ago. */
export function onNode(seconds: number, containers: readonly ContainerStatus[], isReady = false): Pod["status"] {
  const state = isReady ? "True" : "False";
  const why = isReady ? {} : { reason: "ContainersNotReady", message: "containers with unready status: [app]" };
  return {
    phase: containers.some(({ state }) => state?.running) ? "Running" : "Pending",
    podIP: "10.244.0.7",
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: ago(seconds) },
      { type: "PodReadyToStartContainers", status: "True", lastTransitionTime: ago(seconds - 1) },
      { type: "Initialized", status: "True", lastTransitionTime: ago(seconds) },
      { type: "Ready", status: state, lastTransitionTime: ago(seconds - 2), ...why },
      { type: "ContainersReady", status: state, lastTransitionTime: ago(seconds - 2), ...why },
    ],
    containerStatuses: [...containers],
  };
}

/** The status of a container that waits. */
export const waiting = (name: string, reason: string, message?: string): ContainerStatus => ({
  name,
  ready: false,
  started: false,
  restartCount: 0,
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});

/** The status of a container that runs. */
export const running = (name: string, seconds: number, more: Changes<ContainerStatus> = {}): ContainerStatus => ({
  name,
  ready: true,
  started: true,
  restartCount: 0,
  imageID: "sha256:1",
  state: { running: { startedAt: ago(seconds) } },
  ...more,
});

/** A node that is Ready. */
export function node(name: string, more: Changes<Node> = {}): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: `uid-of-${name}` },
    status: { conditions: [{ type: "Ready", status: "True", reason: "KubeletReady" }] },
    ...more,
  };
}

/** A warning about an object, seen once ten seconds ago unless said otherwise. */
export function event(about: KubeObject, reason: string, message: string, more: Changes<Event> = {}): Event {
  const { kind, metadata } = about;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${metadata.name}.${reason.toLowerCase()}.${message.length}`, namespace: metadata.namespace },
    involvedObject: { kind, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
    type: "Warning",
    reason,
    message,
    count: 1,
    firstTimestamp: ago(10),
    lastTimestamp: ago(10),
    ...more,
  };
}

/** A ReplicaSet and its Deployment, and the owner reference that a pod of them has. */
export function deploymentOf(
  name: string,
  hash = "7d4b9c6f5",
): { objects: KubeObject[]; ownerReferences: NonNullable<Pod["metadata"]["ownerReferences"]> } {
  const owner = (kind: string, ownerName: string) => [
    { apiVersion: "apps/v1", kind, name: ownerName, controller: true },
  ];
  return {
    objects: [
      {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: `${name}-${hash}`, namespace: "shop", ownerReferences: owner("Deployment", name) },
      },
      { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: "shop" } },
    ],
    ownerReferences: owner("ReplicaSet", `${name}-${hash}`),
  };
}

/** A snapshot that is complete: what is not among the objects does not exist. Targets are the pods unless said otherwise. */
export function snapshotOf(objects: readonly KubeObject[], more: Partial<Snapshot> = {}): Snapshot {
  const targets: ObjectRef[] = objects.filter(({ kind }) => kind === "Pod").map(refTo);
  return { takenAt: NOW, targets, objects, absent: [], gaps: [], complete: [], logs: [], skipped: [], ...more };
}
