import { containerOf, firstSeen, lastSeen, timesSeen } from "../objects/event.ts";
import { deletionRequestedAt } from "../objects/object.ts";
import { podCondition } from "../objects/pod.ts";
import type { PodInput } from "../rules/pod-input.ts";
import { compare } from "../snapshot/lookup.ts";
import { name, plain, text } from "../text/text.ts";
import type { Moment } from "./report.ts";

/** What happened to a pod, oldest first: its events, and from its status what events no longer (or never) tell. */
export function timelineOf(input: PodInput): readonly Moment[] {
  const { creationTimestamp } = input.pod.metadata;
  // First in the list, as events of the same second come after it.
  const created: Moment[] = creationTimestamp
    ? [{ at: creationTimestamp, times: 1, what: text`created`, isTrouble: false }]
    : [];
  return merged([...created, ...fromEvents(input), ...fromStatus(input)]).sort((a, b) => second(a) - second(b));
}

/** The scheduler's times have fractions and the kubelet's have none: within a second they tell no order. */
const second = ({ at }: Moment) => Math.floor((Date.parse(at) || 0) / 1000);

function fromEvents({ events, containers }: PodInput): Moment[] {
  return events.flatMap((event): Moment[] => {
    // "Error: ErrImagePull" and its kin repeat the event before them in one word.
    if (event.reason === "Failed" && /^Error: \w+$/.test(event.message ?? "")) return [];
    const [first, last, times] = [firstSeen(event), lastSeen(event), timesSeen(event)];
    const container = containers.length > 1 ? containerOf(event) : undefined;
    return [
      {
        at: first || last,
        ...(times > 1 && last && { lastAt: last }),
        times,
        what: text`${event.reason ?? "event"}${container && text` (${name(container)})`}: ${event.message?.trim() ?? ""}`,
        isTrouble: event.type === "Warning",
      },
    ];
  });
}

/** Events are kept for an hour (kube-apiserver --event-ttl); the pod remembers some of it for longer. */
function fromStatus({ pod, events, containers }: PodInput): Moment[] {
  const { spec } = pod;
  const moments: Moment[] = [];
  const add = (at: string | undefined, what: Moment["what"], isTrouble = false) => {
    if (at) moments.push({ at, times: 1, what, isTrouble });
  };
  const isTold = (reason: string) => events.some((event) => event.reason === reason);
  const scheduled = podCondition(pod, "PodScheduled");
  if (scheduled?.status === "True" && spec.nodeName && !isTold("Scheduled"))
    add(scheduled.lastTransitionTime, text`scheduled to ${name(spec.nodeName)}`);
  for (const { name: container, status } of containers) {
    for (const ended of [status?.lastState?.terminated, status?.state?.terminated]) {
      if (!ended) continue;
      const how = ended.signal ? `signal ${ended.signal}` : `exit code ${ended.exitCode}`;
      add(
        ended.finishedAt,
        text`container ${name(container)} ended${ended.reason && `: ${ended.reason}`}, ${how}`,
        ended.exitCode !== 0,
      );
    }
    if (!isTold("Started")) add(status?.state?.running?.startedAt, text`container ${name(container)} started`);
  }
  const ready = podCondition(pod, "Ready");
  if (ready?.status === "True") add(ready.lastTransitionTime, text`ready`);
  add(deletionRequestedAt(pod)?.replace(".000Z", "Z"), text`deletion asked for`);
  return moments;
}

/** The same words several times are one moment: event objects split up when a recorder starts again or a minute passes. */
export function merged(moments: readonly Moment[]): Moment[] {
  const byWords = new Map<string, Moment>();
  for (const moment of moments) {
    const words = plain(moment.what);
    const known = byWords.get(words);
    if (!known) {
      byWords.set(words, moment);
      continue;
    }
    const times = [known.at, moment.at, known.lastAt ?? "", moment.lastAt ?? ""]
      .filter((at) => at !== "")
      .sort(compare);
    byWords.set(words, {
      ...known,
      at: times[0] ?? "",
      lastAt: times.at(-1) ?? "",
      times: known.times + moment.times,
    });
  }
  return [...byWords.values()];
}
