import { refTo } from "../../objects/object.ts";
import { type Text, text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Match, type Rule, type RuleDoc } from "../rule.ts";
import { outlookWords } from "./back-off.ts";
import type { StartCause } from "./start-error.ts";
import { type StartFailure, startFailures } from "./start-failure.ts";
import { commandEvidence } from "./words.ts";

/** What programs get to know about a container that could not be started. */
export interface StartFacts {
  readonly reason: string;
  readonly detail: string;
  readonly subject?: string;
  readonly source?: string;
  readonly restarts: number;
  readonly nextTrySeconds?: number;
}

export interface StartRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly causes: readonly StartCause[];
  readonly effect?: Impact;
  readonly needs?: readonly string[];
  readonly explains?: readonly RuleId[];
  fits?(failure: StartFailure, input: PodInput): boolean;
  evidence?(failure: StartFailure, input: PodInput): readonly Evidence[];
  confidence?(failure: StartFailure, input: PodInput): Confidence;
  headline(failure: StartFailure, input: PodInput): Text;
  why(failure: StartFailure, input: PodInput): Text;
  notes?(failure: StartFailure, input: PodInput): readonly (Text | false | undefined)[];
  fixes(failure: StartFailure, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about a container that the runtime could not make or start: what it stands for, and its words. */
export function startRule(spec: StartRuleSpec): Rule {
  const { id, title, causes, effect = "blocks", needs = ["Event"], doc } = spec;
  const failureOf = (match: Match<StartFacts>, input: PodInput): StartFailure => {
    const failure = startFailures(input).find(({ view }) => view.name === match.container);
    if (!failure) throw new Error(`container ${match.container} has not failed to start`);
    return failure;
  };
  return defineRule<StartFacts>({
    id,
    title,
    effect,
    needs,
    ...(spec.explains && { explains: spec.explains }),
    check: (input) =>
      startFailures(input)
        .filter((failure) => causes.includes(failure.error.cause) && (spec.fits?.(failure, input) ?? true))
        .map((failure) => ({
          subject: refTo(input.pod),
          container: failure.view.name,
          confidence: spec.confidence?.(failure, input) ?? "certain",
          evidence: [
            ...failure.evidence,
            ...commandEvidence(failure.view, input),
            ...(spec.evidence?.(failure, input) ?? []),
          ] as const,
          facts: factsOf(failure),
        })),
    message: (match, input) => {
      const failure = failureOf(match, input);
      const { next, restarts } = failure;
      return {
        headline: spec.headline(failure, input),
        why: spec.why(failure, input),
        notes: (spec.notes?.(failure, input) ?? []).filter((note): note is Text => Boolean(note)),
        outlook: next
          ? outlookWords(next, restarts)
          : text`If nothing changes, the kubelet tries again every minute or so.`,
      };
    },
    fixes: (match, input) => spec.fixes(failureOf(match, input), input),
    doc,
  });
}

function factsOf({ reason, error, restarts, next }: StartFailure): StartFacts {
  return {
    reason,
    detail: error.detail,
    ...(error.subject && { subject: error.subject }),
    ...(error.source && { source: error.source }),
    restarts,
    ...(next && { nextTrySeconds: next.inSeconds }),
  };
}
