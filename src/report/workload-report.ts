import type { Diagnosis } from "../diagnosis/diagnose.ts";
import { type Event, firstSeen, lastSeen, timesSeen } from "../objects/event.ts";
import { fullName, isSameObject, type KubeObject, refTo } from "../objects/object.ts";
import { isReady, isTerminal } from "../objects/pod.ts";
import { lacksPods, specField, trueCondition, workloadConditions } from "../objects/workload.ts";
import type { WorkloadInput } from "../rules/workload-input.ts";
import { compare } from "../snapshot/lookup.ts";
import { type Command, kubectl } from "../text/command.ts";
import { count, duration, name, type Text, text, value } from "../text/text.ts";
import { byWeight } from "./group.ts";
import type { Moment, RawReason, Report, Step, Verdict } from "./report.ts";
import { repairSteps, step } from "./steps.ts";
import { merged } from "./timeline.ts";

/** A workload that changed within this time and of which nothing complains is on its way. */
const PATIENCE_SECONDS = 120;

/** The report on a workload itself: on the pods it should have and has not. */
export function workloadReport(
  { target, rules, rootCause, consequences, others, ruledOut, unchecked }: Diagnosis,
  input: WorkloadInput,
  takenAt: string,
): Report {
  const { object, snapshot, workload, counts, progress } = input;
  const raw = rawReasons(input);
  const verdict = verdictOf(input, rootCause?.effect, raw);
  const age = snapshot.secondsSince(object.metadata.creationTimestamp);
  const isWell = verdict === "ready" || verdict === "completed";
  return {
    takenAt,
    target,
    verdict,
    summary: summaryOf(input, verdict),
    readyContainers: counts ? `${counts.ready}/${counts.wanted}` : "",
    status: statusWord(input, verdict),
    restarts: 0,
    ...(age !== undefined && { ageSeconds: age }),
    ...(!isSameObject(workload, refTo(object)) && { workload }),
    progress,
    remarks: remarksOn(input, verdict, rootCause !== undefined),
    raw: rootCause || isWell ? [] : raw,
    checks: {
      rules: rules.length,
      stages: ["creation"],
      rulesOfStages: rules.length,
    },
    unchecked: isWell && !rootCause ? [] : unchecked,
    asked: [],
    timeline: timelineOf(input),
    steps: isWell && !rootCause ? [] : stepsOf(input, rootCause?.fixes, verdict),
    ...(rootCause && { rootCause }),
    consequences,
    others,
    ruledOut,
  };
}

function verdictOf(
  { object, makers, counts, snapshot, refusal, pods }: WorkloadInput,
  effect: string | undefined,
  raw: readonly RawReason[],
): Verdict {
  if (trueCondition(object, "Complete")) return "completed";
  if (object.kind === "Job" && trueCondition(object, "Failed")) return "failed";
  const lacks = lacksPods(object);
  if (counts && counts.wanted > 0 && !lacks && counts.ready >= counts.wanted) return "ready";
  if (effect === "blocks") return "blocked";
  if (effect === "delays") return "progressing";
  if (!counts || counts.wanted === 0) return "ready";
  const newest = [object, ...makers].map(({ metadata }) => metadata.creationTimestamp ?? "").sort(compare);
  const waited = snapshot.secondsSince(newest.at(-1)) ?? Number.POSITIVE_INFINITY;
  const isBusy = object.kind === "Job" && pods.some((pod) => isReady(pod));
  const complaints = raw.filter(({ about }) => about === "event" || about.includes("ReplicaFailure"));
  return isBusy || (waited < PATIENCE_SECONDS && !refusal && complaints.length === 0) ? "progressing" : "unexplained";
}

