import { text, value } from "../../text/text.ts";
import type { RuleId } from "../finding.ts";
import type { ContainerView } from "../pod-input.ts";
import type { Rule, RuleDoc } from "../rule.ts";
import { causeRepairs } from "./cause-repairs.ts";
import { causeHeadline, causeNotes, causeWhy } from "./cause-words.ts";
import type { Crash, CrashKind } from "./crash.ts";
import { lastedWords } from "./crash.ts";
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
      return text`The program itself ended (exit code ${run.exitCode}), ${timesWords(crash, input)}; nobody killed it.${because && [" ", ...because]}${then}`;
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
      const isInProgram = crash.words.cause?.kind === "division-by-zero";
      return [
        ...repairs,
        ...(isInProgram
          ? [
              repairProgram(
                text`Repair the program${crash.words.place && text` at ${value(crash.words.place)}`}, or give it an input other than zero; build and push the image.`,
              ),
            ]
          : []),
        ...(repairs.some(({ applies }) => applies === "as-is") ? [] : furtherLooks(crash, input)),
      ];
    },
    groupKey: ({ exitCode, line, cause }) => `${exitCode} ${cause ?? ""} ${line?.replace(/\d+/g, "0") ?? ""}`,
    doc,
  });
}

const isLong = ({ run, restarts }: Crash) => restarts > 0 && (run.seconds ?? 0) > 600;
