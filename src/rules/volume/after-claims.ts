import { rebuiltMessage } from "../../scheduler/fit.ts";
import { parseFitMessage } from "../../scheduler/fit-message.ts";
import { list, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { changeFix, changesFor } from "../scheduling/change-fixes.ts";
import { verdictOn } from "../scheduling/verdict.ts";

/** That no node takes the pod even with all its claims there, where that is so: the scheduler has not come that far. */
export function nextNotes(input: PodInput): readonly Text[] {
  const fit = verdictOn(input)?.fit;
  if (!fit || !isStoppedNext(input)) return [];
  const { reasons } = parseFitMessage(rebuiltMessage({ ...fit, podRejections: [] })) ?? { reasons: [] };
  const told = reasons.map(({ reason, count }) => value(`${count} ${reason}`));
  return [text`That will not be all: with the claims there, no node takes the pod either (${list(told, 6)}).`];
}

/** The changes that end both: the claim's trouble and what comes after it. */
export function nextFixes(input: PodInput): readonly Fix[] {
  const verdict = verdictOn(input);
  if (!verdict || !isStoppedNext(input)) return [];
  return changesFor(input, verdict).map((change) => changeFix(change, input));
}

/** Whether each node has something against the pod besides its claims. */
function isStoppedNext(input: PodInput): boolean {
  const fit = verdictOn(input)?.fit;
  return (
    fit !== undefined && fit.podRejections.length > 0 && fit.nodes.every(({ rejections }) => rejections.length > 0)
  );
}

/** Another class for a claim that has no volume yet, where that alone will do. */
export function classFixes(input: PodInput): readonly Fix[] {
  const verdict = verdictOn(input);
  if (!verdict) return [];
  return changesFor(input, verdict)
    .filter(({ edits }) => edits.length === 1 && edits[0]?.of === "claim")
    .map((change) => changeFix(change, input));
}

/** Changes that leave the volumes alone: of the pod, or of a node that reaches them. */
export function changesBesideVolumes(input: PodInput): readonly Fix[] {
  const verdict = verdictOn(input);
  if (!verdict) return [];
  return changesFor(input, verdict)
    .filter(({ edits }) => edits.every(({ of }) => !TOLD_ELSEWHERE.has(of)))
    .map((change) => changeFix(change, input));
}

/** What the rules about volumes say in their own words. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["claim", "free-claim", "new-volume", "new-node"]);
