import { containerOf, firstSeen, lastSeen, timesSeen } from "../objects/event.ts";
import type { PodInput } from "../rules/pod-input.ts";
import { compare } from "../snapshot/lookup.ts";
import { name, text } from "../text/text.ts";
import type { Moment } from "./report.ts";

/** What happened to a pod, oldest first: its events, and the ends of containers that no event tells of. */
export function timelineOf({ pod, events, containers }: PodInput): readonly Moment[] {
  const moments: Moment[] = [];
  if (pod.metadata.creationTimestamp) moments.push(moment(pod.metadata.creationTimestamp, text`created`));
  for (const event of events) {
    // "Error: ErrImagePull" and its kin repeat the event before them in one word.
    if (event.reason === "Failed" && /^Error: \w+$/.test(event.message ?? "")) continue;
    const [first, last, times] = [firstSeen(event), lastSeen(event), timesSeen(event)];
    const container = containers.length > 1 ? containerOf(event) : undefined;
    moments.push({
      at: first || last,
      ...(times > 1 && last && { lastAt: last }),
      times,
      what: text`${event.reason ?? ""}${container && text` (${name(container)})`}: ${event.message ?? ""}`,
      isTrouble: event.type === "Warning",
    });
  }
  for (const { name: container, status } of containers) {
    const ended = status?.lastState?.terminated;
    if (ended?.finishedAt) {
      moments.push({
        ...moment(
          ended.finishedAt,
          text`container ${name(container)} ended: ${ended.reason ?? ""}, exit code ${ended.exitCode}`,
        ),
        times: Math.max(status?.restartCount ?? 1, 1),
        isTrouble: ended.exitCode !== 0,
      });
    }
  }
  return moments.sort((a, b) => compare(a.at, b.at));
}

const moment = (at: string, what: Moment["what"]): Moment => ({ at, times: 1, what, isTrouble: false });
