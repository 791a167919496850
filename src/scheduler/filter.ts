import type { Pod } from "../objects/pod.ts";
import type { ClusterView, NodeInfo } from "./node-info.ts";

/** The plugins whose filters are run again, by their upstream names. */
export const FILTER_NAMES = [
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "VolumeBinding",
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
  | { readonly of: "volume"; readonly claim: string; readonly volume: string }
  | { readonly of: "features"; readonly missing: readonly string[] }
  | DeviceLack
  /** The claim has its devices already, and they are elsewhere. */
  | { readonly of: "claim-place"; readonly claim: string }
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

/** Why one filter keeps a pod from one node. */
export interface Rejection {
  readonly plugin: FilterName;
  /** As the newest scheduler words it. */
  readonly reason: string;
  /** Whether evicting pods could never help (framework.UnschedulableAndUnresolvable). */
  readonly isUnresolvable: boolean;
  readonly lack: Lack;
}

/** A filter for one pod: prepared once, asked for every node. Empty: the node passes. */
export interface Filter {
  readonly name: FilterName;
  prepare(pod: Pod, view: ClusterView): (node: NodeInfo) => readonly Rejection[];
}
