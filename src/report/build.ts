import type { Diagnosis, NotAnalysed, Unchecked } from "../diagnosis/diagnose.ts";
import { lastSeen, timesSeen } from "../objects/event.ts";
import { deletionRequestedAt, fullName, isSameObject, type ObjectRef, refTo } from "../objects/object.ts";
import { isReady, isTerminal, type Pod, podCondition } from "../objects/pod.ts";
import type { Fix, Stage } from "../rules/finding.ts";
import type { PodInput, StepName } from "../rules/pod-input.ts";
import { verification } from "../rules/repair.ts";
import type { Rule, RuleInput } from "../rules/rule.ts";
import { compare } from "../snapshot/lookup.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { kubectl } from "../text/command.ts";
import { mistakeWords } from "../text/failure.ts";
import { count, duration, name, type Text, text, value } from "../text/text.ts";
import { askedFor, askedOf, unreadFor } from "./asked.ts";
import { byWeight, EXPECTED_WHILE_STARTING, groupsOf } from "./group.ts";
import type { Checks, RawReason, Report, ReportList, Step, Verdict } from "./report.ts";
import { podColumns } from "./status.ts";
import { repairSteps, step } from "./steps.ts";
import { timelineOf } from "./timeline.ts";
import { uncheckedOf } from "./unchecked.ts";
import { workloadReport } from "./workload-report.ts";

/** A pod that took a step within this time and of which nothing complains is on its way, not stuck. */
const PATIENCE_SECONDS = 120;
/** How long a pod may be there after its grace period: the kubelet needs a moment to report, the API server to delete. */
const DELETION_PATIENCE_SECONDS = 30;

/** Makes the report on one target of its diagnosis. Never throws: a mistake of this program becomes a report that says so. */
export function buildReport(diagnosis: Diagnosis, takenAt = diagnosis.input?.snapshot.snapshot.takenAt ?? ""): Report {
  const { target, input } = diagnosis;
  if (diagnosis.notAnalysed) return notAnalysed(target, takenAt, diagnosis.notAnalysed, input);
  try {
    return reportOf(diagnosis, takenAt);
  } catch (error) {
    return notAnalysed(target, takenAt, { isMistake: true, because: mistakeWords(error) }, input);
  }
}

function reportOf(diagnosis: Diagnosis, takenAt: string): Report {
  const { target, input, rules, scheduling, rootCause, consequences, others, ruledOut } = diagnosis;
  const found = { ...(rootCause && { rootCause }), consequences, others, ruledOut };
  if (!input) return { ...notFound(target, takenAt), ...found, unchecked: diagnosis.unchecked };
  if (!("pod" in input)) return workloadReport(diagnosis, input, takenAt);
  const { pod, snapshot, workload, progress } = input;
  const raw = rawReasons(input);
  const unchecked: readonly Unchecked[] = [
    ...diagnosis.unchecked,
    ...unreadFor(pod, snapshot).map((what) => ({ what, rules: [] })),
  ];
  const verdict = verdictOf(rootCause?.effect, input, raw);
  const age = snapshot.secondsSince(pod.metadata.creationTimestamp);
  const { ready, status, restarts, lastRestartAt } = podColumns(pod);
  const restartedSecondsAgo = snapshot.secondsSince(lastRestartAt);
  const isWell = verdict === "ready" || verdict === "completed";
  const checks = checksOf(input, rules);
  return {
    takenAt,
    target,
    verdict,
    summary: summaryOf(input, verdict),
    readyContainers: ready,
    status,
    restarts,
    ...(restartedSecondsAgo !== undefined && { restartedSecondsAgo }),
    ...(age !== undefined && { ageSeconds: age }),
    ...(!isSameObject(workload, refTo(pod)) && { workload }),
    ...(pod.spec.nodeName && { node: pod.spec.nodeName }),
    // A pod that was evicted lost its containers' statuses: nothing tells how far it had got.
    progress: verdict === "failed" && !pod.status?.containerStatuses?.length ? [] : progress,
    ...(scheduling && { scheduling }),
    remarks: remarksOn(input, verdict, rootCause !== undefined),
    raw: rootCause || isWell ? [] : raw,
    checks,
    // A Ready pod may be in the middle of being restarted: without the events nobody can tell.
    unchecked: rootCause
      ? unchecked
      : isWell
        ? unchecked.filter(({ gap }) => gap?.kind === "Event")
        : concerning(unchecked, checks.stages),
    asked: askedFor(pod, snapshot),
    timeline: timelineOf(input),
    steps: isWell && !rootCause ? [] : stepsOf(rootCause?.fixes, input, verdict),
    ...found,
  };
}

