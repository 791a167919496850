import type { Finding, Stage } from "../rules/finding.ts";
import { STAGES } from "../rules/finding.ts";
import type { RuleInput } from "../rules/rule.ts";
import { compare } from "../snapshot/lookup.ts";

/** Findings in the order of their weight. */
export interface Ranked {
  readonly rootCause?: Finding;
  /** What follows from the root cause and goes away with it. */
  readonly consequences: readonly Finding[];
  /** Everything else that was found: further causes first, then risks. */
  readonly others: readonly Finding[];
}

/** Triage of the catalogue, section 0.3: a pod being deleted or on a lost node is explained by that before all else. */
const FIRST: readonly Stage[] = ["termination", "node"];
const order = (stage: Stage) => (FIRST.includes(stage) ? FIRST.indexOf(stage) : FIRST.length + STAGES.indexOf(stage));
const EFFECTS = ["blocks", "delays", "risks"] as const;
const CONFIDENCES = ["certain", "likely", "possible"] as const;

/**
 * Chooses the root cause: what blocks before what delays, the earliest step of the newest attempt, the surest. A risk is
 * never the cause. Findings that the root cause explains become its consequences.
 */
export function rank(findings: readonly Finding[], input: Pick<RuleInput, "containers">): Ranked {
  const containers = input.containers.map(({ name }) => name);
  const place = ({ container }: Finding) => (container === undefined ? -1 : containers.indexOf(container));
  const sorted = [...findings].sort(
    (a, b) =>
      EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect) ||
      order(a.stage) - order(b.stage) ||
      CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence) ||
      place(a) - place(b) ||
      compare(a.rule, b.rule),
  );
  const isExplained = (finding: Finding) =>
    findings.some(
      (other) =>
        other !== finding && other.effect !== "risks" && explains(other, finding) && concernsSame(other, finding),
    );
  const rootCause = sorted.find((finding) => finding.effect !== "risks" && !isExplained(finding));
  const consequences = sorted.filter((finding) => finding !== rootCause && isExplained(finding));
  return {
    ...(rootCause && { rootCause }),
    consequences,
    others: sorted.filter((finding) => finding !== rootCause && !consequences.includes(finding)),
  };
}

/** `family/*` stands for all rules of a family. */
function explains(cause: Finding, effect: Finding): boolean {
  return cause.explains.some((rule) => rule === effect.rule || rule === `${effect.stage}/*`);
}

/** Findings about different containers do not explain each other; one about the whole pod concerns all of them. */
function concernsSame(cause: Finding, effect: Finding): boolean {
  return cause.container === undefined || effect.container === undefined || cause.container === effect.container;
}
