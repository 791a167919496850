import { refTo } from "../../objects/object.ts";
import type { PodCondition } from "../../objects/pod.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import type { Match } from "../rule.ts";

/** A resize in place that does not get on. */
export interface Resize {
  readonly state: "deferred" | "infeasible" | "error";
  readonly message: string;
  /** Where it stands in the pod. */
  readonly path: string;
}

/**
 * A resize that waits, cannot be, or failed: conditions PodResizePending and PodResizeInProgress since 1.33,
 * `status.resize` before (kubernetes pkg/kubelet/status/status_manager.go).
 */
function resizeOf({ pod }: PodInput): Resize | undefined {
  if (pod.metadata.deletionTimestamp) return undefined;
  const conditions: readonly PodCondition[] = pod.status?.conditions ?? [];
  for (const [index, { type, status, reason, message = "" }] of conditions.entries()) {
    if (status !== "True") continue;
    const at = { message, path: `status.conditions[${index}].reason` };
    if (type === "PodResizePending" && reason === "Deferred") return { state: "deferred", ...at };
    if (type === "PodResizePending" && reason === "Infeasible") return { state: "infeasible", ...at };
    if (type === "PodResizeInProgress" && reason === "Error") return { state: "error", ...at };
  }
  const old = (pod.status as { resize?: unknown } | undefined)?.resize;
  if (old === "Deferred" || old === "Infeasible")
    return { state: old === "Deferred" ? "deferred" : "infeasible", message: "", path: "status.resize" };
  return undefined;
}

/** What the rule about resizes in one state finds. */
export function resizesThatAre(state: Resize["state"], input: PodInput): readonly Match<{ message: string }>[] {
  const resize = resizeOf(input);
  if (resize?.state !== state) return [];
  return [
    {
      subject: refTo(input.pod),
      confidence: "certain",
      facts: { message: resize.message },
      evidence: [seen(input.pod, resize.path)],
    },
  ];
}
