import { type Event, lastSeen, timesSeen } from "../../objects/event.ts";
import { compare } from "../../snapshot/lookup.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { awaitsSandbox } from "../volume/standing.ts";
import { classifySandboxError, type SandboxError } from "./sandbox-error.ts";

/** The newest failure to make a pod's sandbox. */
export interface SandboxFailure {
  readonly error: SandboxError;
  readonly message: string;
  readonly event: Event;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly tries: number;
}

/** How the sandbox fails now; undefined where it does not, or where a volume fails later and so before it. */
export function sandboxFailure(input: PodInput): SandboxFailure | undefined {
  if (!failureOf.has(input)) failureOf.set(input, find(input));
  return failureOf.get(input);
}
const failureOf = new WeakMap<PodInput, SandboxFailure | undefined>();

function find({ pod, events }: PodInput): SandboxFailure | undefined {
  if (!awaitsSandbox(pod) || !pod.spec.nodeName) return undefined;
  const failed = events
    .filter(({ reason }) => reason === "FailedCreatePodSandBox" || reason === "NetworkNotReady")
    .sort((a, b) => compare(lastSeen(a), lastSeen(b)));
  const event = failed.at(-1);
  if (!event) return undefined;
  // Volumes come first (kubernetes v1.36 pkg/kubelet/kubelet.go SyncPod): a mount that failed later is what holds it now.
  const isHistory = events.some(
    ({ reason, ...one }) =>
      /^(?:FailedMount|FailedMapVolume|FailedAttachVolume)$/.test(reason ?? "") &&
      lastSeen({ reason, ...one }) > lastSeen(event),
  );
  if (isHistory && event.reason !== "NetworkNotReady") return undefined;
  const message = event.message ?? "";
  return {
    error: classifySandboxError(message),
    message,
    event,
    evidence: [seen(event, "message", event.reason)],
    tries: failed.reduce((sum, one) => sum + timesSeen(one), 0),
  };
}
