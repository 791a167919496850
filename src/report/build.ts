import type { Diagnosis } from "../diagnosis/diagnose.ts";
import { firstSeen } from "../objects/event.ts";
import { fullName, isSameObject, refTo } from "../objects/object.ts";
import { isReady } from "../objects/pod.ts";
import type { PodInput, StepName } from "../rules/pod-input.ts";
import { verification } from "../rules/repair.ts";
import { compare } from "../snapshot/lookup.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { kubectl } from "../text/command.ts";
import { duration, name, type Text, text } from "../text/text.ts";
import type { Group, RawReason, Report, ReportList, Step, Verdict } from "./report.ts";
import { statusWord } from "./status.ts";
import { timelineOf } from "./timeline.ts";

/** A pod younger than this that shows no trouble is on its way, not stuck. */
const PATIENCE_SECONDS = 120;

/** Makes the report on one target of its diagnosis. */
export function buildReport(diagnosis: Diagnosis): Report {
  const { target, input, rootCause, consequences, others, ruledOut, unchecked } = diagnosis;
  const found = { ...(rootCause && { rootCause }), consequences, others, ruledOut, unchecked };
  if (!input) {
    return {
      target,
      verdict: "not-found",
      summary: text`${target.kind} ${name(fullName(target))} is not among what was read.`,
      status: "NotFound",
      progress: [],
      raw: [],
      timeline: [],
      steps: [],
      ...found,
    };
  }
  const { pod, snapshot, workload, progress } = input;
  const raw = rawReasons(input);
  const verdict = verdictOf(diagnosis, input, raw);
  const age = snapshot.secondsSince(pod.metadata.creationTimestamp);
  return {
    target,
    verdict,
    summary: summaryOf(input, verdict),
    status: statusWord(pod),
    ...(age !== undefined && { ageSeconds: age }),
    ...(!isSameObject(workload, refTo(pod)) && { workload }),
    ...(pod.spec.nodeName && { node: pod.spec.nodeName }),
    progress,
    raw: verdict === "unexplained" || (verdict === "progressing" && !rootCause) ? raw : [],
    timeline: timelineOf(input),
    steps: verdict === "ready" || verdict === "completed" ? [] : stepsOf(diagnosis, input),
    ...found,
  };
}

