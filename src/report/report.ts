import type { Unchecked } from "../diagnosis/diagnose.ts";
import type { ObjectRef } from "../objects/object.ts";
import type { Finding } from "../rules/finding.ts";
import type { Progress } from "../rules/pod-input.ts";
import type { RuledOut } from "../rules/rule.ts";
import type { Command } from "../text/command.ts";
import type { Text } from "../text/text.ts";

/** The version of the JSON document; its shape changes only with this. */
export const API_VERSION = "why-pending/v1";

/** One line of the timeline: the same thing seen several times is one moment with a count. */
export interface Moment {
  /** RFC 3339: when it happened first, and last where it happened more than once. */
  readonly at: string;
  readonly lastAt?: string;
  readonly times: number;
  readonly what: Text;
  /** Warnings and failures; renderers may set them apart. */
  readonly isTrouble: boolean;
}

/** One step to take: a sentence, and the command for it. */
export interface Step {
  readonly title: Text;
  readonly command?: Command;
  /** Why the command cannot be run as it is: it holds a placeholder, or only the reader knows whether it is right. */
  readonly applies: "as-is" | "fill-in" | "maybe";
  readonly by: "workload-owner" | "cluster-admin";
  /** An alternative to the step before it, not a further one. */
  readonly isAlternative: boolean;
}

/** A reason and message as some object has it, shown where no rule explains the pod. */
export interface RawReason {
  readonly ref: ObjectRef;
  readonly path: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, where the object says when. */
  readonly at?: string;
}

/** `ready` and `completed` need nothing; `blocked` has a root cause; `unexplained` has none and is not fine either. */
export type Verdict = "ready" | "completed" | "progressing" | "blocked" | "unexplained" | "not-found";

/** What is said about one target. */
export interface Report {
  readonly target: ObjectRef;
  readonly verdict: Verdict;
  /** The first line: which pod, how far it got, since when. */
  readonly summary: Text;
  /** STATUS as `kubectl get pods` shows it. */
  readonly status: string;
  /** Seconds since the pod was created. */
  readonly ageSeconds?: number;
  readonly workload?: ObjectRef;
  readonly node?: string;
  readonly progress: Progress;
  readonly rootCause?: Finding;
  readonly consequences: readonly Finding[];
  readonly others: readonly Finding[];
  /** Filled where no rule explains the pod. */
  readonly raw: readonly RawReason[];
  readonly ruledOut: readonly RuledOut[];
  readonly unchecked: readonly Unchecked[];
  readonly timeline: readonly Moment[];
  readonly steps: readonly Step[];
}

/** Pods that share a cause. */
export interface Group {
  readonly cause: Finding;
  /** Indexes into `items`, in their order. */
  readonly members: readonly number[];
}

/** What is said about many targets. */
export interface ReportList {
  readonly takenAt: string;
  readonly items: readonly Report[];
  /** Most pods first. */
  readonly groups: readonly Group[];
  /** How many pods were looked at in all, the healthy ones included; undefined where that was not counted. */
  readonly podsSeen?: number;
  readonly unchecked: readonly Unchecked[];
  readonly skipped: readonly string[];
}
