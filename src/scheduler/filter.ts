import type { Pod } from "../objects/pod.ts";
import type { Found } from "../snapshot/lookup.ts";
import type { Gap } from "../snapshot/snapshot.ts";
import type { ClusterView, NodeInfo } from "./node-info.ts";

/** The plugins whose filters are run again, by their upstream names. */
export const FILTER_NAMES = [
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "VolumeRestrictions",
  "NodeVolumeLimits",
  "VolumeBinding",
  "VolumeZone",
  "PodTopologySpread",
  "InterPodAffinity",
  "NodeDeclaredFeatures",
  "DynamicResources",
] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** What a node lacks for a pod: facts to compute and to show. Amounts are as `amountOf` has them. */
export type Lack =
  | { readonly of: "schedulable" }
  | { readonly of: "name"; readonly wanted: string }
  | { readonly of: "toleration"; readonly key: string; readonly value?: string; readonly effect: string }
  | { readonly of: "labels"; readonly requirements: readonly string[] }
  | { readonly of: "port"; readonly port: number; readonly protocol: string; readonly heldBy: string }
  | {
      readonly of: "resource";
      readonly resource: string;
      readonly wanted: bigint;
      readonly requested: bigint;
      readonly allocatable: bigint;
    }
  | { readonly of: "features"; readonly missing: readonly string[] }
  | DeviceLack
  /** The claim has its devices already, and they are elsewhere. */
  | { readonly of: "claim-place"; readonly claim: string }
  /** A bound volume that the node does not reach; the requirements on its labels, in words. */
  | { readonly of: "volume"; readonly claim: string; readonly volume: string; readonly requirements: readonly string[] }
  | {
      readonly of: "volume-zone";
      readonly claim: string;
      readonly volume: string;
      readonly key: string;
      readonly values: readonly string[];
    }
  /** A disk in the pod itself that another pod of the node has. */
  | { readonly of: "disk"; readonly volume: string; readonly heldBy: string }
  /** ReadWriteOncePod, and the pod of the same namespace that has it. */
  | { readonly of: "single-pod-claim"; readonly claim: string; readonly heldBy: string }
  | {
      readonly of: "volume-limit";
      readonly driver: string;
      readonly wanted: number;
      readonly attached: number;
      readonly limit: number;
    }
  /** An unbound claim for which the node has no volume, nor may get one; what the class requires of its labels, in words. */
  | {
      readonly of: "new-volume";
      readonly claim: string;
      readonly class: string;
      readonly because: "none-fits" | "topology" | "begun-elsewhere";
      readonly requirements: readonly string[];
    }
  | { readonly of: "storage"; readonly claim: string; readonly class: string; readonly size: string }
  /** What the claim is that keeps the pod from all nodes, before any is looked at. */
  | {
      readonly of: "claim";
      readonly claim: string;
      readonly is: "missing" | "awaited" | "lost" | "deleted" | "foreign" | "unbound";
      readonly volume?: string;
    }
  /** What a claim for devices is that keeps the pod from all nodes; or its DeviceClass does not exist. */
  | {
      readonly of: "resource-claim";
      readonly claim: string;
      readonly is: "missing" | "awaited" | "deleted" | "foreign" | "classless";
      readonly deviceClass?: string;
    }
  | { readonly of: "topology-label"; readonly key: string }
  | {
      readonly of: "spread";
      readonly key: string;
      readonly value: string;
      readonly skew: number;
      readonly maxSkew: number;
    }
  | { readonly of: "affinity"; readonly key: string; readonly selector: string }
  | { readonly of: "anti-affinity"; readonly key: string; readonly with: string; readonly whose: "own" | "theirs" };

/** Too few devices for one request of a claim, or (with an empty claim) for an extended resource. */
export interface DeviceLack {
  readonly of: "devices";
  readonly claim: string;
  readonly request: string;
  readonly deviceClass: string;
  readonly wanted: number;
  /** Devices of the node: all of them, those that class and selectors allow, those of them behind a taint, those left. */
  readonly published: number;
  readonly fitting: number;
  readonly tainted: number;
  readonly free: number;
}

/** Why one filter keeps a pod from one node, or from all. */
export interface Rejection {
  readonly plugin: FilterName;
  /** As the newest scheduler words it. */
  readonly reason: string;
  /** Whether evicting pods could never help (framework.UnschedulableAndUnresolvable). */
  readonly isUnresolvable: boolean;
  readonly lack: Lack;
}

/** A filter that cannot tell, as something it looks at may not be read, or is more than we compute: in a few words what. */
export type Undecided =
  | { readonly plugin: FilterName; readonly gap: Gap }
  | { readonly plugin: FilterName; readonly beyond: string };

/** What would have to be known. */
export const unknownOf = (one: Undecided): string => ("gap" in one ? one.gap.kind : one.beyond);

/** Why a node may not take the pod. */
export type Objection = Rejection | Undecided;

export const isRejection = (objection: Objection): objection is Rejection => "reason" in objection;

/** What a look-up leaves open, as an objection. */
export const undecided = (plugin: FilterName, found: Found<unknown>): readonly Undecided[] =>
  found.state === "unknown" ? [{ plugin, gap: found.gap }] : [];

/** A filter for one pod: prepared once, asked for every node. Empty: the node passes. */
export interface Filter {
  readonly name: FilterName;
  /** What keeps the pod from all nodes before any is looked at (PreFilter). The scheduler tells the first alone. */
  rejectPod?(pod: Pod, view: ClusterView): readonly Rejection[];
  prepare(pod: Pod, view: ClusterView): (node: NodeInfo) => readonly Objection[];
}