/** A report on a target of which nothing is known. */
const emptyReport = (target: ObjectRef, takenAt: string) => ({
  takenAt,
  target,
  readyContainers: "",
  restarts: 0,
  progress: [],
  remarks: [],
  consequences: [],
  others: [],
  raw: [],
  checks: { rules: 0, stages: [], rulesOfStages: 0 },
  ruledOut: [],
  unchecked: [],
  asked: [],
  timeline: [],
});

/** The report on a target that could not be analysed: what kubectl shows of it as far as there is input, and why. */
export function notAnalysed(
  target: ObjectRef,
  takenAt: string,
  { isMistake, because }: NotAnalysed,
  input?: RuleInput,
): Report {
  const { kind, namespace } = target;
  const pod = input && "pod" in input ? input.pod : undefined;
  return {
    ...emptyReport(target, takenAt),
    status: "NotAnalysed",
    ...(pod && known(() => columnsOf(pod))),
    verdict: "not-analysed",
    summary: text`${kind} ${name(fullName(target))} could not be analysed.`,
    remarks: [
      isMistake
        ? text`This is a mistake in kubectl why-pending, not in your cluster. Please report it: ${value(because)}.`
        : text`The object is not valid: ${value(because)}.`,
    ],
    steps: [
      step(
        "see",
        text`Show what the cluster knows of it.`,
        kubectl("reads", namespace, "describe", kind.toLowerCase(), target.name),
      ),
    ],
  };
}

/** What a look at an odd object gives, or nothing where it fails as well. */
function known<T extends object>(look: () => T): Partial<T> {
  try {
    return look();
  } catch {
    return {};
  }
}

function columnsOf(pod: Pod) {
  const { ready, status, restarts } = podColumns(pod);
  return { readyContainers: ready, status, restarts, ...(pod.spec.nodeName && { node: pod.spec.nodeName }) };
}

function notFound(target: ObjectRef, takenAt: string): Report {
  const { namespace } = target;
  return {
    ...emptyReport(target, takenAt),
    verdict: "not-found",
    summary:
      target.kind === "Pod"
        ? text`There is no Pod ${name(fullName(target))} in what was read.`
        : text`There is no pod of ${target.kind} ${name(fullName(target))} in what was read.`,
    status: "NotFound",
    steps:
      target.kind === "Pod"
        ? [step("see", text`The pods that there are.`, kubectl("reads", namespace, "get", "pods"))]
        : [
            step(
              "see",
              text`What it says of its pods, and why it has none.`,
              kubectl("reads", namespace, "describe", target.kind.toLowerCase(), target.name),
            ),
          ],
  };
}

function verdictOf(effect: string | undefined, input: PodInput, raw: readonly RawReason[]): Verdict {
  const { pod, snapshot, progress } = input;
  const { phase } = pod.status ?? {};
  const deleteBy = snapshot.secondsSince(pod.metadata.deletionTimestamp);
  if (!pod.metadata.deletionTimestamp) {
    // Ready and Completed are what the pod says of itself now; whatever a rule found in its history does not outdo it.
    // One that is Ready for a moment, between two crashes, is not well: a rule that says "blocks" has looked at that.
    if (phase === "Succeeded") return "completed";
    if (isReady(pod)) return effect === "blocks" ? "blocked" : "ready";
    if (phase === "Failed") return "failed";
  }
  if (effect === "blocks") return "blocked";
  if (effect === "delays") return "progressing";
  if (deleteBy !== undefined) return deleteBy <= DELETION_PATIENCE_SECONDS ? "progressing" : "unexplained";
  const lastStep = progress.findLast(({ at }) => at)?.at ?? pod.metadata.creationTimestamp;
  const waited = snapshot.secondsSince(lastStep) ?? Number.POSITIVE_INFINITY;
  // An event from before the last step is history: the scheduler's first refusals, say.
  const complaints = raw.filter(
    ({ reason, path, at }) =>
      !EXPECTED_WHILE_STARTING.has(reason) && !(path === "message" && at && lastStep && at < lastStep),
  );
  return waited < PATIENCE_SECONDS && complaints.length === 0 ? "progressing" : "unexplained";
}

