import { controllerOf } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { workloadArgument, workloadFix } from "../repair.ts";

/** Where an update needs one place more than there are: the old pod goes first. Only on a Deployment that surges. */
export function surgeFix(input: PodInput): readonly Fix[] {
  if (input.workload.kind !== "Deployment" || !isUpdating(input)) return [];
  const surge = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } };
  const words = ["patch", workloadArgument(input), "-p", JSON.stringify(surge)] as const;
  const command = kubectl("changes", input.workload.namespace, ...words);
  return [workloadFix(input, text`In an update, let the old pod go first (maxSurge 0).`, [command], "maybe")];
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
