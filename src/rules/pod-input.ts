import { containerOf, type Event } from "../objects/event.ts";
import type { Node } from "../objects/node.ts";
import { type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import type { Container, ContainerStatus, Pod } from "../objects/pod.ts";
import { IMAGE_REASONS, isTerminal, podCondition } from "../objects/pod.ts";
import { isWorkloadKind } from "../objects/workload.ts";
import type { Found, Lookup } from "../snapshot/lookup.ts";

/** One container of a pod: what was asked for, what became of it, and where both stand in the object. */
export interface ContainerView {
  /** `sidecar`: an init container with restartPolicy Always. */
  readonly role: "init" | "sidecar" | "main" | "ephemeral";
  readonly name: string;
  readonly spec: Container;
  /** `spec.containers[0]` */
  readonly specPath: string;
  readonly status?: ContainerStatus;
  /** `status.containerStatuses[0]`; absent without a status. */
  readonly statusPath?: string;
  /** The events that name this container, oldest first. */
  readonly events: readonly Event[];
}

/** What the rules for one pod look at. */
export interface PodInput {
  readonly pod: Pod;
  readonly snapshot: Lookup;
  /** Init containers and sidecars in their order, then the main ones, then ephemeral ones. */
  readonly containers: readonly ContainerView[];
  /** All events of the pod, oldest first. */
  readonly events: readonly Event[];
  /** The node the pod is bound to; undefined without one. */
  readonly node: Found<Node> | undefined;
  /** The controllers above the pod, nearest first. */
  readonly owners: readonly { readonly ref: ObjectRef; readonly object?: KubeObject }[];
  /** What a person would edit to change the pod: the topmost owner that we know how to edit, else the pod itself. */
  readonly workload: ObjectRef;
  readonly progress: Progress;
}

/** How far a pod got. The one step that is `current` is where to look; a pod that is ready has none. */
export const STEPS = ["created", "scheduled", "volumes", "sandbox", "image", "started", "ready"] as const;
export type StepName = (typeof STEPS)[number];
export type StepState = "done" | "current" | "pending";
export interface ProgressStep {
  readonly name: StepName;
  readonly state: StepState;
  /** When it was done, RFC 3339, where something says so. */
  readonly at?: string;
}
export type Progress = readonly ProgressStep[];

/** Gathers what the rules need of one pod. */
export function podInput(pod: Pod, snapshot: Lookup): PodInput {
  const events = snapshot.eventsOf(pod);
  const containers = containersOf(pod, events);
  const nodeName = pod.spec.nodeName;
  const owners = withDeployment(pod, snapshot.ownersOf(pod));
  // Where the topmost owner is one that we cannot edit (an Argo Rollout, say), the nearest below it that we can.
  const workload = owners.findLast(({ ref }) => isWorkloadKind(ref.kind))?.ref ?? refTo(pod);
  return {
    pod,
    snapshot,
    containers,
    events,
    node: nodeName ? snapshot.find("Node", undefined, nodeName) : undefined,
    owners,
    workload,
    progress: progressOf(pod, containers),
  };
}

/**
 * A ReplicaSet that could not be read does not tell its owner, but its name does: a Deployment's is the Deployment's
 * name and the hash that its pods carry as a label (kubernetes v1.36 pkg/controller/deployment/sync.go getNewReplicaSet).
 */
function withDeployment(pod: Pod, owners: PodInput["owners"]): PodInput["owners"] {
  const [first, ...others] = owners;
  const hash = pod.metadata.labels?.["pod-template-hash"];
  if (!first || others.length > 0 || first.object || first.ref.kind !== "ReplicaSet" || !hash) return owners;
  if (!first.ref.name.endsWith(`-${hash}`)) return owners;
  const { namespace } = first.ref;
  const ref = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    ...(namespace && { namespace }),
    name: first.ref.name.slice(0, -hash.length - 1),
  };
  return [first, { ref }];
}

