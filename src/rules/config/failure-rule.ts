import { refTo } from "../../objects/object.ts";
import type { Text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import { type CreationFailure, creationFailures } from "./creation-failure.ts";

export interface FailureRuleSpec<Facts> {
  readonly id: RuleId;
  readonly title: string;
  readonly effect?: Impact;
  readonly confidence?: Confidence;
  readonly needs?: readonly string[];
  /** What the message says, if it is one of this rule's. */
  parse(failure: CreationFailure, input: PodInput): Facts | undefined;
  /** Evidence beside the message itself. */
  evidence?(facts: Facts, failure: CreationFailure, input: PodInput): readonly Evidence[];
  headline(facts: Facts, container: string, input: PodInput): Text;
  why(facts: Facts, container: string, input: PodInput): Text;
  notes?(facts: Facts, container: string, input: PodInput): readonly Text[];
  readonly outlook?: Text;
  fixes(facts: Facts, container: string, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about containers that were not created, told by the message of the kubelet or the runtime. */
export function failureRule<Facts extends object>(spec: FailureRuleSpec<Facts>): Rule {
  const { id, title, effect = "blocks", confidence = "certain", needs = [], outlook, doc } = spec;
  return defineRule<Facts>({
    id,
    title,
    effect,
    needs,
    check: (input) =>
      creationFailures(input).flatMap((failure) => {
        const facts = spec.parse(failure, input);
        if (!facts) return [];
        return [
          {
            subject: refTo(input.pod),
            container: failure.container.name,
            confidence,
            facts,
            evidence: [failure.evidence, ...(spec.evidence?.(facts, failure, input) ?? [])] as const,
          },
        ];
      }),
    message: ({ facts, container = "" }, input) => ({
      headline: spec.headline(facts, container, input),
      why: spec.why(facts, container, input),
      notes: spec.notes?.(facts, container, input) ?? [],
      ...(outlook && { outlook }),
    }),
    fixes: ({ facts, container = "" }, input) => spec.fixes(facts, container, input),
    doc,
  });
}
