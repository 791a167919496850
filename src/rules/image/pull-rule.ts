import { refTo } from "../../objects/object.ts";
import type { Text } from "../../text/text.ts";
import { command, duration, name, text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Match, type Rule, type RuleDoc, type RuledOut } from "../rule.ts";
import { type PullAttempt, pullAttempts } from "./pull-attempt.ts";
import type { PullCause } from "./pull-error.ts";
import { registryEvidence, saidOf } from "./registry-said.ts";
import {
  fixesThereNow,
  type NowWords,
  otherViewNote,
  outlookThereNow,
  type ThereNow,
  thereNow,
  whyThereNow,
} from "./there-now.ts";
import { hostOf } from "./words.ts";

/** What programs get to know about a failed pull. */
export interface PullFacts {
  readonly image: string;
  readonly host: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly digest?: string;
  readonly reason: string;
  readonly detail: string;
  readonly tries: number;
  readonly nextTrySeconds?: number;
  /** The image volume, where it is not a container's own image. */
  readonly volume?: string;
  /** The registry gave the image to this program, after the node had been refused. */
  readonly isThereNow?: true;
  /** What a rule knows beyond that: the nearest known image, the pull secret that is at fault. */
  readonly more?: Readonly<Record<string, string | number | readonly string[]>>;
}

export interface PullRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly effect?: Impact;
  readonly causes?: readonly PullCause[];
  readonly needs?: readonly string[];
  readonly explains?: readonly RuleId[];
  /** A finer test than the cause alone. */
  fits?(attempt: PullAttempt, input: PodInput): boolean;
  /** Facts beyond those of every pull. */
  more?(attempt: PullAttempt, input: PodInput): PullFacts["more"];
  /** Evidence beyond the image and the last try. */
  evidence?(attempt: PullAttempt, input: PodInput): readonly Evidence[];
  confidence?(attempt: PullAttempt, input: PodInput): Confidence;
  /** What the registry could still tell, as the rest of "--check-registry asks HOST …"; undefined where that is nothing. */
  asks?(attempt: PullAttempt, input: PodInput): Text | undefined;
  headline(attempt: PullAttempt, input: PodInput): Text;
  why(attempt: PullAttempt, input: PodInput): Text;
  notes?(attempt: PullAttempt, input: PodInput): readonly Text[];
  /** Its words where the registry gives the image now, to this program; undefined where that does not end the cause. */
  thereNow?(now: ThereNow, attempt: PullAttempt, input: PodInput): NowWords | undefined;
  fixes(attempt: PullAttempt, input: PodInput): readonly Fix[];
  groupKey?(facts: PullFacts): string;
  ruledOut?(input: PodInput): RuledOut | undefined;
  readonly doc: RuleDoc;
}

/** A rule about a pull that failed: the causes it stands for, and its words. The rest is the same for the family. */
export function pullRule(spec: PullRuleSpec): Rule {
  const { id, title, effect = "blocks", causes, needs = ["Event", "Node"], doc } = spec;
  const attemptOf = (match: Match<PullFacts>, input: PodInput): PullAttempt => {
    const attempt = pullAttempts(input).find(({ container }) => container.name === match.container);
    if (!attempt) throw new Error(`no pull attempt for container ${match.container}`);
    return attempt;
  };
  const overOf = (attempt: PullAttempt, input: PodInput) => {
    const now = spec.thereNow && thereNow(attempt, input);
    const words = now && spec.thereNow?.(now, attempt, input);
    return words && { now, words };
  };
  return defineRule<PullFacts>({
    id,
    title,
    effect,
    needs,
    ...(spec.explains && { explains: spec.explains }),
    check: (input) =>
      pullAttempts(input)
        .filter((attempt) => (!causes || causes.includes(attempt.error.cause)) && (spec.fits?.(attempt, input) ?? true))
        .map((attempt) => {
          const more = spec.more?.(attempt, input);
          const over = overOf(attempt, input);
          return {
            subject: refTo(input.pod),
            container: attempt.container.name,
            confidence: over ? "likely" : (spec.confidence?.(attempt, input) ?? "certain"),
            ...(over && { effect: over.now.effect }),
            evidence: [
              ...attempt.evidence,
              ...askedEvidence(attempt, input, spec),
              ...(spec.evidence?.(attempt, input) ?? []),
            ] as const,
            facts: { ...factsOf(attempt), ...(over && { isThereNow: true as const }), ...(more && { more }) },
          };
        }),
    message: (match, input) => {
      const attempt = attemptOf(match, input);
      const over = overOf(attempt, input);
      if (over) {
        const { now, words } = over;
        return {
          headline: words.headline,
          why: whyThereNow(now, attempt, input, words),
          notes: now.effect === "delays" ? [otherViewNote(input)] : [],
          outlook: outlookThereNow(attempt),
        };
      }
      const outlook = outlookOf(attempt);
      const surer = surerOf(attempt, input, spec);
      return {
        headline: spec.headline(attempt, input),
        why: spec.why(attempt, input),
        notes: spec.notes?.(attempt, input) ?? [],
        ...(outlook && { outlook }),
        ...(surer && { surer }),
      };
    },
    fixes: (match, input) => {
      const attempt = attemptOf(match, input);
      return overOf(attempt, input) ? fixesThereNow(attempt, input) : spec.fixes(attempt, input);
    },
    ...(spec.groupKey && {
      groupKey: ({ facts }: Match<PullFacts>) => `${spec.groupKey?.(facts)}${facts.isThereNow ? "\nnow" : ""}`,
    }),
    ...(spec.ruledOut && { ruledOut: (input: PodInput) => spec.ruledOut?.(input) }),
    doc,
  });
}

/** What the registry said, where the rule has a question to it. */
function askedEvidence(attempt: PullAttempt, input: PodInput, spec: PullRuleSpec): readonly Evidence[] {
  const said = spec.asks && !attempt.isToldByRegistry ? saidOf(attempt.image, input) : undefined;
  return said ? registryEvidence(said) : [];
}

function surerOf(attempt: PullAttempt, input: PodInput, spec: PullRuleSpec): Text | undefined {
  if (input.snapshot.snapshot.registryAnswers || !attempt.reference) return undefined;
  const question = spec.asks?.(attempt, input);
  return question && text`${command("--check-registry")} asks ${name(hostOf(attempt))} ${question}.`;
}

function factsOf({ image, volume, reference, reason, error, tries, nextTrySeconds }: PullAttempt): PullFacts {
  return {
    image,
    host: reference?.host ?? error.host,
    ...(reference && { repository: reference.repository }),
    ...(reference?.tag && { tag: reference.tag }),
    ...(reference?.digest && { digest: reference.digest }),
    reason,
    detail: error.detail,
    tries,
    ...(nextTrySeconds !== undefined && { nextTrySeconds }),
    ...(volume && { volume }),
  };
}

function outlookOf({ reason, nextTrySeconds, tries }: PullAttempt): Text | undefined {
  if (reason === "InvalidImageName" || reason === "ErrImageNeverPull") {
    return text`Nothing changes by itself: in this state the kubelet pulls nothing.`;
  }
  if (nextTrySeconds === undefined) return undefined;
  const when = nextTrySeconds === 0 ? "about now" : `in about ${duration(nextTrySeconds)}`;
  const soFar = tries > 0 ? ` (${tries} so far)` : "";
  return text`If nothing changes, the kubelet tries again ${when}${soFar}; the wait doubles up to 5 minutes.`;
}
