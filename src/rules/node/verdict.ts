import type { Json } from "../../objects/object.ts";
import { refTo } from "../../objects/object.ts";
import type { Text } from "../../text/text.ts";
import { type Confidence, type Evidence, type Fix, type Impact, type RuleId, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";

/** The kubelet's verdict on a pod: it is over, for this reason. */
export interface Verdict {
  readonly reason: string;
  /** Without the kubelet's own prefix: `Pod was rejected: ` since 1.26, `Pod ` before (kubernetes v1.36 pkg/kubelet/kubelet.go rejectPod). */
  readonly message: string;
}

/** Phase Failed with a reason: only the kubelet (and pod GC) sets one. Undefined for any other pod. */
export function verdictOf({ pod }: PodInput): Verdict | undefined {
  const { phase, reason, message = "" } = pod.status ?? {};
  if (phase !== "Failed" || !reason) return undefined;
  return { reason, message: message.replace(/^Pod was rejected: /, "").trim() };
}

export interface VerdictRuleSpec<More> {
  readonly id: RuleId;
  readonly title: string;
  readonly effect?: Impact;
  readonly needs?: readonly string[];
  readonly explains?: readonly RuleId[];
  /** What the rule reads out of the verdict; undefined where it is not about it. */
  read(verdict: Verdict, input: PodInput): More | undefined;
  confidence?(more: More, input: PodInput): Confidence;
  evidence?(more: More, input: PodInput): readonly Evidence[];
  headline(more: More, input: PodInput): Text;
  why(more: More, input: PodInput): Text;
  notes?(more: More, input: PodInput): readonly (Text | false | undefined)[];
  fixes(more: More, input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/** A rule about a pod that the kubelet has given up. Reason and message are evidence and facts in all of them. */
export function verdictRule<More extends object>(spec: VerdictRuleSpec<More>): Rule {
  const {
    id,
    title,
    effect = "blocks",
    needs = [],
    explains = ["container/*", "node/container-status-unknown"],
    doc,
  } = spec;
  return defineRule<Verdict & { more: More }>({
    id,
    title,
    effect,
    needs,
    explains,
    check: (input) => {
      const verdict = verdictOf(input);
      const more = verdict && spec.read(verdict, input);
      if (!verdict || !more) return [];
      const { pod } = input;
      return [
        {
          subject: refTo(pod),
          confidence: spec.confidence?.(more, input) ?? "certain",
          facts: { ...verdict, more },
          evidence: [
            seen(pod, "status.reason", "reason"),
            ...(pod.status?.message ? [seen(pod, "status.message", "message")] : []),
            ...(spec.evidence?.(more, input) ?? []),
          ] as const,
        },
      ];
    },
    message: ({ facts: { more } }, input) => ({
      headline: spec.headline(more, input),
      why: spec.why(more, input),
      notes: (spec.notes?.(more, input) ?? []).filter((note): note is Text => Array.isArray(note)),
    }),
    fixes: ({ facts: { more } }, input) => withoutRepeats(spec.fixes(more, input)),
    groupKey: ({ facts: { reason, more } }) => `${reason} ${JSON.stringify(more satisfies object as Json)}`,
    doc,
  });
}

/** Reads a verdict by its reason alone. */
export const byReason =
  (...reasons: readonly string[]) =>
  ({ reason, message }: Verdict): { readonly message: string } | undefined =>
    reasons.includes(reason) ? { message } : undefined;

/** A bare pod is made anew for any change: said once. */
function withoutRepeats(fixes: readonly Fix[]): readonly Fix[] {
  const words = fixes.map(({ commands }) => JSON.stringify(commands));
  return fixes.filter(({ commands }, at) => commands.length === 0 || words.indexOf(words[at] ?? "") === at);
}
