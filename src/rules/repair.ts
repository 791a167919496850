import type { KubeObject } from "../objects/object.ts";
import { type Command, kubectl } from "../text/command.ts";
import { name, type Text, text } from "../text/text.ts";
import type { Fix } from "./finding.ts";
import type { PodInput } from "./pod-input.ts";

/** `deployment/web`: how kubectl takes the object that a person would edit to change this pod. */
export function workloadArgument({ workload }: PodInput): string {
  return `${workload.kind.toLowerCase()}/${workload.name}`;
}

/** What keeps a change of the workload from lasting: a chart or a Git repository that will write it again. */
export function managedBy({ owners, pod }: PodInput): Text | undefined {
  for (const object of [...owners.map(({ object }) => object), pod as KubeObject].reverse()) {
    const { annotations = {}, labels = {} } = object?.metadata ?? {};
    const release = annotations["meta.helm.sh/release-name"];
    if (release)
      return text`Helm release ${name(release)}: change the chart's values too, or the next upgrade undoes this`;
    const application = annotations["argocd.argoproj.io/tracking-id"] ?? labels["argocd.argoproj.io/instance"];
    if (application) return text`Argo CD (${name(application)}): change it in Git too, or the next sync undoes this`;
    const flux = labels["kustomize.toolkit.fluxcd.io/name"] ?? labels["helm.toolkit.fluxcd.io/name"];
    if (flux) return text`Flux (${name(flux)}): change it in Git too, or the next reconciliation undoes this`;
  }
  return undefined;
}

/** Sets the image of one container on the workload. An image with a <placeholder> makes it a fix to fill in. */
export function setImage(input: PodInput, container: string, image: string, title: Text): Fix {
  const { workload, owners } = input;
  const manager = managedBy(input);
  const fullTitle = manager ? text`${title} (the object belongs to ${manager})` : title;
  const applies = image.includes("<") ? "fill-in" : "as-is";
  const topKind = owners.at(-1)?.ref.kind;
  const isForeign = topKind !== undefined && topKind !== workload.kind;
  if (workload.kind === "Job") {
    // A Job's template cannot be changed; its pods' images can, and the pod in trouble is one of them.
    const { namespace, name: podName } = input.pod.metadata;
    return {
      title: text`${fullTitle}; a Job's template cannot be changed, so change this pod, and the Job's manifest for the next run`,
      commands: [kubectl("changes", namespace, "set", "image", `pod/${podName}`, `${container}=${image}`)],
      applies,
      by: "workload-owner",
    };
  }
  return {
    title: isForeign
      ? text`${fullTitle}; ${name(topKind)} ${name(owners.at(-1)?.ref.name ?? "")} owns it: change the image there`
      : fullTitle,
    commands: [
      kubectl("changes", workload.namespace, "set", "image", workloadArgument(input), `${container}=${image}`),
    ],
    applies: isForeign ? "maybe" : applies,
    by: "workload-owner",
  };
}

/** Looks again: the repair is verified by the workload's roll-out or by the pod itself. */
export function verification({ workload, pod }: PodInput): Command {
  const { namespace, name: podName } = pod.metadata;
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
    default:
      return kubectl("reads", namespace, "wait", "--for=condition=Ready", `pod/${podName}`, "--timeout=2m");
  }
}

/** A fix that only looks: what it shows decides what to do. */
export function look(title: Text, ...commands: readonly Command[]): Fix {
  return { title, commands, applies: "as-is", by: "workload-owner" };
}

/** A fix on the node or the registry, for which there is no kubectl command that repairs. */
export function adminTask(title: Text, ...commands: readonly Command[]): Fix {
  return { title, commands, applies: "maybe", by: "cluster-admin" };
}
