import { isSameObject, type ObjectRef, refTo } from "../objects/object.ts";
import { WORKLOAD_KINDS } from "../objects/workload.ts";
import type { Scheduling } from "../report/report.ts";
import type { Finding } from "../rules/finding.ts";
import { podInput } from "../rules/pod-input.ts";
import type { Rule, RuledOut, RuleInput } from "../rules/rule.ts";
import { workloadInput } from "../rules/workload-input.ts";
import { Lookup } from "../snapshot/lookup.ts";
import type { Gap, Snapshot } from "../snapshot/snapshot.ts";
import { mistakeWords } from "../text/failure.ts";
import { concerns, type Knowledge } from "./knowledge.ts";
import { type Ranked, rank } from "./rank.ts";
import { weigh } from "./weigh.ts";

/** A question that stayed open: which rules could not look, or could not be sure, and for want of what. */
export interface Unchecked {
  readonly what: string;
  readonly gap?: Gap;
  readonly rules: readonly string[];
}

/** What was found out about one target. */
export interface Diagnosis extends Ranked {
  readonly target: ObjectRef;
  /** Absent where the snapshot does not hold the pod or workload. */
  readonly input?: RuleInput;
  /** The rules that looked at it. */
  readonly rules: readonly Rule[];
  /** What the scheduler's filters say of each node, of a pod that has none. */
  readonly scheduling?: Scheduling;
  /** Causes of the same family that the evidence speaks against. */
  readonly ruledOut: readonly RuledOut[];
  readonly unchecked: readonly Unchecked[];
  /** Why nothing can be said of the target. */
  readonly notAnalysed?: NotAnalysed;
}

/** Why nothing can be said of a target: it is not as the API has it, or this program failed while it looked at it. */
export interface NotAnalysed {
  readonly isMistake: boolean;
  readonly because: string;
}

/** Runs every rule over every target of a snapshot that it concerns. Pure: the same snapshot gives the same diagnoses. */
export function diagnose(snapshot: Snapshot, knowledge: Knowledge): readonly Diagnosis[] {
  const lookup = new Lookup(snapshot);
  return snapshot.targets.map((target) => {
    const nothing = { target, rules: [], others: [], consequences: [], ruledOut: [], unchecked: [] };
    // One odd object must not cost the reports on all others.
    try {
      const input = inputFor(target, lookup);
      if (input) return diagnoseOne(input, knowledge);
      const odd = snapshot.unusable?.find(({ ref }) => isSameObject(ref, target));
      return { ...nothing, ...(odd && { notAnalysed: { isMistake: false, because: odd.problem } }) };
    } catch (error) {
      return { ...nothing, notAnalysed: { isMistake: true, because: mistakeWords(error) } };
    }
  });
}

function inputFor({ kind, namespace, name }: ObjectRef, lookup: Lookup): RuleInput | undefined {
  if (kind === "Pod") {
    const pod = lookup.get("Pod", namespace, name);
    return pod && podInput(pod, lookup);
  }
  const known = WORKLOAD_KINDS.find((one) => one === kind);
  const workload = known && lookup.get(known, namespace, name);
  return workload && workloadInput(workload, lookup);
}

function diagnoseOne(input: RuleInput, knowledge: Knowledge): Diagnosis {
  const object = "pod" in input ? input.pod : input.object;
  const rules = knowledge.rules.filter(({ stage }) => concerns(stage, object));
  const findings: Finding[] = [];
  const failures: Unchecked[] = [];
  for (const rule of rules) {
    try {
      const found = rule.evaluate(input);
      findings.push(...("pod" in input ? found.map((finding) => weigh(finding, input)) : found));
    } catch (error) {
      // One bad rule must not hide the others; the message is ours, the case runner turns it into a failed test.
      failures.push({
        what: `rule ${rule.id} failed: ${mistakeWords(error)}`,
        rules: [rule.id],
      });
    }
  }
  const ranked = rank(findings, input);
  const found = new Set(findings.map(({ rule }) => rule));
  const ruledOut = rules.flatMap((rule) =>
    rule.stage === ranked.rootCause?.stage && !found.has(rule.id) ? (rule.ruledOut(input) ?? []) : [],
  );
  const scheduling = "pod" in input && concerns("scheduling", object) && knowledge.schedulingOf?.(input);
  return {
    target: refTo(object),
    input,
    rules,
    ...(scheduling && { scheduling }),
    ...ranked,
    ruledOut,
    unchecked: [...failures, ...withUnread(openQuestions(input, ranked, rules), scheduling || undefined)],
  };
}

/** With what the scheduler's filters would have had to know. That nobody asked for something is no answer to anybody. */
function withUnread(questions: readonly Unchecked[], scheduling: Scheduling | undefined): readonly Unchecked[] {
  const told = new Set(questions.map(({ what }) => what));
  const more = (scheduling?.unread ?? []).filter(({ kind, state }) => state !== "not-asked" && !told.has(kind));
  return [...questions, ...more.map((gap) => ({ what: gap.kind, gap, rules: [] }))];
}

/**
 * The gaps that matter: those in kinds which the rules of the stage it is stuck at need. Nothing is said about what is
 * fine, nor about what nobody asked for because no rule of that stage looks at it. Why a workload has no pods is said in
 * one sentence of the API server: of all that rules about it read, only what the cause itself needs is worth telling.
 */
function openQuestions(input: RuleInput, { rootCause }: Ranked, rules: readonly Rule[]): Unchecked[] {
  const { snapshot } = input;
  const about = "pod" in input ? "pod" : "workload";
  const { namespace } = ("pod" in input ? input.pod : input.object).metadata;
  const byKind = new Map<string, { gap: Gap; rules: string[] }>();
  const stage = rootCause?.stage;
  // Who killed a container, and what failed before: only events tell, whichever rule would have looked.
  const events = about === "pod" ? snapshot.gapFor("Event", namespace) : undefined;
  if (events?.state === "forbidden" || events?.state === "failed") byKind.set("Event", { gap: events, rules: [] });
  for (const rule of rules) {
    if (rule.about !== about || (stage && rule.stage !== stage)) continue;
    if (about === "workload" && rootCause && rule.id !== rootCause.rule) continue;
    for (const kind of rule.needs) {
      const gap = snapshot.gapFor(kind, namespace) ?? namedGap(snapshot, kind, input);
      if (!gap || gap.state === "partial" || gap.state === "not-asked") continue;
      const known = byKind.get(kind);
      if (known) known.rules.push(rule.id);
      else byKind.set(kind, { gap, rules: [rule.id] });
    }
  }
  return [...byKind].map(([kind, { gap, rules }]) => ({ what: kind, gap, rules }));
}

function namedGap(snapshot: Lookup, kind: string, input: RuleInput): Gap | undefined {
  const { namespace, name } = ("pod" in input ? input.pod : input.object).metadata;
  return snapshot.snapshot.gaps.find(
    (gap) =>
      gap.kind === kind &&
      gap.name &&
      (!gap.namespace || gap.namespace === namespace) &&
      // Another pod's log says nothing of this one.
      (kind !== "Log" || gap.name.startsWith(`${name}/`)),
  );
}
