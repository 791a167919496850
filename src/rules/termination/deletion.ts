import { type Event, lastSeen } from "../../objects/event.ts";
import { deletionRequestedAt } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import type { PodInput } from "../pod-input.ts";

/** After its grace period the kubelet needs a moment to report, and the API server to delete. */
export const PATIENCE_SECONDS = 30;

/** How far the deletion of a pod has come. */
export interface Deletion {
  /** `spec.terminationGracePeriodSeconds`, or what the one who deleted it asked for. */
  readonly graceSeconds: number;
  /** When deletion was asked for, RFC 3339. */
  readonly askedAt: string;
  /** Until the grace period is over; negative after it. */
  readonly secondsLeft: number;
  /** Containers that still run, by name. */
  readonly running: readonly string[];
  /** Nothing of it runs any more: all containers have ended, or none ever started. */
  readonly hasEnded: boolean;
  readonly finalizers: readonly string[];
}

/**
 * The deletion of a pod; undefined for one that is not being deleted. deletionTimestamp is the time of the call plus the
 * grace period (kubernetes v1.36 apiserver/pkg/registry/rest/delete.go BeforeDelete).
 */
export function deletionOf({ pod, snapshot, containers }: PodInput): Deletion | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = pod.metadata;
  const at = Date.parse(deletionTimestamp ?? "");
  const askedAt = deletionRequestedAt(pod);
  if (askedAt === undefined) return undefined;
  const running = containers.filter(({ status }) => status?.state?.running).map(({ name }) => name);
  // Once the kubelet has confirmed the end it sets the grace period to 0: that says nothing of what was granted.
  const graceSeconds = deletionGracePeriodSeconds || pod.spec.terminationGracePeriodSeconds || 0;
  return {
    graceSeconds,
    askedAt,
    secondsLeft: Math.round((at - snapshot.now) / 1000),
    running,
    hasEnded: isTerminal(pod) || !pod.spec.nodeName || (running.length === 0 && deletionGracePeriodSeconds === 0),
    finalizers,
  };
}

/** Whether the grace period and some patience are over. */
export const isOverdue = ({ secondsLeft }: Deletion): boolean => secondsLeft < -PATIENCE_SECONDS;

/** The newest event of one of some reasons since deletion was asked for. */
export function eventSince(
  { events }: PodInput,
  { askedAt }: Deletion,
  ...reasons: readonly string[]
): Event | undefined {
  return events.findLast(
    (event) => reasons.includes(event.reason ?? "") && Date.parse(lastSeen(event)) + 2000 >= Date.parse(askedAt),
  );
}
