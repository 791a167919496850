import type { Json } from "../../objects/object.ts";
import { refTo } from "../../objects/object.ts";
import { sizeOf } from "../../objects/persistent-volume-claim.ts";
import type { Text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";
import { nextFixes, nextNotes } from "./after-claims.ts";
import { type ClaimTrouble, provisionerOf, type TroubledClaim, troubledClaims } from "./claims.ts";

/** What programs get to know of a claim that does not serve. */
export interface ClaimFacts {
  readonly claim: string;
  readonly volume: string;
  readonly storageClass?: string;
  readonly provisioner?: string;
  readonly persistentVolume?: string;
  readonly size?: string;
  readonly more?: { readonly [key: string]: Json };
}

export interface ClaimRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly trouble: ClaimTrouble;
  readonly effect?: Impact;
  readonly needs?: readonly string[];
  confidence?(claim: TroubledClaim, input: PodInput): Confidence;
  more?(claim: TroubledClaim, input: PodInput): ClaimFacts["more"];
  evidence?(claim: TroubledClaim, input: PodInput): readonly Evidence[];
  headline(claim: TroubledClaim, input: PodInput): Text;
  why(claim: TroubledClaim, input: PodInput): Text;
  notes?(claim: TroubledClaim, input: PodInput): readonly Text[];
  readonly outlook?: Text;
  fixes(claim: TroubledClaim, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about one thing that keeps a claim from serving. */
export function claimRule(spec: ClaimRuleSpec): Rule {
  const {
    id,
    title,
    trouble,
    effect = "blocks",
    needs = ["PersistentVolumeClaim", "StorageClass"],
    outlook,
    doc,
  } = spec;
  const again = (facts: ClaimFacts, input: PodInput): TroubledClaim => {
    const one = troubledClaims(input).find((claim) => claim.trouble === trouble && claim.view.volume === facts.volume);
    if (!one) throw new Error(`nothing is known of claim ${facts.claim}`);
    return one;
  };
  return defineRule<ClaimFacts>({
    id,
    title,
    effect,
    needs,
    check: (input) =>
      troubledClaims(input)
        .filter((one) => one.trouble === trouble)
        .map((one) => {
          const more = spec.more?.(one, input);
          return {
            subject: refTo(input.pod),
            confidence: spec.confidence?.(one, input) ?? "certain",
            evidence: [...one.evidence, ...(spec.evidence?.(one, input) ?? [])],
            facts: { ...factsOf(one), ...(more && { more }) },
          };
        }),
    message: ({ facts }, input) => {
      const one = again(facts, input);
      const next = effect === "blocks" ? nextNotes(input) : [];
      return {
        headline: spec.headline(one, input),
        why: spec.why(one, input),
        notes: [...(spec.notes?.(one, input) ?? []), ...next],
        // It would promise too much where something else comes after the claim.
        ...(outlook && next.length === 0 && { outlook }),
      };
    },
    fixes: ({ facts }, input) => [
      ...(effect === "blocks" ? nextFixes(input) : []),
      ...spec.fixes(again(facts, input), input),
    ],
    groupKey: ({ facts }) => `${trouble} ${facts.storageClass ?? facts.claim}`,
    doc,
  });
}

function factsOf({ view }: TroubledClaim): ClaimFacts {
  const { name, volume, claim, className } = view;
  const provisioner = provisionerOf(view);
  const size = claim && sizeOf(claim);
  return {
    claim: name,
    volume,
    ...(className && { storageClass: className }),
    ...(provisioner !== undefined && { provisioner }),
    ...(claim?.spec?.volumeName && { persistentVolume: claim.spec.volumeName }),
    ...(size && { size }),
  };
}
