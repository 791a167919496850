import { refTo } from "../../objects/object.ts";
import type { Text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import { causes, verdictOn } from "../scheduling/verdict.ts";
import { changesBesideVolumes } from "./after-claims.ts";
import { type ClaimView, claimsOf } from "./claims.ts";

export interface NodeRefusalRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  /** The scheduler's words, in all versions. */
  readonly words: RegExp;
  readonly needs: readonly string[];
  /** The claim that is meant, if one can be told from the others. */
  claim(claims: readonly ClaimView[], input: PodInput): ClaimView | undefined;
  readonly confidence?: Confidence;
  evidence?(claim: ClaimView | undefined, input: PodInput): readonly Evidence[];
  headline(claim: ClaimView | undefined, input: PodInput): Text;
  why(claim: ClaimView | undefined, input: PodInput): Text;
  notes?(claim: ClaimView | undefined, input: PodInput): readonly Text[];
  fixes(claim: ClaimView | undefined, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about nodes that the scheduler refuses for a volume's sake. */
export function nodeRefusalRule(spec: NodeRefusalRuleSpec): Rule {
  const claimOf = (input: PodInput) => spec.claim(claimsOf(input), input);
  return defineRule<{ claim?: string; persistentVolume?: string; nodes?: number }>({
    id: spec.id,
    title: spec.title,
    effect: "blocks",
    needs: spec.needs,
    check(input) {
      const verdict = verdictOn(input);
      const refusal = verdict?.refusals.find(({ reason }) => spec.words.test(reason));
      if (!verdict || !refusal || !causes(verdict).some((cause) => cause === refusal.obstacle)) return [];
      const claim = claimOf(input);
      const volume = claim?.claim?.spec?.volumeName;
      return [
        {
          subject: refTo(input.pod),
          confidence: spec.confidence ?? (verdict.fit || verdict.refusals.length === 1 ? "certain" : "likely"),
          evidence: [verdict.source, ...(spec.evidence?.(claim, input) ?? [])],
          facts: {
            ...(claim && { claim: claim.name }),
            ...(volume && { persistentVolume: volume }),
            ...(refusal.count !== undefined && { nodes: refusal.count }),
          },
        },
      ];
    },
    message: (_, input) => ({
      headline: spec.headline(claimOf(input), input),
      why: spec.why(claimOf(input), input),
      notes: spec.notes?.(claimOf(input), input) ?? [],
    }),
    fixes: (_, input) => [...changesBesideVolumes(input), ...spec.fixes(claimOf(input), input)],
    doc: spec.doc,
  });
}
