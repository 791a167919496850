import { controllerOf, type KubeObject } from "../../objects/object.ts";
import { WORKLOAD_KINDS, type Workload } from "../../objects/workload.ts";
import { selectorText } from "../targets.ts";
import type { Reader } from "./standing.ts";

/** The controllers above the pod, and the ReplicaSets of its Deployment's former revisions. */
const owners: Reader = async (pod, collector, { isDone }) => {
  let current: KubeObject | undefined = pod;
  for (let depth = 0; current && depth < 3; depth++) {
    const owner = controllerOf(current);
    const kind = WORKLOAD_KINDS.find((one) => one === owner?.kind);
    if (!owner || !kind) return;
    const next: Workload | undefined = await collector.get(kind, pod.metadata.namespace, owner.name);
    // Former revisions: what ran before is the best guess at what should run now.
    if (next?.kind === "ReplicaSet" && controllerOf(next)?.kind === "Deployment" && !isDone) {
      await Promise.all([
        collector.get("Deployment", pod.metadata.namespace, controllerOf(next)?.name ?? ""),
        collector.list("ReplicaSet", pod.metadata.namespace, {
          labelSelector: selectorText(withoutHash(next.spec?.selector)),
        }),
      ]);
    }
    current = next;
  }
};
export default owners;

/** The Deployment's own selector: the controller added the hash to it (kubernetes v1.36 pkg/controller/deployment/sync.go). */
function withoutHash(selector: unknown): unknown {
  const { matchLabels = {}, ...rest } = (selector ?? {}) as { matchLabels?: Readonly<Record<string, string>> };
  const { "pod-template-hash": _, ...labels } = matchLabels;
  return { matchLabels: labels, ...rest };
}
