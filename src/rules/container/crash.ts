import { lastSeen } from "../../objects/event.ts";
import type { LogObject } from "../../snapshot/log-object.ts";
import { duration, type Text, text, value } from "../../text/text.ts";
import type { Evidence } from "../finding.ts";
import { seen } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { type NextTry, nextTry } from "./back-off.ts";
import { causeOf, inMissingFolder, type LogCause } from "./log-cause.ts";
import { type EndedRun, isRestarted, killedBy, troublingRun } from "./runs.ts";
import { type TellingLine, tellingLine } from "./telling-line.ts";

/** How a container came to its end; most kinds are a rule of this family. */
export type CrashKind =
  | "app-error"
  | "completed"
  | "oom"
  | "oom-node"
  | "killed"
  | "terminated"
  | "segfault"
  | "abort"
  | "illegal-instruction"
  | "command-not-found"
  | "not-executable"
  | "exec-format"
  | "missing-interpreter"
  | "restarting-all"
  | "unknown";

/** What the program wrote before it ended. */
export interface LastWords {
  /** `read`: there are lines. `empty`: it wrote nothing. `unread`: unknown, and why. */
  readonly state: "read" | "empty" | "unread";
  readonly why?: string;
  readonly lines: readonly string[];
  readonly line?: TellingLine;
  readonly evidence?: Evidence;
  readonly cause?: LogCause;
  /** `calc.py line 12`: where in the program it happened. */
  readonly place?: string;
}

/** A container that ended, and is in trouble for it. */
export interface Crash {
  readonly view: ContainerView;
  readonly run: EndedRun;
  readonly kind: CrashKind;
  readonly restarts: number;
  /** Whether the kubelet starts it again. */
  readonly isRestarted: boolean;
  readonly next?: NextTry;
  readonly words: LastWords;
  readonly evidence: readonly [Evidence, ...Evidence[]];
}

const known = new WeakMap<PodInput, readonly Crash[]>();

/** The containers of a pod that crashed, in their order. */
export function crashes(input: PodInput): readonly Crash[] {
  const computed = known.get(input) ?? input.containers.flatMap((view) => crashOf(view, input) ?? []);
  known.set(input, computed);
  return computed;
}

function crashOf(view: ContainerView, input: PodInput): Crash | undefined {
  const { pod, snapshot } = input;
  const run = troublingRun(view, input);
  if (!run) return undefined;
  const said = withRedirection(lastWords(view, run, input), view, run);
  const isArithmetic = run.exitCode === SIGFPE && !said.cause;
  const words: LastWords = isArithmetic ? { ...said, cause: { kind: "division-by-zero" } } : said;
  const kind = kindOf(view, run, words.cause, input);
  if (!kind) return undefined;
  const restarts = view.status?.restartCount ?? 0;
  const isAgain = isRestarted(view, run.exitCode, input);
  const next = isAgain && !view.status?.state?.running ? nextTry(view, run, snapshot) : undefined;
  const shown = text`${run.exitCode}${run.reason && ` (${run.reason})`}${run.seconds !== undefined && `, after ${duration(run.seconds)}`}${restarts > 0 && `, restarted ${restarts === 1 ? "once" : `${restarts} times`}`}`;
  return {
    view,
    run,
    kind,
    restarts,
    isRestarted: isAgain,
    ...(next && { next }),
    words,
    evidence: [seen(pod, `${run.path}.exitCode`, "exit code", shown), ...(words.evidence ? [words.evidence] : [])],
  };
}

/** Processors send this signal for an integer that is divided by zero. */
export const SIGFPE = 128 + 8;

/** Reasons whose end is told by other rules: it never began, or the kubelet lost sight of it. */
const NOT_A_CRASH: ReadonlySet<string> = new Set(["StartError", "ContainerCannotRun", "ContainerStatusUnknown"]);

