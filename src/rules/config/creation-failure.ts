import { lastSeen } from "../../objects/event.ts";
import { isTerminal } from "../../objects/pod.ts";
import { type Evidence, seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";

/** A container that the kubelet or the runtime could not create, in their words. */
export interface CreationFailure {
  readonly container: ContainerView;
  /** `CreateContainerConfigError` …; the empty string where the status does not say it yet. */
  readonly reason: string;
  readonly message: string;
  readonly evidence: Evidence;
  /** When the kubelet last said so, RFC 3339, as far as an event tells. */
  readonly at?: string;
}

/** Reasons of a container that was not created (kubernetes v1.36 pkg/kubelet/kuberuntime/kuberuntime_container.go). */
const REASONS: ReadonlySet<string> = new Set([
  "CreateContainerConfigError",
  "PreCreateHookError",
  "CreateContainerError",
  "PreStartHookError",
]);
const NOT_YET: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"]);

/** Every container of the pod that cannot be created now; what runs, or waits for something else, has none. */
export function creationFailures(input: PodInput): readonly CreationFailure[] {
  const known = failuresOf.get(input);
  if (known) return known;
  const { pod, containers } = input;
  const failures =
    pod.metadata.deletionTimestamp || isTerminal(pod)
      ? []
      : containers.filter(({ role }) => role !== "ephemeral").flatMap((container) => failureOf(container, pod) ?? []);
  failuresOf.set(input, failures);
  return failures;
}

/** Every rule of the family asks for the same failures. */
const failuresOf = new WeakMap<PodInput, readonly CreationFailure[]>();

function failureOf(container: ContainerView, pod: PodInput["pod"]): CreationFailure | undefined {
  const { status, statusPath, events } = container;
  const event = events.findLast(
    ({ reason, message = "" }) => reason === "Failed" && /^Error: (?!ErrImage|ImagePull|InvalidImage)/.test(message),
  );
  const waiting = status?.state?.waiting;
  const at = event && lastSeen(event);
  if (waiting && statusPath && REASONS.has(waiting.reason ?? "")) {
    return {
      container,
      reason: waiting.reason ?? "",
      message: waiting.message ?? "",
      evidence: waiting.message
        ? seen(pod, `${statusPath}.state.waiting.message`, "message")
        : seen(pod, `${statusPath}.state.waiting.reason`, "reason"),
      ...(at && { at }),
    };
  }
  // The status lags behind the events by a sync: it still says ContainerCreating after the first failure.
  const hasRun = status?.state?.running || status?.state?.terminated || status?.lastState?.terminated;
  const isOver =
    event &&
    events.some(({ reason, ...other }) => reason === "Created" && lastSeen({ reason, ...other }) >= lastSeen(event));
  if (!event || hasRun || isOver || !NOT_YET.has(waiting?.reason ?? "")) return undefined;
  return {
    container,
    reason: "",
    message: (event.message ?? "").slice("Error: ".length),
    evidence: seen(event, "message", "Failed"),
    ...(at && { at }),
  };
}
