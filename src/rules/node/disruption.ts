import { refTo } from "../../objects/object.ts";
import type { Text } from "../../text/text.ts";
import { type Evidence, type Fix, type RuleId, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Rule, type RuleDoc } from "../rule.ts";

export interface DisruptionRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  /** Reason of the condition DisruptionTarget (1.26 and later). */
  readonly reason: string;
  /** The event that says the same, for older versions; it must not have been taken back. */
  isTold?(input: PodInput): Evidence | undefined;
  headline(input: PodInput): Text;
  why(input: PodInput): Text;
  notes?(input: PodInput): readonly Text[];
  fixes(input: PodInput): readonly Fix[];
  readonly doc: RuleDoc;
}

/**
 * A rule about who ended a pod: it is being deleted, and the condition DisruptionTarget says on whose behalf. It does not
 * say why the deletion takes long: that is the termination family's.
 */
export function disruptionRule(spec: DisruptionRuleSpec): Rule {
  const { id, title, reason, doc } = spec;
  return defineRule<{ reason: string; message: string }>({
    id,
    title,
    effect: "delays",
    needs: ["Node", "Event"],
    explains: ["termination/in-grace", "termination/prestop"],
    check: (input) => {
      const { pod } = input;
      if (!pod.metadata.deletionTimestamp && pod.status?.phase !== "Failed") return [];
      const conditions = pod.status?.conditions ?? [];
      const at = conditions.findIndex(
        ({ type, status, reason: because }) => type === "DisruptionTarget" && status === "True" && because === reason,
      );
      const told = at < 0 && pod.metadata.deletionTimestamp ? spec.isTold?.(input) : undefined;
      if (at < 0 && !told) return [];
      const message = conditions[at]?.message ?? "";
      return [
        {
          subject: refTo(pod),
          confidence: at >= 0 ? ("certain" as const) : ("likely" as const),
          facts: { reason, message },
          evidence: [
            told ?? seen(pod, `status.conditions[${at}].reason`, "DisruptionTarget"),
            ...(message ? [seen(pod, `status.conditions[${at}].message`, "message")] : []),
          ] as const,
        },
      ];
    },
    message: (_match, input) => ({
      headline: spec.headline(input),
      why: spec.why(input),
      notes: spec.notes?.(input) ?? [],
    }),
    fixes: (_match, input) => spec.fixes(input),
    doc,
  });
}
