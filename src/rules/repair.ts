import type { KubeObject, ObjectRef } from "../objects/object.ts";
import type { Workload } from "../objects/workload.ts";
import { type Command, kubectl } from "../text/command.ts";
import { name, type Text, text } from "../text/text.ts";
import type { Fix } from "./finding.ts";
import { managerOf } from "./managed-by.ts";
import type { PodInput } from "./pod-input.ts";

/** `deployment/web`: how kubectl takes the object that a person would edit to change this pod. */
export function workloadArgument({ workload }: PodInput): string {
  return `${workload.kind.toLowerCase()}/${workload.name}`;
}

/** What keeps a change of the workload from lasting: a chart or a Git repository that will write it again. */
export function managedBy({ owners, pod }: PodInput): Text | undefined {
  return managerOf([...owners.map(({ object }) => object), pod as KubeObject].reverse());
}

/** A pod of a manifest file on its node: what the API shows is a mirror that cannot be changed. */
export function isStaticPod({ pod, owners }: PodInput): boolean {
  return (
    pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined ||
    owners.some(({ ref }) => ref.kind === "Node")
  );
}

/** The owner that would change our change back: one that `kubectl set image` and its kin cannot edit. */
export function foreignOwner({ owners, workload }: PodInput): ObjectRef | undefined {
  const top = owners.at(-1)?.ref;
  return top && top.kind !== workload.kind ? top : undefined;
}

interface Certainty {
  /** `maybe` where the new value is a guess; with a <placeholder> in it the fix is `fill-in` anyhow. */
  readonly applies?: Fix["applies"];
}

/** Sets the image of one container on the workload. An image with a <placeholder> makes it a fix to fill in. */
export function setImage(
  input: PodInput,
  container: string,
  image: string,
  title: Text,
  { applies = "as-is" }: Certainty = {},
): Fix {
  const { workload, pod } = input;
  const set = (namespace: string | undefined, target: string) =>
    kubectl("changes", namespace, "set", "image", target, `${container}=${image}`);
  const onPod = set(pod.metadata.namespace, `pod/${pod.metadata.name}`);
  const how = image.includes("<") ? "fill-in" : applies;
  if (isStaticPod(input)) return staticPodFix(input, title);
  if (workload.kind === "Job") {
    // A Job's template cannot be changed; its pods' images can, and the pod in trouble is one of them.
    return workloadFix(input, text`${title} A Job's template cannot be changed: this changes its pod.`, [onPod], how);
  }
  if (workload.kind === "CronJob") {
    return workloadFix(
      input,
      text`${title} The second command helps the run that waits now.`,
      [set(workload.namespace, workloadArgument(input)), onPod],
      how,
    );
  }
  return workloadFix(
    input,
    title,
    [set(workload.namespace, workloadArgument(input)), ...afterTemplateChange(input)],
    how,
  );
}

/** Changes fields of the pod's spec, given as a strategic merge patch, where they can be changed: on the workload. */
export function patchPodSpec(
  input: PodInput,
  spec: Readonly<Record<string, unknown>>,
  title: Text,
  { applies = "as-is" }: Certainty = {},
): Fix {
  const { workload, pod } = input;
  const patch = JSON.stringify(spec);
  const how = patch.includes("<") ? "fill-in" : applies;
  if (isStaticPod(input)) return staticPodFix(input, title);
  if (workload.kind === "CronJob" || TEMPLATE_KINDS.has(workload.kind)) {
    const whole =
      workload.kind === "CronJob"
        ? { spec: { jobTemplate: { spec: { template: { spec } } } } }
        : { spec: { template: { spec } } };
    const command = kubectl(
      "changes",
      workload.namespace,
      "patch",
      workloadArgument(input),
      "-p",
      JSON.stringify(whole),
    );
    return workloadFix(input, title, [command, ...afterTemplateChange(input)], how);
  }
  if (isBarePod(input))
    return workloadFix(
      input,
      text`${title} In a pod this cannot be changed: it is made anew.`,
      [remakePod(input, spec)],
      how,
    );
  // Nearly all of a pod's spec, and a Job's template, are fixed for life: a new one takes its place.
  const kind = workload.kind === "Job" ? "Job" : "pod";
  return workloadFix(
    input,
    text`${title} In a ${kind} this cannot be changed: change it in the manifest (${name(patch)}) and make the ${kind} anew.`,
    [kubectl("deletes", pod.metadata.namespace, "replace", "--force", "-f", "<manifest.yaml>")],
    "fill-in",
  );
}