const DOING: Readonly<Record<StepName, string>> = {
  created: "has been waiting to be created",
  scheduled: "has been waiting for a node",
  volumes: "has been waiting for its volumes or its sandbox",
  sandbox: "has been waiting for its sandbox",
  image: "has been waiting for its image",
  started: "has been waiting for its containers to start",
  ready: "has been running without being ready",
};

function summaryOf({ pod, workload, progress, snapshot, containers }: PodInput, verdict: Verdict): Text {
  const { metadata, spec, status } = pod;
  const places = [
    workload.kind !== "Pod" && text`${workload.kind} ${name(workload.name)}`,
    spec.nodeName && text`node ${name(spec.nodeName)}`,
  ].filter((place): place is Text => Array.isArray(place));
  const about = places.flatMap((place, index): Text => [...(index ? [", "] : [" ("]), ...place]);
  const endedAt =
    containers
      .map(({ status }) => status?.state?.terminated?.finishedAt ?? "")
      .sort(compare)
      .at(-1) || podCondition(pod, "Ready")?.lastTransitionTime;
  const lastDone = progress.findLast(({ at }) => at)?.at ?? metadata.creationTimestamp;
  const ago = (time: string | undefined) => {
    const seconds = snapshot.secondsSince(time);
    return seconds === undefined ? "" : ` ${duration(seconds)} ago`;
  };
  const since = (time: string | undefined) => {
    const seconds = snapshot.secondsSince(time);
    return seconds === undefined ? "" : ` for ${duration(seconds)}`;
  };
  const what = () => {
    if (verdict === "completed") return text`completed${ago(endedAt)}`;
    if (status?.phase === "Failed" && isTerminal(pod))
      return text`failed${ago(endedAt)}${status.reason && text` (${name(status.reason)})`}`;
    if (metadata.deletionTimestamp) {
      return text`has been terminating${since(deletionRequestedAt(pod))}`;
    }
    if (verdict === "ready") return text`has been ready${since(lastDone)}`;
    if (isReady(pod)) return text`is ready for the moment, and does not stay so`;
    const current = progress.find(({ state }) => state === "current")?.name ?? "ready";
    return text`${DOING[current]}${since(lastDone)}`;
  };
  return text`Pod ${name(fullName(metadata))}${about.length > 0 && [...about, ")"]} ${what()}.`;
}

/** What a person should know of a pod for which there is no cause to show. */
function remarksOn(
  { pod, containers, snapshot, events }: PodInput,
  verdict: Verdict,
  hasCause: boolean,
): readonly Text[] {
  const remarks: Text[] = [];
  if (verdict === "ready" || verdict === "completed") {
    for (const { name: container, status } of containers) {
      const ended = status?.lastState?.terminated;
      const restarts = status?.restartCount ?? 0;
      if (restarts === 0) continue;
      const ago = snapshot.secondsSince(ended?.finishedAt);
      remarks.push(
        text`Container ${name(container)} was restarted ${restarts === 1 ? "once" : `${restarts} times`}${ended && text`; it ended last${ago !== undefined && ` ${duration(ago)} ago`} with ${ended.reason && text`${name(ended.reason)}, `}exit code ${ended.exitCode}`}.`,
      );
    }
    const warnings = events.filter(({ type }) => type === "Warning");
    const newest = warnings.at(-1);
    if (newest) {
      const ago = snapshot.secondsSince(lastSeen(newest));
      remarks.push(
        text`${count(warnings.length, "warning event")}, the last ${ago !== undefined && `${duration(ago)} ago `}(${name(newest.reason ?? "")}: ${value(newest.message?.trim() ?? "")}).`,
      );
    }
    return remarks;
  }
  if (hasCause) return remarks;
  if (verdict === "progressing")
    remarks.push(
      pod.metadata.deletionTimestamp
        ? text`It is being deleted, and its grace period is not over or has just ended. Nothing is wrong with that so far.`
        : text`Nothing complains about it. It is on its way as far as can be seen; look again in a minute or two.`,
    );
  return remarks;
}