function kindOf(
  view: ContainerView,
  run: EndedRun,
  cause: LogCause | undefined,
  input: PodInput,
): CrashKind | undefined {
  const { exitCode, reason } = run;
  if (NOT_A_CRASH.has(reason)) return undefined;
  if (reason === "RestartingAllContainers") return "restarting-all";
  const killed = killedBy(view, run);
  // A probe, a hook or a changed definition ended it: that is the cause, and rules of their own tell it.
  if (killed && /probe|FailedPostStartHook|definition changed|Stopping container/.test(killed)) return undefined;
  if (reason === "OOMKilled") return "oom";
  // containerd writes this where it found a container ended after its own restart.
  if (exitCode === 255 && reason === "Unknown") return "unknown";
  if (cause?.kind === "exec-format") return "exec-format";
  if (cause?.kind === "no-interpreter") return "missing-interpreter";
  if (exitCode === 0) return "completed";
  if (exitCode === 127) return "command-not-found";
  if (exitCode === 126) return "not-executable";
  if (exitCode === 137) return nodeOom(view, run, input) ? "oom-node" : "killed";
  if (cause) return "app-error";
  if (exitCode === 143) return "terminated";
  if (exitCode === 139 || exitCode === 135) return "segfault";
  if (exitCode === 134 || exitCode === 133) return "abort";
  if (exitCode === 132) return "illegal-instruction";
  return "app-error";
}

/** The node's own report that it ran out of memory, from the time at which the container ended. */
export function nodeOom({ status }: ContainerView, { finishedAt }: EndedRun, { node, snapshot }: PodInput) {
  if (node?.state !== "found" || !status || !finishedAt) return undefined;
  const ended = Date.parse(finishedAt);
  return snapshot
    .eventsOf(node.object)
    .findLast(
      (event) => event.reason === "SystemOOM" && Math.abs(Date.parse(lastSeen(event)) - ended) < NODE_OOM_WINDOW_MS,
    );
}
const NODE_OOM_WINDOW_MS = 60_000;

function lastWords(view: ContainerView, run: EndedRun, { pod, snapshot }: PodInput): LastWords {
  const { namespace = "", name } = pod.metadata;
  const log = snapshot.find("Log", namespace, `${name}/${view.name}`);
  const object = log.state === "found" ? (log.object as LogObject) : undefined;
  const wanted = run.isPrevious ? "previous" : "current";
  const where = object?.[wanted] ? wanted : object?.previous ? "previous" : "current";
  const lines = object?.[where]?.lines;
  if (lines) {
    const found = readLines(lines);
    if (found) {
      const { line } = found;
      const evidence = seen(
        object,
        `${where}.lines[${line.index}]`,
        "last words",
        text`${value(line.words.slice(0, LONGEST_LINE))}`,
      );
      return { state: "read", lines, ...found, evidence };
    }
  }
  // The program's own message, or the end of the log where terminationMessagePolicy is FallbackToLogsOnError.
  const told = run.message?.split("\n");
  const found = told && readLines(told);
  if (told && found) {
    const evidence = seen(
      pod,
      `${run.path}.message`,
      "last words",
      text`${value(found.line.words.slice(0, LONGEST_LINE))}`,
    );
    return { state: "read", lines: told, ...found, evidence };
  }
  if (lines) return { state: "empty", lines: [] };
  const gap = log.state === "unknown" ? log.gap : undefined;
  return { state: "unread", lines: [], ...(gap && { why: gap.message }) };
}

/**
 * bash says the same of a program that is not there and of a file that it cannot make (`> /data/out`): the exit code,
 * 127 or 1, and the script tell which.
 */
