import { type RuleId, seen } from "../finding.ts";
import type { Rule, RuleDoc } from "../rule.ts";
import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { killHeadline, killNotes, killOutlook, killWhy } from "./kill-words.ts";
import { probeRule } from "./probe-rule.ts";

export interface KillRuleSpec {
  readonly id: RuleId;
  readonly title: string;
  readonly type: "liveness" | "startup";
  readonly doc: RuleDoc;
}

/** A rule about a probe for whose sake the kubelet ends a container: all crashes of it follow from that. */
export function killRule({ id, title, type, doc }: KillRuleSpec): Rule {
  return probeRule({
    id,
    title,
    explains: ["container/*"],
    needs: ["Event", "ReplicaSet", "Log"],
    fits: ({ probe, state }) => probe.type === type && state === "killed",
    confidence: ({ kill }) => (kill?.event ? "certain" : "likely"),
    evidence: ({ kill }, { pod }) => [
      ...(kill?.event ? [seen(kill.event, "message", "kubelet")] : []),
      ...(kill?.endPath ? [seen(pod, `${kill.endPath}.exitCode`, "exit code")] : []),
    ],
    headline: killHeadline,
    why: (failure, input) => killWhy(failure, whyOf(failure, input)),
    notes: (failure, input) => [...killNotes(failure, input), ...notesOf(failure, input)],
    outlook: killOutlook,
    fixes: fixesOf,
    doc,
  });
}
