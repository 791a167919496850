import type { Json } from "../objects/object.ts";
import type { Text } from "../text/text.ts";
import { plain } from "../text/text.ts";
import { checkedFix } from "./checked-fix.ts";
import type { Confidence, Evidence, Finding, Fix, Impact, RuleId, Stage } from "./finding.ts";
import type { PodInput } from "./pod-input.ts";
import type { WorkloadInput } from "./workload-input.ts";

/** What the page of a rule in docs/rules.md says, beside what can be read off the rule itself. */
export interface RuleDoc {
  /** What it means, for somebody who meets it for the first time. One paragraph. */
  readonly means: string;
  /** How it is seen: fields, events, messages, and the components and versions that write them. */
  readonly seenIn: string;
  /** How to repair it, in general terms. */
  readonly repair: string;
  /** What looks alike and is not it. */
  readonly notToConfuseWith?: string;
  /** The entries of the catalogue of causes it covers. */
  readonly catalogue: readonly string[];
}

/** What a check returns: facts and evidence, no prose. */
export interface Match<Facts> {
  readonly subject: Finding["subject"];
  readonly container?: string;
  readonly confidence: Confidence;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly facts: Facts;
  /** Where it differs from the rule's own. */
  readonly effect?: Impact;
}

/** The sentences about a match. */
export interface Message {
  readonly headline: Text;
  readonly why: Text;
  readonly notes?: readonly Text[];
  readonly outlook?: Text;
  /** What would make it surer, or the repair better, and was not asked for. */
  readonly surer?: Text;
}

/** A cause that the evidence speaks against. */
export interface RuledOut {
  readonly what: Text;
  readonly because: Text;
}

/** What a rule may be asked about: a pod, or a workload that lacks pods. */
export type RuleInput = PodInput | WorkloadInput;

export interface RuleSpec<Facts, Input = PodInput> {
  readonly id: RuleId;
  /** The cause in general, as a heading. */
  readonly title: string;
  readonly effect: Impact;
  /** Kinds without which the check is blind or less sure; a gap in one is told to the user. */
  readonly needs: readonly string[];
  /** What it is the cause of: their findings become consequences of this one. */
  readonly explains?: readonly RuleId[];
  check(input: Input): readonly Match<Facts>[];
  /** Called for pods and workloads this rule finds nothing in, where another rule of the family found the cause. */
  ruledOut?(input: Input): RuledOut | undefined;
  message(match: Match<Facts>, input: Input): Message;
  fixes(match: Match<Facts>, input: Input): readonly Fix[];
  /** What two pods must share to have this as one common cause; the headline's words where absent. */
  groupKey?(match: Match<Facts>): string;
  readonly doc: RuleDoc;
}

/** A rule whose facts are closed over, so that rules of different facts fit in one list. */
export interface Rule {
  readonly id: RuleId;
  readonly about: "pod" | "workload";
  readonly title: string;
  readonly stage: Stage;
  readonly effect: Impact;
  readonly needs: readonly string[];
  readonly explains: readonly RuleId[];
  readonly doc: RuleDoc;
  ruledOut(input: RuleInput): RuledOut | undefined;
  /** All it finds for one pod or workload; nothing in what it is not about. Throws only by mistake. */
  evaluate(input: RuleInput): readonly Finding[];
}

/** Makes a rule about pods of its three functions: what it sees, what it says, what to do. */
export function defineRule<Facts>(spec: RuleSpec<Facts>): Rule {
  return ruleAbout("pod", spec, (input) => ("pod" in input ? input : undefined));
}

/** Makes a rule about workloads: why they have no pods. */
export function defineWorkloadRule<Facts>(spec: RuleSpec<Facts, WorkloadInput>): Rule {
  return ruleAbout("workload", spec, (input) => ("pod" in input ? undefined : input));
}

function ruleAbout<Facts, Input>(
  about: Rule["about"],
  spec: RuleSpec<Facts, Input>,
  fitting: (input: RuleInput) => Input | undefined,
): Rule {
  const { id, title, effect, needs, explains = [], doc } = spec;
  const stage = id.slice(0, id.indexOf("/")) as Stage;
  return {
    id,
    about,
    title,
    stage,
    effect,
    needs,
    explains,
    doc,
    ruledOut: (asked) => {
      const input = fitting(asked);
      return input && spec.ruledOut?.(input);
    },
    evaluate: (asked) => {
      const input = fitting(asked);
      return (input ? spec.check(input) : []).map((match) => {
        const { headline, why, notes = [], outlook, surer } = spec.message(match, input as Input);
        return {
          rule: id,
          subject: match.subject,
          ...(match.container !== undefined && { container: match.container }),
          stage,
          effect: match.effect ?? effect,
          confidence: match.confidence,
          facts: match.facts as Json,
          evidence: match.evidence,
          headline,
          why,
          notes,
          ...(outlook && { outlook }),
          ...(surer && { surer }),
          fixes: spec.fixes(match, input as Input).map(checkedFix),
          explains,
          groupKey: spec.groupKey?.(match) ?? plain(headline),
        };
      });
    },
  };
}
