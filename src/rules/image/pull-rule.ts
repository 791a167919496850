import { refTo } from "../../objects/object.ts";
import type { Text } from "../../text/text.ts";
import { duration, text } from "../../text/text.ts";
import type { Confidence, Evidence, Fix, Impact, RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Match, type Rule, type RuleDoc, type RuledOut } from "../rule.ts";
import { type PullAttempt, pullAttempts } from "./pull-attempt.ts";
import type { PullCause } from "./pull-error.ts";

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
  headline(attempt: PullAttempt, input: PodInput): Text;
  why(attempt: PullAttempt, input: PodInput): Text;
  notes?(attempt: PullAttempt, input: PodInput): readonly Text[];
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
          return {
            subject: refTo(input.pod),
            container: attempt.container.name,
            confidence: spec.confidence?.(attempt, input) ?? "certain",
            evidence: [...attempt.evidence, ...(spec.evidence?.(attempt, input) ?? [])] as const,
            facts: { ...factsOf(attempt), ...(more && { more }) },
          };
        }),
    message: (match, input) => {
      const attempt = attemptOf(match, input);
      const outlook = outlookOf(attempt);
      return {
        headline: spec.headline(attempt, input),
        why: spec.why(attempt, input),
        notes: spec.notes?.(attempt, input) ?? [],
        ...(outlook && { outlook }),
      };
    },
    fixes: (match, input) => spec.fixes(attemptOf(match, input), input),
    ...(spec.groupKey && { groupKey: ({ facts }: Match<PullFacts>) => spec.groupKey?.(facts) ?? "" }),
    ...(spec.ruledOut && { ruledOut: (input: PodInput) => spec.ruledOut?.(input) }),
    doc,
  });
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
