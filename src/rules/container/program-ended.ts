import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import type { Fix, RuleId } from "../finding.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { remakePods } from "../repair.ts";
import type { Rule, RuleDoc } from "../rule.ts";
import { causeRepairs } from "./cause-repairs.ts";
import { causeHeadline, causeNotes, causeWhy, volumeAt } from "./cause-words.ts";
import type { Crash, CrashKind } from "./crash.ts";
import { lastedWords, SIGFPE } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram, timesWords } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

interface ProgramEndedSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly roles: readonly ContainerView["role"][];
  readonly doc: RuleDoc;
}

const KINDS: readonly CrashKind[] = ["app-error"];

/** A program that ended with an error of its own; main, init and sidecar containers differ in what follows from it. */
export function programEnded({ id, title, roles, doc }: ProgramEndedSpec): Rule {
  return crashRule({
    id,
    title,
    kinds: KINDS,
    needs: ["Event", "Log", "ConfigMap", "Service"],
    fits: ({ view }) => roles.includes(view.role),
    confidence: ({ words }) => (words.cause || words.line?.weight === "severe" ? "likely" : "possible"),
    headline: (crash, input) => {
      const { view, run, words } = crash;
      const lead = text`${containerWords(view)} ends${lastedWords(run)}`;
      if (words.cause) return text`${lead}: ${causeHeadline(words.cause, crash, input)}.`;
      const code = text`with exit code ${run.exitCode}`;
      if (words.line?.weight === "severe") return text`${lead} ${code}: ${value(words.line.words.slice(0, 160))}`;
      if (words.line) return text`${lead} ${code}; its last words are ${value(words.line.words.slice(0, 120))}`;
      return words.state === "empty"
        ? text`${lead} ${code}, and wrote nothing to its log.`
        : text`${lead} ${code}; why is in its log, which was not read.`;
    },
    why: (crash, input) => {
      const { words, run, view } = crash;
      const because = words.cause && causeWhy(words.cause);
      const then =
        view.role === "init" ? " The containers after it wait for it to succeed." : view.role === "sidecar" ? "" : "";
      const ended =
        run.exitCode === SIGFPE
          ? text`The kernel ended it (exit code ${run.exitCode} is 128 + signal 8, SIGFPE: an integer divided by zero), ${timesWords(crash, input)}.`
          : text`The program itself ended (exit code ${run.exitCode}), ${timesWords(crash, input)}; nobody killed it.`;
      return text`${ended}${because && [" ", ...because]}${then}`;
    },
    notes: (crash, input) => [
      ...(crash.words.cause
        ? causeNotes(crash.words.cause, crash, input)
        : crash.words.place
          ? [text`It happened at ${value(crash.words.place)}.`]
          : []),
      isLong(crash) &&
        text`It ran for a good while before it ended: look for what changed then, or what it waits for, rather than at its start.`,
    ],
    fixes: (crash, input) => {
      const repairs = crash.words.cause ? causeRepairs(crash.words.cause, crash, input) : [];
      return [
        ...repairs,
        ...(crash.words.cause?.kind === "division-by-zero" ? [repairDivision(crash, input)] : []),
        ...(repairs.some(({ applies }) => applies === "as-is") ? [] : furtherLooks(crash, input)),
      ];
    },
    groupKey: ({ exitCode, line, cause }) => `${exitCode} ${cause ?? ""} ${line?.replace(/\d+/g, "0") ?? ""}`,
    doc,
  });
}

/** What divides by zero is repaired where it is written: in the image, or in the object that it is mounted from. */
function repairDivision({ words: { place }, view }: Crash, input: PodInput): Fix {
  const file = place?.replace(/ line \d+$/, "");
  const from = file === undefined ? undefined : volumeAt(file, view, input)?.object;
  const where = text`Repair the program${place && text` at ${value(place)}`}, or give it an input other than zero`;
  if (!from) return repairProgram(text`${where}; build and push the image.`);
  const again = remakePods(input);
  return {
    title: text`${where}; the file comes from ${from.kind} ${name(from.name)}.`,
    commands: [
      kubectl("changes", input.pod.metadata.namespace, "edit", from.kind.toLowerCase(), from.name),
      ...(again ? [again] : []),
    ],
    applies: "maybe",
    by: "workload-owner",
  };
}

const isLong = ({ run, restarts }: Crash) => restarts > 0 && (run.seconds ?? 0) > 600;
