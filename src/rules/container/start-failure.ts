import { refTo } from "../../objects/object.ts";
import type { Evidence } from "../finding.ts";
import { seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { type NextTry, nextTry } from "./back-off.ts";
import { endedRun } from "./runs.ts";
import { parseStartError, type StartError } from "./start-error.ts";

/** A container that the runtime could not make or start. */
export interface StartFailure {
  readonly view: ContainerView;
  /** `RunContainerError`, `StartError`, … */
  readonly reason: string;
  readonly error: StartError;
  readonly restarts: number;
  readonly next?: NextTry;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

const WAITING: ReadonlySet<string> = new Set([
  "RunContainerError",
  "CreateContainerError",
  "PreCreateHookError",
  "PreStartHookError",
]);
/** Reasons of a run that never began: containerd's, and Docker's. */
const ENDED: ReadonlySet<string> = new Set(["StartError", "ContainerCannotRun"]);

const known = new WeakMap<PodInput, readonly StartFailure[]>();

/** The containers of a pod that cannot be started, in their order. */
export function startFailures(input: PodInput): readonly StartFailure[] {
  const computed = known.get(input) ?? compute(input);
  known.set(input, computed);
  return computed;
}

function compute(input: PodInput): readonly StartFailure[] {
  const { pod } = input;
  if (pod.metadata.deletionTimestamp || pod.status?.reason || pod.status?.phase === "Succeeded") return [];
  return input.containers.flatMap((view) => failureOf(view, input) ?? []);
}

function failureOf(view: ContainerView, { pod, snapshot }: PodInput): StartFailure | undefined {
  const { status, statusPath } = view;
  if (!status || !statusPath || view.role === "ephemeral" || status.state?.running) return undefined;
  const waiting = status.state?.waiting;
  const run = endedRun(view);
  const restarts = status.restartCount ?? 0;
  const make = (reason: string, message: string, ...evidence: readonly [Evidence, ...Evidence[]]): StartFailure => {
    const next = run && nextTry(view, run, snapshot);
    return { view, reason, error: parseStartError(message), restarts, ...(next && { next }), evidence };
  };
  if (WAITING.has(waiting?.reason ?? "")) {
    const { reason = "", message } = waiting ?? {};
    if (message) return make(reason, message, seen(pod, `${statusPath}.state.waiting.message`, reason));
    // Before the status has the message the event does.
    const event = view.events.findLast((one) => one.reason === "Failed" && one.message?.startsWith("Error: "));
    return event && make(reason, event.message ?? "", { ...seen(event, "message", reason), ref: refTo(event) });
  }
  // Something newer holds it up: its image, its configuration.
  if (waiting?.reason && !["CrashLoopBackOff", "ContainerCreating"].includes(waiting.reason)) return undefined;
  if (!run || !ENDED.has(run.reason) || !run.message) return undefined;
  return make(run.reason, run.message, seen(pod, `${run.path}.message`, run.reason));
}
