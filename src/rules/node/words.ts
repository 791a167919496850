import { kubectl } from "../../text/command.ts";
import { count, name, type Piece, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { afterTemplateChange, isStaticPod, patchPodSpec, remakePod, workloadArgument } from "../repair.ts";

/** The node the pod is bound to, by name. */
export const nodeName = ({ pod }: PodInput): Piece => (pod.spec.nodeName ? name(pod.spec.nodeName) : "the node");

/** A look at the node. */
export const seeNode = (input: PodInput, title: Text): Fix => ({
  title,
  commands: input.pod.spec.nodeName ? [kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName)] : [],
  applies: "as-is",
  by: "cluster-admin",
});

/** What a pod that is over leaves behind: an owner has made another one, a bare pod stays as it is. */
export function leftover(input: PodInput): readonly Fix[] {
  const { pod, owners } = input;
  if (isStaticPod(input)) return [];
  const { namespace, name: podName } = pod.metadata;
  return owners.length > 0
    ? [
        {
          title: text`${input.workload.kind} ${name(input.workload.name)} makes another pod in its place. This one is kept only to be read; delete it when you have.`,
          commands: [kubectl("deletes", namespace, "delete", "pod", podName)],
          applies: "as-is",
          by: "workload-owner",
        },
      ]
    : [
        {
          title: text`Nobody makes this pod anew: delete it and create it again, for the scheduler to choose a node.`,
          commands: [remakePod(input)],
          applies: "as-is",
          by: "workload-owner",
        },
      ];
}

/** What the pods of the workload request or may use, for one container. */
export function setResources(
  input: PodInput,
  container: string,
  what: "requests" | "limits",
  resource: string,
  quantity: string,
  title: Text,
  applies: Fix["applies"] = "as-is",
): Fix {
  const { workload } = input;
  const template = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "CronJob"];
  const isInit = input.containers.some(({ name: one, role }) => one === container && role !== "main");
  const list = isInit ? "initContainers" : "containers";
  const patch = () =>
    patchPodSpec(input, { [list]: [{ name: container, resources: { [what]: { [resource]: quantity } } }] }, title, {
      applies,
    });
  // kubectl set resources leaves init containers alone.
  if (isInit || !template.includes(workload.kind) || isStaticPod(input)) return patch();
  const command = kubectl(
    "changes",
    workload.namespace,
    "set",
    "resources",
    workloadArgument(input),
    "-c",
    container,
    `--${what}=${resource}=${quantity}`,
  );
  return { ...patch(), commands: [command, ...afterTemplateChange(input)] };
}

/** How many other pods on the pod's node are there, and how many of them are not ready; undefined where we know of none. */
export function neighbours({
  pod,
  snapshot,
}: PodInput): { readonly all: number; readonly notReady: number } | undefined {
  const others = snapshot
    .list("Pod")
    .items.filter(
      ({ spec, metadata, status }) =>
        spec.nodeName === pod.spec.nodeName &&
        (metadata.name !== pod.metadata.name || metadata.namespace !== pod.metadata.namespace) &&
        status?.phase !== "Succeeded" &&
        status?.phase !== "Failed",
    );
  if (others.length === 0) return undefined;
  const notReady = others.filter(
    ({ status }) => !status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
  return { all: others.length, notReady: notReady.length };
}

/** `Of 12 other pods that were read on this node 12 are not ready.` */
export function neighboursNote(input: PodInput): Text | undefined {
  const found = neighbours(input);
  return (
    found &&
    text`Of ${count(found.all, "other pod")} that ${found.all === 1 ? "was" : "were"} read on this node ${found.notReady} ${found.notReady === 1 ? "is" : "are"} not ready.`
  );
}
