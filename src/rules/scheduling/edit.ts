import { controllerOf } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { name, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { foreignOwner, managedBy, TEMPLATE_KINDS, workloadArgument } from "../repair.ts";

/** Changes the pod template of the workload by words of kubectl; where a template cannot be changed, says how else. */
export function editTemplate(
  input: PodInput,
  title: Text,
  words: readonly string[],
  applies: Fix["applies"] = "as-is",
): Fix {
  const { workload, pod } = input;
  const { namespace } = pod.metadata;
  if (!TEMPLATE_KINDS.has(workload.kind)) {
    const isJob = workload.kind === "Job";
    return {
      title: text`${title} The spec of a ${isJob ? "Job" : "pod"} cannot be changed in this: save it, change it, delete it and create it again.`,
      commands: [
        kubectl("reads", namespace, "get", isJob ? `job/${workload.name}` : `pod/${pod.metadata.name}`, "-o", "yaml"),
      ],
      applies: "maybe",
      by: "workload-owner",
    };
  }
  const manager = managedBy(input);
  const foreign = foreignOwner(input);
  return {
    title: text`${title}${manager && text` It belongs to ${manager}.`}${foreign && text` ${foreign.kind} ${name(foreign.name)} owns it: change it there.`}`,
    commands: [
      kubectl(
        "changes",
        namespace,
        ...(words.map((word) => (word === "WORKLOAD" ? workloadArgument(input) : word)) as [string, ...string[]]),
      ),
    ],
    applies: foreign ? "maybe" : applies,
    by: "workload-owner",
  };
}

/** Where an update needs one place more than there are: the old pod goes first. Only on a Deployment that surges. */
export function surgeFix(input: PodInput): readonly Fix[] {
  if (input.workload.kind !== "Deployment" || !isUpdating(input)) return [];
  const surge = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } };
  return [
    editTemplate(
      input,
      text`In an update, let the old pod go first (maxSurge 0).`,
      ["patch", "WORKLOAD", "-p", JSON.stringify(surge)],
      "maybe",
    ),
  ];
}

/** Whether pods of another revision of the workload are there; where the pods are not known it may be. */
function isUpdating({ pod, snapshot, workload }: PodInput): boolean {
  const pods = snapshot.list("Pod", pod.metadata.namespace);
  const own = controllerOf(pod)?.name;
  const isOther = (one: Pod) => {
    const set = controllerOf(one)?.name ?? one.metadata.name.replace(/-[^-]+$/, "");
    return one.spec.nodeName && set !== own && set.startsWith(`${workload.name}-`);
  };
  return !pods.isComplete || pods.items.some(isOther);
}
