import type { Unchecked } from "../diagnosis/diagnose.ts";
import type { Json, ObjectRef } from "../objects/object.ts";
import type { Finding, Stage } from "../rules/finding.ts";
import type { Progress } from "../rules/pod-input.ts";
import type { RuledOut } from "../rules/rule.ts";
import type { Edit } from "../scheduler/edit.ts";
import type { Gap } from "../snapshot/snapshot.ts";
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

/** What taking a step means. `task`: something to do for which there is no command. */
export type Act = "see" | "change" | "restart" | "delete" | "verify" | "task";

/** One step to take: a sentence, and the command for it. */
export interface Step {
  readonly act: Act;
  /** Empty where the step goes on with what the step before it says. */
  readonly title: Text;
  readonly command?: Command;
  /** Why the command cannot be run as it is: it holds a placeholder, or only the reader knows whether it is right. */
  readonly applies: "as-is" | "fill-in" | "maybe";
  readonly by: "workload-owner" | "cluster-admin";
  /** What is to be filled in, `<tag>`: for the first step of a fix those of all its commands. */
  readonly placeholders: readonly string[];
  /** Instead of the changes before it, not after them. */
  readonly isAlternative: boolean;
}

/** A reason and message as some object has it, shown where no rule explains the pod. */
export interface RawReason {
  readonly ref: ObjectRef;
  readonly path: string;
  /** What it is about, where the path does not tell: the container, the event. */
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, where the object says when. */
  readonly at?: string;
  readonly times?: number;
}

/**
 * What can be said of a pod. `ready` and `completed` need nothing; `progressing` goes on by itself as far as can be
 * seen; `blocked` has a root cause; `failed` is over and stays so (with a root cause or without); `unexplained` is not
 * fine, and no rule knows why; `not-analysed`: this program failed while it looked at the pod.
 */
export type Verdict =
  | "ready"
  | "completed"
  | "progressing"
  | "blocked"
  | "failed"
  | "unexplained"
  | "not-found"
  | "not-analysed";

/** How many rules looked at the pod, and how many of them are about the step it stands at. */
export interface Checks {
  readonly rules: number;
  readonly stages: readonly Stage[];
  readonly rulesOfStages: number;
}

/** Nodes that say the very same to a pod. */
export interface SchedulingNodes {
  readonly names: readonly string[];
  /** All of them; empty where the node takes the pod. */
  readonly rejections: readonly SchedulingRejection[];
  /** Plugins that could not tell, as objects of some kinds could not be read. */
  readonly undecided: readonly { readonly plugin: string; readonly kind: string }[];
}

/** Why one plugin of the scheduler does not let the pod pass. */
export interface SchedulingRejection {
  readonly plugin: string;
  readonly reason: string;
  readonly lack: Readonly<Record<string, Json>>;
}

/** Nodes of one sort, as people read them. */
export interface NodeRow {
  readonly names: readonly string[];
  /** What stops the pod there, in a few words each; empty where nothing does. */
  readonly stops: readonly string[];
}

/** A pod that may have to go for another one. */
export interface PodInTheWay {
  readonly namespace: string;
  readonly name: string;
  readonly priority: number;
}

/** Whether the pod can get a place as it is, and whether the scheduler makes others go for it. */
export interface SchedulingOutlook {
  /** `never`: every node has something against it that no pod's end removes. */
  readonly fits: "never" | "later";
  /** The node that comes nearest, and the fewest pods that have to end or move away from there. */
  readonly node?: string;
  readonly pods: readonly PodInTheWay[];
  /**
   * What preemption makes of it: not allowed for this pod, pods are ending for it, nobody can be evicted, or the node and
   * pods that the scheduler would choose; `violating` of them are under a PodDisruptionBudget.
   */
  readonly preemption:
    | { readonly state: "never" | "under-way" | "not-helpful" }
    | {
        readonly state: "possible";
        readonly node: string;
        readonly pods: readonly PodInTheWay[];
        readonly violating: number;
      };
  readonly words: Text;
}

/** Why no node takes the pod: kube-scheduler's filters run again on all nodes. The nearest miss comes first. */
export interface Scheduling {
  readonly rebuiltMessage: string;
  readonly schedulerMessage: string;
  /** Reason by reason and count by count. */
  readonly agrees: boolean;
  /** Why it may be that they do not. */
  readonly difference?: Text;
  /** What stops the pod before any node is looked at: then the nodes say what comes after that. */
  readonly podRejections: readonly SchedulingRejection[];
  /** What the filters would have had to know. */
  readonly unread: readonly Gap[];
  readonly nodes: readonly SchedulingNodes[];
  readonly rows: readonly NodeRow[];
  readonly outlook?: SchedulingOutlook;
  /** The cheapest edits after which a node takes the pod, verified by the filters. */
  readonly smallestChange?: { readonly edits: readonly Edit[]; readonly accepts: readonly string[] };
}

/** As whom a registry was asked. */
export type AskedLogin =
  | { readonly as: "anonymous" }
  | {
      readonly as: "secret";
      /** `namespace/name` */
      readonly secret: string;
      readonly user?: string;
    };

/** A host that was asked with --check-registry. Token services, and hosts that a redirect led to, have no logins. */
export interface AskedHost {
  readonly host: string;
  /** Whether it answered. */
  readonly isReached: boolean;
  readonly logins: readonly AskedLogin[];
}

/** What is said about one target. */
export interface Report {
  readonly takenAt: string;
  readonly target: ObjectRef;
  readonly verdict: Verdict;
  /** The first line: which pod, how far it got, since when. */
  readonly summary: Text;
  /** READY, STATUS and RESTARTS as `kubectl get pods` shows them. */
  readonly readyContainers: string;
  readonly status: string;
  readonly restarts: number;
  /** Seconds since the last restart, where a container says when it ended. */
  readonly restartedSecondsAgo?: number;
  /** Seconds since the pod was created. */
  readonly ageSeconds?: number;
  readonly workload?: ObjectRef;
  readonly node?: string;
  readonly progress: Progress;
  /** Of a pod without a node. */
  readonly scheduling?: Scheduling;
  /** Further sentences about a pod without a cause: its history, what that it has none means. */
  readonly remarks: readonly Text[];
  readonly rootCause?: Finding;
  readonly consequences: readonly Finding[];
  readonly others: readonly Finding[];
  /** Filled where no rule explains the pod. */
  readonly raw: readonly RawReason[];
  readonly checks: Checks;
  readonly ruledOut: readonly RuledOut[];
  readonly unchecked: readonly Unchecked[];
  /** Hosts beyond the API server that this run sent requests to; empty without --check-registry. */
  readonly asked: readonly AskedHost[];
  readonly timeline: readonly Moment[];
  readonly steps: readonly Step[];
}

/** Pods that share a cause or, where no rule knows it, the reason that some object gives. */
export interface Group {
  /** The cause of the first member; those of the others may differ in what is no part of the cause (an image's tag, say). */
  readonly cause?: Finding;
  readonly raw?: RawReason;
  /** Indexes into `items`, in their order. */
  readonly members: readonly number[];
}

/** What is said about many targets. */
export interface ReportList {
  readonly takenAt: string;
  readonly items: readonly Report[];
  /** Those with a cause before those without one, most pods first. */
  readonly groups: readonly Group[];
  /** How many pods were looked at in all, the healthy ones included; undefined where that was not counted. */
  readonly podsSeen?: number;
  readonly unchecked: readonly Unchecked[];
  readonly asked: readonly AskedHost[];
  readonly skipped: readonly string[];
}
