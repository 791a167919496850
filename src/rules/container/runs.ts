import { lastSeen } from "../../objects/event.ts";
import { IMAGE_REASONS, isBetweenCrashes, isReady, isTerminal } from "../../objects/pod.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";

/** A run of a container that is over. */
export interface EndedRun {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** How long it lasted; undefined for one that never began. */
  readonly seconds?: number;
  /** `status.containerStatuses[0].lastState.terminated` */
  readonly path: string;
  /** Of the run before the one that the status tells of first. */
  readonly isPrevious: boolean;
}

/** The newest run of a container that ended. */
export function endedRun({ status, statusPath }: ContainerView): EndedRun | undefined {
  const isPrevious = !status?.state?.terminated;
  const ended = isPrevious ? status?.lastState?.terminated : status.state?.terminated;
  if (!ended || !statusPath) return undefined;
  const { exitCode, signal, reason = "", message, startedAt, finishedAt } = ended;
  const lasted = (Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "")) / 1000;
  // What never began has the year 1970 as its start (containerd) or nothing.
  const began = Date.parse(startedAt ?? "") > 0;
  return {
    exitCode,
    ...(signal && { signal }),
    reason,
    ...(message && { message }),
    ...(began && startedAt && { startedAt }),
    ...(finishedAt && { finishedAt }),
    ...(began && lasted >= 0 && { seconds: Math.round(lasted) }),
    path: `${statusPath}.${isPrevious ? "lastState" : "state"}.terminated`,
    isPrevious,
  };
}

/** Reasons to wait that came after the last run, and are the business of others: the run before says nothing of them. */
const NEWER_TROUBLE: ReadonlySet<string> = new Set([
  ...IMAGE_REASONS,
  "PodInitializing",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "PreCreateHookError",
  "PreStartHookError",
  "PostStartHookError",
]);

/** Whether a container is to be started again after it ended with this exit code. */
export function isRestarted(view: ContainerView, exitCode: number, { pod }: PodInput): boolean {
  if (isTerminal(pod) || view.role === "ephemeral") return false;
  if (view.role === "sidecar") return true;
  // Since 1.35 a container may have a policy of its own.
  const policy = view.spec.restartPolicy ?? pod.spec.restartPolicy ?? "Always";
  if (view.role === "init" && exitCode === 0) return false;
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/**
 * The run whose end is what is wrong with a container now, if that is so. Not for a pod that is being deleted or was
 * failed as a whole, not for a container that has run well since.
 */
export function troublingRun(view: ContainerView, input: PodInput): EndedRun | undefined {
  const { pod, snapshot } = input;
  if (view.role === "ephemeral" || pod.metadata.deletionTimestamp) return undefined;
  if (pod.status?.phase === "Succeeded" || pod.status?.reason) return undefined;
  const run = endedRun(view);
  if (!run) return undefined;
  const { waiting, running } = view.status?.state ?? {};
  if (NEWER_TROUBLE.has(waiting?.reason ?? "")) return undefined;
  if (running && view.status)
    return isBetweenCrashes(view.status, snapshot.now, leastRestarts(view, isReady(pod))) ? run : undefined;
  if (run.exitCode === 0 && !run.isPrevious && !isRestarted(view, 0, input)) return undefined;
  return run;
}

/** Once is enough where the kubelet held it back already, and the pod is not ready. */
function leastRestarts({ events }: ContainerView, isPodReady: boolean): number | undefined {
  const wasHeldBack = events.some(
    ({ reason, message = "" }) => reason === "BackOff" && /restarting failed/.test(message),
  );
  return wasHeldBack && !isPodReady ? 1 : undefined;
}

/**
 * Who ended the last run, in the kubelet's words: the event Killing of it or of the one after it. Noisy pods lose events
 * (client-go v0.36 tools/record/events_cache.go), so a probe that failed in a run which a signal ended counts too.
 */
export function killedBy({ events }: ContainerView, { startedAt = "", exitCode }: EndedRun): string | undefined {
  const since = events.filter((event) => lastSeen(event) >= startedAt);
  const killing = since.findLast(({ reason }) => reason === "Killing")?.message;
  if (killing !== undefined || (exitCode !== 137 && exitCode !== 143)) return killing;
  const failed = /^(?:Liveness|Startup) probe failed/;
  return since.findLast(({ reason, message = "" }) => reason === "Unhealthy" && failed.test(message))?.message;
}