function summaryOf({ object, counts, snapshot, refusal }: WorkloadInput, verdict: Verdict): Text {
  const what = text`${object.kind} ${name(fullName(object.metadata))}`;
  const ago = (time: string | undefined) => {
    const seconds = snapshot.secondsSince(time);
    return seconds !== undefined && ` ${duration(seconds)} ago`;
  };
  if (verdict === "completed")
    return text`${what} completed${ago(trueCondition(object, "Complete")?.lastTransitionTime)}.`;
  if (verdict === "failed") {
    const failed = trueCondition(object, "Failed");
    return text`${what} failed${ago(failed?.lastTransitionTime)}${failed?.reason && text` (${name(failed.reason)})`}.`;
  }
  if (!counts) {
    const schedule = specField(object, "schedule");
    const { lastScheduleTime } = (object.status ?? {}) as { lastScheduleTime?: string };
    return text`${what}${typeof schedule === "string" && text` is to run at ${value(schedule)}`}; it ${lastScheduleTime ? text`ran last${ago(lastScheduleTime)}` : "has not run yet"}.`;
  }
  const { wanted, made, ready, upToDate = made } = counts;
  if (specField(object, "suspend") === true) return text`${what} is suspended.`;
  if (wanted === 0) return text`${what} wants no pods.`;
  if (!lacksPods(object)) {
    const all = wanted === 1 ? "its pod" : `its ${wanted} pods`;
    return ready >= wanted
      ? text`${what} has ${all}, ready.`
      : text`${what} has ${all}; ${ready} of ${wanted} ${ready === 1 ? "is" : "are"} ready.`;
  }
  const since = snapshot.secondsSince(refusal?.since ?? (made === 0 ? object.metadata.creationTimestamp : undefined));
  const long = since !== undefined && `, since ${duration(since)}`;
  return made < wanted
    ? text`${what} wants ${count(wanted, "pod")} and has ${made}${long}.`
    : text`${what} has ${count(made, "pod")}, ${upToDate} of them of its newest template${long}.`;
}

/** One word for the STATUS column, where a pod's would stand. */
function statusWord({ object, refusal, counts }: WorkloadInput, verdict: Verdict): string {
  const failed = trueCondition(object, "Failed");
  if (failed) return failed.reason ?? "Failed";
  if (verdict === "completed") return "Complete";
  if (specField(object, "suspend") === true) return "Suspended";
  if (specField(object, "paused") === true) return "Paused";
  if (refusal) return "FailedCreate";
  if (verdict === "ready") return "Ready";
  return counts && counts.made === 0 ? "NoPods" : "NotReady";
}

function remarksOn({ object, pods }: WorkloadInput, verdict: Verdict, hasCause: boolean): readonly Text[] {
  if (hasCause || verdict === "ready" || verdict === "completed") return [];
  const stuck = pods.filter((pod) => !isReady(pod) && pod.status?.phase !== "Succeeded");
  if (stuck.length > 0 && verdict !== "failed")
    return [
      text`${count(stuck.length, "pod")} of it ${stuck.length === 1 ? "is" : "are"} there and not ready: what is wrong with them is told of each.`,
    ];
  if (verdict === "progressing" && lacksPods(object))
    return [text`Nothing complains about it. It is on its way as far as can be seen; look again in a minute or two.`];
  return [];
}

/** Conditions that say that something is wrong by being True; of the others, the ones that are not. */
const BAD_WHEN_TRUE: ReadonlySet<string> = new Set(["ReplicaFailure", "Failed", "FailureTarget", "Suspended"]);
const GOOD_WHEN_TRUE: ReadonlySet<string> = new Set(["Available", "Progressing"]);