/** The families of rules that are about a step. */
const STAGES_OF: Readonly<Record<StepName, readonly Stage[]>> = {
  created: ["creation"],
  scheduled: ["scheduling"],
  volumes: ["volume", "sandbox"],
  sandbox: ["sandbox"],
  image: ["image"],
  started: ["config", "container"],
  ready: ["readiness", "container"],
};

function checksOf({ pod, progress }: PodInput, rules: readonly Rule[]): Checks {
  const current = progress.find(({ state }) => state === "current")?.name;
  const stages: readonly Stage[] = pod.metadata.deletionTimestamp
    ? ["termination"]
    : pod.status?.phase === "Failed"
      ? ["container", "termination"]
      : current
        ? STAGES_OF[current]
        : [];
  return { rules: rules.length, stages, rulesOfStages: rules.filter(({ stage }) => stages.includes(stage)).length };
}

/** What was left open at the step the pod stands at: credentials are no question for a pod that has no node. */
function concerning(unchecked: readonly Unchecked[], stages: readonly Stage[]): readonly Unchecked[] {
  return unchecked.flatMap((one) => {
    if (!one.gap) return [one];
    const rules = one.rules.filter((rule) => stages.some((stage) => rule.startsWith(`${stage}/`)));
    return rules.length ? [{ ...one, rules }] : [];
  });
}

/** Every place of the pod that gives a reason, verbatim: what is left to show where no rule explains it. */
function rawReasons({ pod, containers, events }: PodInput): readonly RawReason[] {
  const ref = refTo(pod);
  const reasons: RawReason[] = [];
  const add = (about: string, path: string, reason = "", message = "", at?: string) => {
    if (reason || message) reasons.push({ ref, path, about, reason, message, ...(at && { at }) });
  };
  add("pod", "status", pod.status?.reason, pod.status?.message);
  const { deletionTimestamp, finalizers = [] } = pod.metadata;
  if (deletionTimestamp && finalizers.length)
    add("pod", "metadata.finalizers", "finalizers", finalizers.join(", "), deletionTimestamp);
  for (const [index, { type, status, reason, message, lastTransitionTime }] of (
    pod.status?.conditions ?? []
  ).entries()) {
    // DisruptionTarget is the one condition of a pod that says why by being True.
    if ((status === "True") === (type === "DisruptionTarget"))
      add(`condition ${type} ${status}`, `status.conditions[${index}]`, reason, message, lastTransitionTime);
  }
  for (const { name: container, status, statusPath } of containers) {
    const { waiting } = status?.state ?? {};
    add(`container ${container} waiting`, `${statusPath}.state.waiting`, waiting?.reason, waiting?.message);
    for (const where of ["state", "lastState"] as const) {
      const ended = status?.[where]?.terminated;
      if (!ended || (where === "state" && ended.exitCode === 0)) continue;
      const code = `exit code ${ended.exitCode}${ended.signal ? `, signal ${ended.signal}` : ""}`;
      add(
        where === "state" ? `container ${container} ended` : `container ${container} ended before`,
        `${statusPath}.${where}.terminated`,
        ended.reason,
        ended.message ? `${code}: ${ended.message.trim()}` : code,
        ended.finishedAt,
      );
    }
  }
  // Keyed by their words; one said again counts as said last.
  const told = new Map<string, RawReason>();
  for (const event of events) {
    if (event.type !== "Warning") continue;
    const { reason = "" } = event;
    const message = event.message?.trim() ?? "";
    const words = `${reason}\n${message}`;
    const times = (told.get(words)?.times ?? 0) + timesSeen(event);
    told.delete(words);
    told.set(words, {
      ref: refTo(event),
      path: "message",
      about: "event",
      reason,
      message,
      at: lastSeen(event),
      times,
    });
  }
  return byWeight([...reasons, ...told.values()]);
}

