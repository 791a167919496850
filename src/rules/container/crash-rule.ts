import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { command, duration, name, type Text, text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import { defineRule, type Match, type Rule, type RuleDoc } from "../rule.ts";
import { outlookWords } from "./back-off.ts";
import { type Crash, type CrashKind, crashes } from "./crash.ts";
import { commandEvidence, debugCopy } from "./words.ts";

/** What programs get to know about a container that crashed. */
export interface CrashFacts {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly restarts: number;
  readonly ranSeconds?: number;
  readonly nextTrySeconds?: number;
  /** The line of the log that tells most. */
  readonly line?: string;
  /** What that line says, where it is known. */
  readonly cause?: string;
  readonly log: "read" | "empty" | "unread";
  readonly more?: Readonly<Record<string, string | number>>;
}

export interface CrashRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly kinds: readonly CrashKind[];
  readonly effect?: Impact;
  readonly needs?: readonly string[];
  readonly explains?: readonly RuleId[];
  fits?(crash: Crash, input: PodInput): boolean;
  evidence?(crash: Crash, input: PodInput): readonly Evidence[];
  more?(crash: Crash, input: PodInput): CrashFacts["more"];
  confidence(crash: Crash, input: PodInput): Confidence;
  headline(crash: Crash, input: PodInput): Text;
  why(crash: Crash, input: PodInput): Text;
  notes?(crash: Crash, input: PodInput): readonly (Text | false | undefined)[];
  fixes(crash: Crash, input: PodInput): readonly Fix[];
  groupKey?(facts: CrashFacts): string;
  readonly doc: RuleDoc;
}

/** A rule about a container that ended: which ends it stands for, and its words. */
export function crashRule(spec: CrashRuleSpec): Rule {
  const { id, title, kinds, effect = "blocks", needs = ["Event", "Log"], doc } = spec;
  const crashFor = (match: Match<CrashFacts>, input: PodInput): Crash => {
    const crash = crashes(input).find(({ view }) => view.name === match.container);
    if (!crash) throw new Error(`container ${match.container} has not crashed`);
    return crash;
  };
  return defineRule<CrashFacts>({
    id,
    title,
    effect,
    needs,
    ...(spec.explains && { explains: spec.explains }),
    check: (input) =>
      crashes(input)
        .filter((crash) => kinds.includes(crash.kind) && (spec.fits?.(crash, input) ?? true))
        .map((crash) => {
          const more = spec.more?.(crash, input);
          return {
            subject: refTo(input.pod),
            container: crash.view.name,
            confidence: spec.confidence(crash, input),
            evidence: [
              ...crash.evidence,
              ...(spec.evidence?.(crash, input) ?? commandEvidence(crash.view, input).slice(1)),
            ] as const,
            facts: { ...factsOf(crash), ...(more && { more }) },
          };
        }),
    message: (match, input) => {
      const crash = crashFor(match, input);
      const outlook = outlookOf(crash, input);
      return {
        headline: spec.headline(crash, input),
        why: spec.why(crash, input),
        notes: [...(spec.notes?.(crash, input) ?? []), logNote(crash)].filter((note): note is Text => Boolean(note)),
        ...(outlook && { outlook }),
      };
    },
    fixes: (match, input) => spec.fixes(crashFor(match, input), input),
    ...(spec.groupKey && { groupKey: ({ facts }: Match<CrashFacts>) => spec.groupKey?.(facts) ?? "" }),
    doc,
  });
}

function factsOf({ run, restarts, next, words }: Crash): CrashFacts {
  return {
    exitCode: run.exitCode,
    ...(run.signal && { signal: run.signal }),
    reason: run.reason,
    restarts,
    ...(run.seconds !== undefined && { ranSeconds: run.seconds }),
    ...(next && { nextTrySeconds: next.inSeconds }),
    ...(words.line && { line: words.line.words }),
    ...(words.cause && { cause: words.cause.kind }),
    log: words.state,
  };
}

function outlookOf({ view, next, restarts, isRestarted }: Crash, { pod, workload }: PodInput): Text | undefined {
  if (view.status?.state?.running)
    return text`It runs at the moment, and has not yet run for longer than it did the last time.`;
  if (next) return outlookWords(next, restarts);
  if (isRestarted) return undefined;
  const isOver = pod.status?.phase === "Failed";
  return workload.kind === "Job" || workload.kind === "CronJob"
    ? text`The container is not started again (restartPolicy ${name(pod.spec.restartPolicy ?? "")}); the Job makes a new pod until its backoffLimit is reached.`
    : text`The container is not started again (restartPolicy ${name(pod.spec.restartPolicy ?? "")})${isOver && ": the pod is over"}.`;
}

/** What it means that there is no log to look at. */
function logNote({ words, view, run, kind }: Crash): Text | undefined {
  // A program that was killed had no time for words.
  if (kind === "oom" || kind === "oom-node") return undefined;
  if (words.state === "empty")
    return text`The container wrote nothing before it ended: it failed before its first line, keeps its log in a file, or runs another program than you think.`;
  if (words.state === "unread")
    return text`Its log was not read${words.why && ` (${words.why})`}: ${command(`kubectl logs${run.isPrevious ? " --previous" : ""} -c ${view.name}`)} shows it.`;
  return undefined;
}

/** Looks to take where nothing better is known: the whole log, then a shell of one's own. */
export function furtherLooks(crash: Crash, input: PodInput): readonly Fix[] {
  const { view, run, words } = crash;
  const { namespace, name: podName } = input.pod.metadata;
  const logs = kubectl(
    "reads",
    namespace,
    "logs",
    podName,
    "-c",
    view.name,
    ...(run.isPrevious ? ["--previous"] : []),
    "--tail=50",
  );
  if (words.state !== "empty") return [look(text`Read its last lines.`, logs)];
  return [
    look(text`Make sure that its log is empty.`, logs),
    ...(view.role === "main" ? [debugCopy(input, view, text`Run its command by hand in a copy of the pod.`)] : []),
  ];
}

/** A repair that only who writes the program can make. */
export const repairProgram = (title: Text): Fix => ({ ...adminTask(title), by: "workload-owner" });

/** `4 times in 3m`: how often a container was started again, and since when. */
export function timesWords({ restarts }: Crash, { pod, snapshot }: PodInput): Text {
  const since = snapshot.secondsSince(pod.status?.startTime ?? pod.metadata.creationTimestamp);
  if (restarts === 0) return text`for the first time`;
  return text`${restarts + 1} times${since !== undefined && ` in ${duration(since)}`}`;
}