function verdictOf({ rootCause }: Diagnosis, { pod, snapshot }: PodInput, raw: readonly RawReason[]): Verdict {
  if (rootCause?.effect === "blocks") return "blocked";
  if (pod.status?.phase === "Succeeded") return "completed";
  if (isReady(pod) && !pod.metadata.deletionTimestamp) return "ready";
  if (rootCause) return "progressing";
  const age = snapshot.secondsSince(pod.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY;
  // Young, and nobody complains: the conditions of every starting pod say ContainersNotReady.
  const complaints = raw.filter(({ reason }) => !EXPECTED_WHILE_STARTING.has(reason));
  return age < PATIENCE_SECONDS && complaints.length === 0 ? "progressing" : "unexplained";
}

const EXPECTED_WHILE_STARTING: ReadonlySet<string> = new Set([
  "ContainersNotReady",
  "ContainersNotInitialized",
  "ContainerCreating",
  "PodInitializing",
]);

const DOING: Readonly<Record<StepName, string>> = {
  created: "is being created",
  scheduled: "has no node",
  volumes: "is waiting for its volumes or its sandbox",
  sandbox: "is waiting for its sandbox",
  image: "is waiting for its image",
  started: "has not started",
  ready: "is not ready",
};

function summaryOf({ pod, workload, progress, snapshot }: PodInput, verdict: Verdict): Text {
  const owner = workload.kind === "Pod" ? undefined : text`${workload.kind} ${name(workload.name)}`;
  const node = pod.spec.nodeName ? text`node ${name(pod.spec.nodeName)}` : undefined;
  const about =
    owner && node ? text` (${owner}, ${node})` : (owner ?? node) ? text` (${owner ?? node ?? []})` : undefined;
  const lastDone = progress.findLast(({ at }) => at)?.at;
  const since = snapshot.secondsSince(verdict === "ready" ? lastDone : (lastDone ?? pod.metadata.creationTimestamp));
  const stuck = progress.find(({ state }) => state === "current");
  const what = pod.metadata.deletionTimestamp
    ? "is being deleted"
    : verdict === "ready"
      ? "is ready"
      : verdict === "completed"
        ? "has completed"
        : pod.status?.phase === "Failed"
          ? `has failed${pod.status.reason ? ` (${pod.status.reason})` : ""}`
          : DOING[stuck?.name ?? "ready"];
  return text`Pod ${name(fullName(pod.metadata))}${about} ${what}${since !== undefined && text`, since ${duration(since)}`}.`;
}

/** Every place of the pod that gives a reason, verbatim: what is left to show where no rule explains it. */
function rawReasons({ pod, containers, events }: PodInput): readonly RawReason[] {
  const ref = refTo(pod);
  const reasons: RawReason[] = [];
  const add = (path: string, reason: string | undefined, message: string | undefined, at?: string) => {
    if (reason || message) reasons.push({ ref, path, reason: reason ?? "", message: message ?? "", ...(at && { at }) });
  };
  add("status", pod.status?.reason, pod.status?.message);
  for (const [index, { status, reason, message, lastTransitionTime }] of (pod.status?.conditions ?? []).entries()) {
    if (status !== "True") add(`status.conditions[${index}]`, reason, message, lastTransitionTime);
  }
  for (const { status, statusPath } of containers) {
    add(`${statusPath}.state.waiting`, status?.state?.waiting?.reason, status?.state?.waiting?.message);
    for (const [where, ended] of [
      ["state", status?.state?.terminated],
      ["lastState", status?.lastState?.terminated],
    ] as const) {
      if (!ended || (where === "state" && ended.exitCode === 0)) continue;
      add(
        `${statusPath}.${where}.terminated`,
        ended.reason,
        ended.message ?? `exit code ${ended.exitCode}`,
        ended.finishedAt,
      );
    }
  }
  for (const event of events) {
    if (event.type !== "Warning") continue;
    reasons.push({
      ref: refTo(event),
      path: "message",
      reason: event.reason ?? "",
      message: event.message ?? "",
      at: firstSeen(event),
    });
  }
  return reasons;
}

function stepsOf({ rootCause }: Diagnosis, input: PodInput): readonly Step[] {
  const { pod } = input;
  const { namespace, name: podName } = pod.metadata;
  if (!rootCause) {
    const looks: (readonly [string, ...string[]])[] = [["describe", "pod", podName]];
    if (pod.status?.containerStatuses?.some(({ restartCount }) => restartCount))
      looks.push(["logs", podName, "--all-containers", "--previous"]);
    return looks.map((words) => ({
      title: text`Look closer.`,
      command: kubectl("reads", namespace, ...words),
      applies: "as-is",
      by: "workload-owner",
      isAlternative: false,
    }));
  }
  const steps: Step[] = rootCause.fixes.flatMap(({ title, commands, applies, by }, index) => {
    const rest = { applies, by };
    if (commands.length === 0) return [{ title, ...rest, isAlternative: index > 0 }];
    return commands.map((command, place) => ({
      title: place === 0 ? title : [],
      command,
      ...rest,
      isAlternative: index > 0 && place === 0,
    }));
  });
  return [
    ...steps,
    {
      title: text`Verify.`,
      command: verification(input),
      applies: "as-is",
      by: "workload-owner",
      isAlternative: false,
    },
  ];
}

/** Groups the reports on many targets by their causes. */
export function buildReportList(diagnoses: readonly Diagnosis[], snapshot: Snapshot, podsSeen?: number): ReportList {
  const items = diagnoses.map(buildReport);
  const groups = new Map<string, { cause: Group["cause"]; members: number[] }>();
  for (const [index, { rootCause }] of items.entries()) {
    if (!rootCause) continue;
    const key = `${rootCause.rule}\n${rootCause.groupKey}`;
    const group = groups.get(key);
    if (group) group.members.push(index);
    else groups.set(key, { cause: rootCause, members: [index] });
  }
  const unchecked = new Map(
    items
      .flatMap(({ unchecked }) => unchecked)
      .map((one) => [`${one.what}/${one.gap?.namespace}/${one.gap?.state}`, one]),
  );
  return {
    takenAt: snapshot.takenAt,
    items,
    groups: [...groups.values()].sort(
      (a, b) => b.members.length - a.members.length || compare(a.cause.rule, b.cause.rule),
    ),
    ...(podsSeen !== undefined && { podsSeen }),
    unchecked: [...unchecked.values()],
    skipped: snapshot.skipped,
  };
}

/** 1 where something keeps a pod from being ready, else 0. */
export function exitCodeFor(reports: readonly Report[]): 0 | 1 {
  return reports.some(({ verdict }) => verdict === "blocked" || verdict === "unexplained" || verdict === "not-found")
    ? 1
    : 0;
}
