import type { Rejection } from "./filter.ts";

/** One part of the scheduler's sentence. `count` is absent for what concerns the pod and not a node. */
export interface CountedReason {
  readonly reason: string;
  readonly count?: number;
}

/** "0/5 nodes are available: …", taken apart. */
export interface FitMessage {
  /** How many nodes there are. */
  readonly total: number;
  readonly reasons: readonly CountedReason[];
  /** What follows about preemption; never the cause. */
  readonly tail: string;
}

// Where the scheduler's own reasons end: what PostFilter plugins add, in the wordings of 1.24 to 1.36
// (defaultpreemption, dynamicresources). " not found" alone is an artefact of 1.34+: the DRA plugin missed its state.
const TAIL =
  /(?:^|[.,] )(?:preemption: |no new claims to deallocate|deallocation of ResourceClaim completed|deletion of ResourceClaim completed|still not schedulable|plugin disabled|All PostFilter plugins are skipped|not found$).*$/s;

/**
 * Takes the sentence apart that kube-scheduler writes into PodScheduled and FailedScheduling (framework/types.go
 * FitError.Error), in every shape of 1.23 to 1.36; undefined for any other text.
 */
export function parseFitMessage(message: string): FitMessage | undefined {
  const head = /^0\/(\d+) nodes are available: ?/.exec(message);
  if (!head)
    return /^no nodes available to schedule pods/.test(message) ? { total: 0, reasons: [], tail: "" } : undefined;
  const rest = message.slice(head[0].length);
  const tail = TAIL.exec(rest)?.[0] ?? "";
  const body = rest.slice(0, rest.length - tail.length);
  // PreFilter's sentence ends in a full stop before the counted reasons [1.26+]; reasons themselves may hold commas.
  const reasons = body
    .split(/\.(?= \d+ )|, (?=\d+ )/)
    .map((part) => part.replace(/(?<![.\s])[.\s]+$/, "").trim())
    .filter(Boolean)
    .map((part): CountedReason => {
      const counted = /^(\d+) (.+)$/s.exec(part);
      return counted?.[2] ? { count: Number(counted[1]), reason: counted[2] } : { reason: part };
    });
  return { total: Number(head[1]), reasons, tail: tail.replace(/^[.,] /, "") };
}

/** What a filter of a scheduler of this minor version calls a rejection; ours have the words of the newest. */
export function wordsOf({ reason, lack }: Rejection, minor: number): string {
  if (lack.of === "toleration" && minor < 34) return `node(s) had untolerated taint {${lack.key}: ${lack.value ?? ""}}`;
  if (lack.of === "single-pod-claim" && minor < 34)
    return "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
  if (lack.of === "volume" && minor < 33) return "node(s) had volume node affinity conflict";
  return reason;
}
