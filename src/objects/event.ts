import type { CoreV1Event, CoreV1EventSeries, V1EventSource, V1ObjectReference } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { fieldsOf, metadataSchema, optionalNumber, optionalText } from "./object.ts";

export const eventSchema = fieldsOf<CoreV1Event>()({
  apiVersion: optionalText,
  kind: z.literal("Event"),
  metadata: metadataSchema,
  involvedObject: fieldsOf<V1ObjectReference>()({
    kind: optionalText,
    namespace: optionalText,
    name: optionalText,
    uid: optionalText,
    fieldPath: optionalText,
  }),
  type: optionalText,
  reason: optionalText,
  message: optionalText,
  count: optionalNumber,
  firstTimestamp: optionalText,
  lastTimestamp: optionalText,
  eventTime: optionalText,
  series: z.optional(fieldsOf<CoreV1EventSeries>()({ count: optionalNumber, lastObservedTime: optionalText })),
  source: z.optional(fieldsOf<V1EventSource>()({ component: optionalText, host: optionalText })),
  reportingComponent: optionalText,
});
export type Event = z.infer<typeof eventSchema>;

// Events come from two recorders. The one of core/v1 fills count and the two timestamps; the one of
// events.k8s.io (scheduler) leaves those empty and fills eventTime and series (client-go v1.36
// tools/events/event_recorder.go). These functions read both.

/** When it happened last, RFC 3339; the empty string where the event does not say. */
export function lastSeen(event: Event): string {
  return (
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? ""
  );
}

/** When it happened first, RFC 3339; the empty string where the event does not say. */
export function firstSeen(event: Event): string {
  return event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? "";
}

/** How often it happened, at least 1. */
export function timesSeen(event: Event): number {
  return Math.max(event.series?.count ?? event.count ?? 1, 1);
}

/** The component that wrote it: `kubelet`, `default-scheduler` … */
export function writtenBy(event: Event): string {
  return event.reportingComponent || event.source?.component || "";
}

/** The container an event is about, from `spec.containers{NAME}` and its kin; undefined for events of the whole pod. */
export function containerOf(event: Event): string | undefined {
  return /^spec\.(?:initContainers|containers|ephemeralContainers)\{(.+)\}$/.exec(
    event.involvedObject.fieldPath ?? "",
  )?.[1];
}