/** Sets a request of one container, and a limit where one goes with it. An amount that is a <placeholder> makes it a fix to fill in. */
export function setRequest(
  input: PodInput,
  container: string,
  { resource, request, limit }: { readonly resource: string; readonly request: string; readonly limit?: string },
  title: Text,
  certainty: Certainty = {},
): Fix {
  const isInit = input.pod.spec.initContainers?.some((one) => one.name === container);
  const resources = { requests: { [resource]: request }, ...(limit && { limits: { [resource]: limit } }) };
  const patch = { [isInit ? "initContainers" : "containers"]: [{ name: container, resources }] };
  const made = patchPodSpec(input, patch, title, certainty);
  const [first, ...others] = made.commands;
  if (!first?.argv.includes("patch") || first.into) return made;
  // For a template kubectl has shorter words.
  const amounts = [`--requests=${resource}=${request}`, ...(limit ? [`--limits=${resource}=${limit}`] : [])];
  const words = ["set", "resources", workloadArgument(input), "-c", container, ...amounts] as const;
  return { ...made, commands: [kubectl("changes", input.workload.namespace, ...words), ...others] };
}

/** Whether nobody makes the pod anew when it is gone. */
const isBarePod = (input: PodInput): boolean =>
  input.workload.kind === "Pod" && input.owners.length === 0 && !isStaticPod(input);

/** Makes a pod of nobody anew, with a strategic merge patch of its spec, for the scheduler to choose a node again. */
export function remakePod({ pod }: PodInput, spec: Readonly<Record<string, unknown>> = {}): Command {
  const { namespace, name: podName } = pod.metadata;
  // The API takes a new pod with a node, past the scheduler, and none with ephemeral containers.
  const left = ["nodeName", "ephemeralContainers"].filter((field) => pod.spec[field as "nodeName"] !== undefined);
  const without = Object.fromEntries(left.map((field) => [field, null]));
  return remake(namespace, "pod", podName, { spec: { ...spec, ...without } });
}

/** Kinds whose own pod template can be changed while they live. */
export const TEMPLATE_KINDS: ReadonlySet<string> = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
]);

/**
 * What has to be done by hand after the template is right. A StatefulSet waits for its broken pod to become Ready before
 * it replaces it (kubernetes v1.36 pkg/controller/statefulset/stateful_set_control.go, OrderedReady); ReplicaSets and the
 * strategy OnDelete never replace a pod.
 */
export function afterTemplateChange({ workload, owners, pod }: PodInput): readonly Command[] {
  const object = owners.find(({ ref }) => ref.kind === workload.kind && ref.name === workload.name)?.object as
    | (Workload & { spec?: { podManagementPolicy?: string; updateStrategy?: { type?: string } } })
    | undefined;
  const isByHand =
    workload.kind === "ReplicaSet" ||
    workload.kind === "ReplicationController" ||
    object?.spec?.updateStrategy?.type === "OnDelete" ||
    (workload.kind === "StatefulSet" && object?.spec?.podManagementPolicy !== "Parallel");
  return isByHand ? [deletePod(pod)] : [];
}

/** Deletes the pod, for its owner to make it anew. */
export function deletePod({ metadata }: PodInput["pod"]): Command {
  return kubectl("deletes", metadata.namespace, "delete", "pod", metadata.name);
}