function withRedirection(words: LastWords, { spec }: ContainerView, { exitCode }: EndedRun): LastWords {
  const { cause } = words;
  if (cause?.kind !== "command-not-found" || exitCode === 127) return words;
  const script = [...(spec.command ?? []), ...(spec.args ?? [])].join("\n");
  const at = script.lastIndexOf(cause.program);
  const missing = at > 0 && />\s*["']?$/.test(script.slice(0, at)) ? inMissingFolder(cause.program) : undefined;
  return missing ? { ...words, cause: missing } : words;
}

/** Longer lines are cut where they are shown. */
const LONGEST_LINE = 300;
/** What a line of a known meaning gains over others of its form. */
const KNOWN_MEANING = 15;
/** How far below an error its explanation may stand. */
const EXPLANATION = 3;

function readLines(lines: readonly string[]) {
  const line = tellingLine(lines, (words) => (causeOf(words) ? KNOWN_MEANING : 0));
  if (!line) return undefined;
  const below = lines.slice(line.index + 1, line.index + 1 + EXPLANATION).map((next) => next.trim());
  const said =
    causeOf(line.words) ??
    below.map(causeOf).find((one) => one?.kind === "variable-missing") ??
    listedVariable(below) ??
    pydantic(line, lines);
  const cause = said && inContext(said, line, lines);
  const place = placeIn(lines, line.index);
  return { line, ...(cause && { cause }), ...(place && { place }) };
}

/** "You need to specify one of the following as an environment variable:", and a list: the first of them will do. */
function listedVariable([announcement = "", first = ""]: readonly string[]): LogCause | undefined {
  const variable = /environment variables?:$/i.test(announcement) && /^[-*•] ?([A-Z][A-Z0-9_]+)$/.exec(first)?.[1];
  return variable ? { kind: "variable-missing", variable } : undefined;
}

/** Frames of Python, Java, Node.js and PHP from which a file or folder is made. */
const FRAMES_THAT_CREATE =
  /\bmkdir\(|\bmkdtemp\(|open\([^)]{0,500},\s*(?:mode=)?["'][wax]|FileHandler\(|logging\/__init__\.py|self\.baseFilename|FileOutputStream|newBufferedWriter|newOutputStream|createDirector|createFile|createTempFile|mkdirSync|writeFileSync|appendFileSync|createWriteStream|WriteStream|file_put_contents/;

/** "No such file" does not tell whether it was to be read or made; the frames around it may. */
function inContext(cause: LogCause, { index }: TellingLine, lines: readonly string[]): LogCause {
  if (cause.kind !== "file-missing") return cause;
  const around = lines.slice(Math.max(0, index - 12), index + 8);
  return (around.some((line) => FRAMES_THAT_CREATE.test(line)) && inMissingFolder(cause.path)) || cause;
}

/** `1 validation error for Settings`, the name of the field, `Field required`: three lines of pydantic. */
function pydantic({ index }: TellingLine, lines: readonly string[]): LogCause | undefined {
  const at = lines.findIndex((line, place) => place >= index - EXPLANATION && /^\s+[Ff]ield required/.test(line));
  const variable = /^(\w+)$/.exec(lines[at - 1]?.trim() ?? "")?.[1];
  const isSettings = /validation errors? for \w*(?:Settings|Config|Env)\w*/i.test(lines[at - 2] ?? "");
  return variable && isSettings ? { kind: "variable-missing", variable: variable.toUpperCase() } : undefined;
}

/** Where in the program an error arose, from the frames around its line. */
function placeIn(lines: readonly string[], index: number): string | undefined {
  const above = lines.slice(Math.max(0, index - 12), index).reverse();
  const below = lines.slice(index + 1, index + 12);
  const patterns: readonly (readonly [readonly string[], RegExp])[] = [
    [above, /^\s+File "([^"]+)", line (\d+)/],
    [below, /^\s{1,100}at .{0,500}?(?<![\w./@-])([\w./@-]{1,500}\.(?:java|kt|scala|js|ts|mjs|cjs)):(\d+)/],
    [below, /^\s+at .* in (\S+\.cs):line (\d+)/],
    [below, /^\s+(\/\S+\.go):(\d+)/],
    [[lines[index] ?? ""], /panicked at (?:'.*', )?(\S+\.rs):(\d+)/],
    [[lines[index] ?? ""], /^(\S+\.rb):(\d+):in /],
    [[lines[index] ?? ""], / in (\S+\.php)(?: on line |:)(\d+)/],
    [[lines[index] ?? ""], / at (\S+\.p[lm]) line (\d+)/],
    // A script of a shell: bash and busybox say line, dash does not.
    [[lines[index] ?? ""], /^(\S{0,500}\/\S+|\S+\.sh): (?:line )?(\d+): /],
  ];
  for (const [where, pattern] of patterns) {
    for (const line of where) {
      const found = pattern.exec(line);
      // Frames of the language itself are not the program's.
      if (found && !/site-packages|node_modules|node:internal|\/usr\/local\/go\/|\/usr\/lib\/|<frozen/.test(line))
        return `${found[1]} line ${found[2]}`;
    }
  }
  return undefined;
}

/** ` at once`, ` after 12s`: how long the last run lasted; nothing where that is not known. */
export function lastedWords({ seconds }: EndedRun): Text {
  if (seconds === undefined) return [];
  return seconds <= 2 ? text` at once` : text` after ${duration(seconds)}`;
}