/** The fixes, then the look that verifies; where there are no fixes, where to look further. */
function stepsOf(fixes: readonly Fix[] | undefined, input: PodInput, verdict: Verdict): readonly Step[] {
  const { namespace, name: podName } = input.pod.metadata;
  if (!fixes && verdict === "progressing")
    return [step("see", text`Watch it.`, kubectl("reads", namespace, "get", "pod", podName, "--watch"))];
  return fixes ? repairSteps(fixes, verification(input)) : looks(input);
}

function looks({ pod, progress, containers }: PodInput): readonly Step[] {
  const { namespace, name: podName } = pod.metadata;
  const see = (title: Text, ...words: [string, ...string[]]) =>
    step("see", title, kubectl("reads", namespace, ...words));
  const steps = [see(text`Everything the API server knows of the pod, its events last.`, "describe", "pod", podName)];
  // An evicted pod's containers, and their logs, are gone.
  const isGone = pod.status?.reason === "Evicted";
  const restarted = containers.find(({ status }) => status?.restartCount);
  const ran = containers.find(({ status }) => status?.state?.running || status?.state?.terminated);
  if (restarted && !isGone)
    steps.push(
      see(text`The last words of the run before.`, "logs", podName, "-c", restarted.name, "--previous", "--tail=50"),
    );
  else if (ran && !isGone)
    steps.push(see(text`What the container says.`, "logs", podName, "-c", ran.name, "--tail=50"));
  const isScheduled = progress.some((one) => one.name === "scheduled" && one.state === "done");
  if (isScheduled && pod.spec.nodeName && !ran && !restarted)
    steps.push(
      step(
        "see",
        text`The node's conditions and events.`,
        kubectl("reads", undefined, "describe", "node", pod.spec.nodeName),
        {
          by: "cluster-admin",
        },
      ),
    );
  return steps;
}

/** Groups the reports on many targets by their causes. */
export function buildReportList(diagnoses: readonly Diagnosis[], snapshot: Snapshot, podsSeen?: number): ReportList {
  return {
    takenAt: snapshot.takenAt,
    ...listOf(diagnoses.map((diagnosis) => buildReport(diagnosis, snapshot.takenAt))),
    ...(podsSeen !== undefined && { podsSeen }),
    skipped: snapshot.skipped,
  };
}

/** What many reports come to: their groups, what was left open for any of them, and the hosts that were asked. */
export const listOf = (items: readonly Report[]) => ({
  items,
  groups: groupsOf(items),
  unchecked: uncheckedOf(items),
  asked: askedOf(items),
});

/** Whether a report has nothing to tell but that all is well. */
export const isFine = ({ verdict, rootCause }: Pick<Report, "verdict" | "rootCause">): boolean =>
  verdict === "completed" || (verdict === "ready" && !rootCause);

/**
 * 1 where a cause was found that blocks a pod (one may be Ready for the moment and still be restarted again and again),
 * or a pod is stuck for a reason that no rule knows; 2 where a named target is not there or could not be analysed and
 * nothing was found for the others either; 0 where nothing keeps a pod from being ready.
 */
export function exitCodeFor(reports: readonly Report[]): 0 | 1 | 2 {
  const isBlocked = (report: Report) =>
    ["blocked", "failed", "unexplained"].includes(report.verdict) ||
    (report.rootCause?.effect === "blocks" && !isFine(report));
  if (reports.some(isBlocked)) return 1;
  return reports.some(({ verdict }) => verdict === "not-found" || verdict === "not-analysed") ? 2 : 0;
}