/** Makes the pods of the workload anew, with what has changed around them. Undefined where nobody would. */
export function remakePods(input: PodInput): Command | undefined {
  const { workload, pod, owners } = input;
  if (["Deployment", "StatefulSet", "DaemonSet"].includes(workload.kind)) {
    // A roll-out waits for the broken pod of a StatefulSet, and never comes with OnDelete.
    const byHand = afterTemplateChange(input)[0];
    return byHand ?? kubectl("restarts", workload.namespace, "rollout", "restart", workloadArgument(input));
  }
  return owners.length > 0 && !isStaticPod(input) ? deletePod(pod) : undefined;
}

function staticPodFix({ pod }: PodInput, title: Text): Fix {
  return {
    title: text`${title} This is a static pod: change its manifest on node ${name(pod.spec.nodeName ?? "")}, by default in /etc/kubernetes/manifests; the kubelet sees the change.`,
    commands: [],
    applies: "maybe",
    by: "cluster-admin",
  };
}

/** A change of the workload, with what may change it back. */
export function workloadFix(input: PodInput, title: Text, commands: readonly Command[], applies: Fix["applies"]): Fix {
  const manager = managedBy(input);
  const owner = foreignOwner(input);
  return {
    title: [
      ...title,
      ...(owner ? text` ${owner.kind} ${name(owner.name)} made it and may change it back: change it there.` : []),
      ...(manager ? text` It belongs to ${manager}.` : []),
    ],
    commands,
    applies: owner && applies === "as-is" ? "maybe" : applies,
    by: "workload-owner",
  };
}

/**
 * Makes an object anew as it is, but for a patch: what is fixed for life can be changed in no other way. The dry run only
 * prints the object as it would be; `replace --force` deletes the old one, waits until it is gone, and creates the new one
 * (kubectl v0.36 pkg/cmd/patch/patch.go, pkg/cmd/replace/replace.go forceReplace).
 */
export function remake(namespace: string | undefined, kind: string, objectName: string, patch: object): Command {
  const changed = ["patch", kind, objectName, "-p", JSON.stringify(patch), "--dry-run=client", "-o", "yaml"];
  return {
    ...kubectl("deletes", namespace, ...changed),
    into: kubectl("deletes", namespace, "replace", "--force", "-f", "-").argv,
  };
}

/** Looks again: the repair is verified by the workload's roll-out or by the pod itself, a deletion by its end. */
export function verification({ workload, pod }: PodInput): Command {
  const { namespace, name: podName, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp) return kubectl("reads", namespace, "wait", "--for=delete", `pod/${podName}`, "--timeout=2m");
  switch (workload.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
      return kubectl(
        "reads",
        namespace,
        "rollout",
        "status",
        `${workload.kind.toLowerCase()}/${workload.name}`,
        "--timeout=2m",
      );
    case "Job":
      return kubectl("reads", namespace, "get", "pods", "-l", `batch.kubernetes.io/job-name=${workload.name}`);
    case "CronJob":
      return kubectl("reads", namespace, "get", "pod", podName);
    case "ReplicaSet":
    case "ReplicationController":
      return kubectl("reads", namespace, "get", "pods", "--watch");
    default:
      return kubectl("reads", namespace, "wait", "--for=condition=Ready", `pod/${podName}`, "--timeout=2m");
  }
}

/** A fix that only looks: what it shows decides what to do. */
export function look(title: Text, ...commands: readonly Command[]): Fix {
  return { title, commands, applies: "as-is", by: "workload-owner" };
}

/** Lists all pods of the node that the pod is on: an agent or a driver that lacks there, or is in trouble. */
export function podsOfNode({ pod }: Pick<PodInput, "pod">): Command {
  const node = `spec.nodeName=${pod.spec.nodeName ?? ""}`;
  return kubectl("reads", undefined, "get", "pods", "-A", "-o", "wide", "--field-selector", node);
}

/** A fix on the node or the registry, for which there is no kubectl command that repairs. */
export function adminTask(title: Text, ...commands: readonly Command[]): Fix {
  return { title, commands, applies: "maybe", by: "cluster-admin" };
}
