import type { PodCondition } from "../../objects/pod.ts";
import type { PodInput } from "../pod-input.ts";

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
export function resizeOf({ pod }: PodInput): Resize | undefined {
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