function containersOf(pod: Pod, events: readonly Event[]): ContainerView[] {
  const view = (
    specs: readonly Container[] | undefined,
    specsPath: string,
    statuses: readonly ContainerStatus[] | undefined,
    statusesPath: string,
    role: (spec: Container) => ContainerView["role"],
  ) =>
    (specs ?? []).map((spec, index): ContainerView => {
      // Statuses come in the order of names, not of the spec.
      const at = statuses?.findIndex(({ name }) => name === spec.name) ?? -1;
      const status = statuses?.[at];
      return {
        role: role(spec),
        name: spec.name,
        spec,
        specPath: `${specsPath}[${index}]`,
        ...(status && { status, statusPath: `${statusesPath}[${at}]` }),
        events: events.filter((event) => containerOf(event) === spec.name),
      };
    });
  const { spec, status } = pod;
  return [
    ...view(
      spec.initContainers,
      "spec.initContainers",
      status?.initContainerStatuses,
      "status.initContainerStatuses",
      (c) => (c.restartPolicy === "Always" ? "sidecar" : "init"),
    ),
    ...view(spec.containers, "spec.containers", status?.containerStatuses, "status.containerStatuses", () => "main"),
    ...view(
      spec.ephemeralContainers,
      "spec.ephemeralContainers",
      status?.ephemeralContainerStatuses,
      "status.ephemeralContainerStatuses",
      () => "ephemeral",
    ),
  ];
}

/** Waiting reasons of a container whose image is there (kubelet v1.36 pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer). */
const PAST_IMAGE: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "PreCreateHookError",
  "CreateContainerError",
  "PreStartHookError",
  "RunContainerError",
  "PostStartHookError",
  "CrashLoopBackOff",
]);

/**
 * How far the pod got, from its status alone. The order is the kubelet's (v1.36 pkg/kubelet/kubelet.go SyncPod):
 * volumes, sandbox, then each container's image, creation and start.
 */
function progressOf(pod: Pod, containers: readonly ContainerView[]): Progress {
  const { status } = pod;
  const scheduled = podCondition(pod, "PodScheduled");
  const sandbox = podCondition(pod, "PodReadyToStartContainers");
  const ready = podCondition(pod, "Ready");
  const essential = containers.filter(({ role }) => role !== "ephemeral");
  const hasImage = (view: ContainerView) =>
    Boolean(
      view.status?.imageID ||
        view.status?.state?.running ||
        view.status?.state?.terminated ||
        view.status?.lastState?.terminated ||
        PAST_IMAGE.has(view.status?.state?.waiting?.reason ?? ""),
    );
  const hasStarted = ({ status, role }: ContainerView) =>
    role === "init"
      ? status?.state?.terminated?.exitCode === 0
      : Boolean(status?.state?.running || (status?.state?.terminated?.exitCode === 0 && isTerminal(pod)));
  // While init containers run, the images of those after them are not asked for yet.
  const firstWaiting = essential.findIndex(({ role, status }) =>
    role === "init" ? status?.state?.terminated?.exitCode !== 0 : role === "sidecar" && status?.started !== true,
  );
  const reached = firstWaiting >= 0 ? essential.slice(0, firstWaiting + 1) : essential;
  const isPulling = ({ status }: ContainerView) => IMAGE_REASONS.has(status?.state?.waiting?.reason ?? "");

  const isDone: Record<StepName, boolean> = {
    created: true,
    scheduled: Boolean(pod.spec.nodeName),
    volumes: false,
    // Before 1.29 there is no such condition; an IP or any container that got past "creating" proves the sandbox.
    sandbox: sandbox
      ? sandbox.status === "True"
      : Boolean(status?.podIP) || essential.some((view) => hasImage(view) || isPulling(view)),
    image: reached.length > 0 && reached.every(hasImage),
    started: essential.length > 0 && essential.every(hasStarted),
    ready: ready?.status === "True" || status?.phase === "Succeeded",
  };
  // A terminal pod loses its sandbox, but had one if any container ran.
  isDone.sandbox ||= essential.some(hasImage);
  isDone.volumes = isDone.sandbox;
  const startedAt = essential
    .map(({ status }) => status?.state?.running?.startedAt ?? "")
    .sort()
    .at(-1);
  const at: Partial<Record<StepName, string | undefined>> = {
    created: pod.metadata.creationTimestamp,
    scheduled: scheduled?.status === "True" ? scheduled.lastTransitionTime : undefined,
    sandbox: sandbox?.status === "True" ? sandbox.lastTransitionTime : undefined,
    started: startedAt || undefined,
    ready: ready?.status === "True" ? ready.lastTransitionTime : undefined,
  };
  // The kubelet goes on only when a step is done, so all before the last one done are done as well.
  const lastDone = STEPS.findLastIndex((step) => isDone[step]);
  return STEPS.map((step, index): ProgressStep => {
    const time = at[step];
    const state = index <= lastDone ? "done" : index === lastDone + 1 ? "current" : "pending";
    return { name: step, state, ...(state === "done" && time && { at: time }) };
  });
}
