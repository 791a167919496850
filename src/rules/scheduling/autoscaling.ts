import { type NodeGroup, nodeGroupsOf, STATUS_NAME, STATUS_NAMESPACE } from "../../objects/autoscaler-status.ts";
import { type Event, lastSeen } from "../../objects/event.ts";
import type { KubeObject } from "../../objects/object.ts";
import type { PodInput } from "../pod-input.ts";
import { isKarpenter, verdictOn } from "./verdict.ts";

/** Both autoscalers look at pods that the scheduler refused; the newest word of either on this one. */
export function autoscalerEvent(input: PodInput): Event | undefined {
  if (!verdictOn(input)) return undefined;
  return input.events.findLast((event) => lastSeen(event) !== "" && kindOf(event) !== undefined);
}

export type AutoscalerWord = "ca-triggered" | "ca-not-triggered" | "karpenter-nominated" | "karpenter-failed";

/** What an event says, by the autoscaler that writes it (cluster-autoscaler eventing_scale_up_processor.go; karpenter v1.8 scheduling/events.go). */
export function kindOf(event: Event): AutoscalerWord | undefined {
  switch (event.reason) {
    case "TriggeredScaleUp":
      return "ca-triggered";
    case "NotTriggerScaleUp":
      return "ca-not-triggered";
    case "Nominated":
      return "karpenter-nominated";
    case "FailedScheduling":
      return isKarpenter(event) ? "karpenter-failed" : undefined;
    default:
      return undefined;
  }
}

/** The newest word on the pod where it is of this kind. */
export function wordOf(input: PodInput, kind: AutoscalerWord): Event | undefined {
  const event = autoscalerEvent(input);
  return event && kindOf(event) === kind ? event : undefined;
}

/** What the cluster autoscaler writes of itself; undefined where there is none, or it could not be read. */
export function autoscalerStatus({ snapshot }: PodInput) {
  const object = snapshot.get("ConfigMap", STATUS_NAMESPACE, STATUS_NAME);
  const status = (object?.data as { status?: string } | undefined)?.status;
  if (!object || !status) return undefined;
  const updated = object.metadata.annotations?.["cluster-autoscaler.kubernetes.io/last-updated"];
  // `2026-11-28 17:00:00.123 +0000 UTC`, as Go prints a time.
  const [, day, time] = /^(\S+) ([\d:]+)/.exec(updated ?? "") ?? [];
  return {
    object: object as KubeObject,
    groups: nodeGroupsOf(status),
    ageSeconds: day && time ? snapshot.secondsSince(`${day}T${time}Z`) : undefined,
  };
}

/** Groups that cannot grow now, and why. */
export const stuckGroups = (groups: readonly NodeGroup[]): readonly NodeGroup[] =>
  groups.filter(({ scaleUp }) => scaleUp === "Backoff");

/** As much of the words of a cloud as a headline has room for. */
export const shortened = (words: string): string =>
  words.length <= 80 ? words.replace(/\.$/, "") : `${words.slice(0, 80).replace(/\s\S*$/, "")} …`;

/** The last failure to grow a group: written to the status object, not to the pod. */
export function failedScaleUp({ snapshot }: PodInput): Event | undefined {
  const status = snapshot.get("ConfigMap", STATUS_NAMESPACE, STATUS_NAME);
  return status && snapshot.eventsOf(status).findLast(({ reason }) => reason === "FailedToScaleUpGroup");
}