function rawReasons({ object, makers, events }: WorkloadInput): readonly RawReason[] {
  const reasons: RawReason[] = [];
  for (const one of new Set([object, ...makers])) {
    for (const { index, type, status, reason = "", message = "", lastTransitionTime } of workloadConditions(one)) {
      const isBad = status === "True" ? BAD_WHEN_TRUE.has(type) : GOOD_WHEN_TRUE.has(type);
      if (isBad && (reason || message))
        reasons.push({
          ref: refTo(one),
          path: `status.conditions[${index}]`,
          about: `${one === object ? "" : `${one.kind} `}condition ${type} ${status}`,
          reason,
          message,
          ...(lastTransitionTime && { at: lastTransitionTime }),
        });
    }
  }
  const told = new Map<string, RawReason>();
  for (const event of events) {
    if (event.type !== "Warning") continue;
    const { reason = "" } = event;
    const message = withoutPodName(event.message?.trim() ?? "");
    const words = `${reason}\n${message}`;
    const times = (told.get(words)?.times ?? 0) + timesSeen(event);
    told.delete(words);
    told.set(words, {
      ref: refTo(event),
      path: "message",
      about: "event",
      reason,
      message: event.message?.trim() ?? "",
      at: lastSeen(event),
      times,
    });
  }
  return byWeight([...reasons, ...told.values()]);
}

/** Each try has a pod name of its own; otherwise it says the same again. */
const withoutPodName = (message: string) => message.replace(/(?<=pods? "[^"]{0,500}-)[a-z0-9]{5}(?=")/gi, "…");

function timelineOf({ object, events }: WorkloadInput): readonly Moment[] {
  const { creationTimestamp } = object.metadata;
  const created: Moment[] = creationTimestamp
    ? [{ at: creationTimestamp, times: 1, what: text`created`, isTrouble: false }]
    : [];
  const conditions = workloadConditions(object).flatMap(({ type, status, reason, lastTransitionTime: at }): Moment[] =>
    at && BAD_WHEN_TRUE.has(type) && status === "True" && !events.some((event) => event.reason === reason)
      ? [{ at, times: 1, what: text`${type}${reason && `: ${reason}`}`, isTrouble: true }]
      : [],
  );
  return merged([...created, ...conditions, ...events.map((event) => momentOf(event, object))]).sort(
    (a, b) => (Date.parse(a.at) || 0) - (Date.parse(b.at) || 0),
  );
}

function momentOf(event: Event, object: KubeObject): Moment {
  const [first, last, times] = [firstSeen(event), lastSeen(event), timesSeen(event)];
  const { kind, name: about } = event.involvedObject;
  const isOther = kind !== object.kind || about !== object.metadata.name;
  return {
    at: first || last,
    ...(times > 1 && last && { lastAt: last }),
    times,
    what: text`${isOther && text`${kind ?? ""} ${name(about ?? "")} `}${event.reason ?? "event"}: ${withoutPodName(event.message?.trim() ?? "")}`,
    isTrouble: event.type === "Warning",
  };
}

function stepsOf(
  input: WorkloadInput,
  fixes: Parameters<typeof repairSteps>[0] | undefined,
  verdict: Verdict,
): readonly Step[] {
  const { object, pods } = input;
  const { namespace, name: itsName } = object.metadata;
  const argument = `${object.kind.toLowerCase()}/${itsName}`;
  if (fixes) return repairSteps(fixes, workloadVerification(input));
  if (verdict === "progressing")
    return [step("see", text`Watch it.`, kubectl("reads", namespace, "get", argument, "--watch"))];
  const stuck =
    pods.find((pod) => !isReady(pod) && !isTerminal(pod)) ?? pods.find(({ status }) => status?.phase === "Failed");
  return [
    ...(stuck
      ? [
          step("see", text`Why one of its pods is not ready.`, {
            argv: ["kubectl", "why-pending", stuck.metadata.name, ...(namespace ? ["-n", namespace] : [])],
            does: "reads",
          }),
        ]
      : []),
    step("see", text`What it says of its pods, its events last.`, kubectl("reads", namespace, "describe", argument)),
  ];
}

/** Looks again, after the repair. */
function workloadVerification({ workload, object }: WorkloadInput): Command {
  const { namespace } = object.metadata;
  const argument = `${workload.kind.toLowerCase()}/${workload.name}`;
  return ["Deployment", "StatefulSet", "DaemonSet"].includes(workload.kind)
    ? kubectl("reads", namespace, "rollout", "status", argument, "--timeout=2m")
    : kubectl("reads", namespace, "get", argument);
}
