import type { Node } from "../objects/node.ts";
import type { Pod } from "../objects/pod.ts";

/** One change of the pod's spec, of its claims, or of a node, after which a filter that rejected may pass. */
export type Edit =
  /**
   * A request lowered; without a container that of the whole pod. Quantities as one writes them. `limit`: lowered as well,
   * where a LimitRange does not let it be so far above the request.
   */
  | {
      readonly of: "request";
      readonly container?: string;
      readonly resource: string;
      readonly from: string;
      readonly to: string;
      readonly limit?: string;
    }
  /** `instead`: the toleration that was a slip, in words. */
  | {
      readonly of: "toleration";
      readonly key: string;
      readonly value?: string;
      readonly effect: string;
      readonly instead?: string;
    }
  /** A nodeSelector entry corrected or, without `to`, dropped. */
  | { readonly of: "selector"; readonly label: string; readonly to?: string }
  /** A requirement of node affinity corrected or dropped. */
  | { readonly of: "affinity"; readonly requirement: string; readonly to?: string }
  | { readonly of: "host-port"; readonly container: string; readonly port: number; readonly protocol: string }
  /** ScheduleAnyway instead of DoNotSchedule. */
  | { readonly of: "spread"; readonly key: string }
  /** Preferred instead of required. */
  | { readonly of: "pod-affinity" | "anti-affinity"; readonly key: string; readonly selector: string }
  /** Another claim, which exists, for a volume of the pod. */
  | { readonly of: "claim-name"; readonly volume: string; readonly from: string; readonly to: string }
  /** A claim made, given its first class, or made anew with another one. */
  | {
      readonly of: "claim";
      readonly claim: string;
      readonly storageClass: string;
      readonly how: "create" | "patch" | "remake";
    }
  /** The end of the pod that has a claim for itself. */
  | { readonly of: "free-claim"; readonly claim: string; readonly pod: string }
  /** A PersistentVolume that fits a claim; on a node, where it has to be on one. */
  | { readonly of: "new-volume"; readonly claim: string; readonly storageClass: string; readonly node?: string }
  /** A label of a node, with its value until then where it has one. */
  | {
      readonly of: "label";
      readonly node: string;
      readonly key: string;
      readonly value: string;
      readonly from?: string;
    }
  | {
      readonly of: "untaint";
      readonly node: string;
      readonly key: string;
      readonly value?: string;
      readonly effect: string;
    }
  | { readonly of: "uncordon"; readonly node: string }
  /** The kubelet's maxPods raised. */
  | { readonly of: "pod-limit"; readonly node: string; readonly from: number; readonly to: number }
  /** Pods that end elsewhere, or for good: the fewest whose place is needed. Names with namespaces. */
  | { readonly of: "make-room"; readonly node: string; readonly pods: readonly string[] }
  /** Nothing to be done: these pods are ending already; or without any, the node itself is getting ready. */
  | { readonly of: "wait"; readonly node: string; readonly pods: readonly string[] }
  /** A node more, like one that exists but empty, with more of some resources or further labels where that one has too little. */
  | {
      readonly of: "new-node";
      readonly like: string;
      readonly allocatable: Readonly<Record<string, string>>;
      readonly labels: Readonly<Record<string, string>>;
    };

const OF_NODES: ReadonlySet<Edit["of"]> = new Set([
  "label",
  "untaint",
  "uncordon",
  "pod-limit",
  "make-room",
  "new-node",
  "new-volume",
]);

/** Whether it takes an administrator: an edit of a node or of what runs there, or a volume; not of the workload and its claims. */
export const isOfNode = ({ of }: Edit): boolean => OF_NODES.has(of);

/** A part of a pod's spec as a strategic merge patch: null deletes. */
export type SpecPatch = Readonly<Record<string, unknown>>;

/** Lists of a pod's spec that a strategic merge patch goes into, by the field that names their items (k8s.io/api v0.36 core/v1 types.go patchMergeKey). All others that we patch are replaced. */
const MERGE_KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    containers: "name",
    initContainers: "name",
    ports: "containerPort",
    volumes: "name",
    topologySpreadConstraints: "topologyKey",
  }),
);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The pod with the patch applied as the API server would. */
export function patchedPod(pod: Pod, patch: SpecPatch): Pod {
  return { ...pod, spec: merged(pod.spec, patch, false) as Pod["spec"] };
}

/** Two patches as one, applied at once: what the second says counts. */
export const joinedPatch = (first: SpecPatch | undefined, second: SpecPatch): SpecPatch =>
  first ? merged(first, second, true) : second;

function merged(base: Fields, patch: Fields, keepsNulls: boolean): Fields {
  const all: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const old = all[key];
    const mergeKey = MERGE_KEYS.get(key);
    if (value === null && !keepsNulls) delete all[key];
    else if (mergeKey && Array.isArray(value))
      all[key] = mergedList(Array.isArray(old) ? old : [], value, mergeKey, keepsNulls);
    else if (isFields(value)) all[key] = merged(isFields(old) ? old : {}, value, keepsNulls);
    else all[key] = value;
  }
  return all;
}

function mergedList(old: readonly Fields[], patches: readonly Fields[], key: string, keepsNulls: boolean): Fields[] {
  const all = [...old];
  for (const patch of patches) {
    const at = all.findIndex((one) => one[key] === patch[key]);
    if (at < 0) all.push(merged({}, patch, keepsNulls));
    else all[at] = merged(all[at] ?? {}, patch, keepsNulls);
  }
  return all;
}

/** The node after an edit of it; the same one for edits of something else. */
export function editedNode(node: Node, edit: Edit): Node {
  const { spec = {} } = node;
  if (edit.of === "label")
    return { ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, [edit.key]: edit.value } } };
  if (edit.of === "untaint")
    return {
      ...node,
      spec: {
        ...spec,
        taints: (spec.taints ?? []).filter((one) => one.key !== edit.key || one.effect !== edit.effect),
      },
    };
  if (edit.of === "uncordon")
    // The taint of a cordoned node goes with it (kubernetes v1.36 pkg/controller/nodelifecycle doNoScheduleTaintingPass).
    return {
      ...node,
      spec: { ...spec, unschedulable: false, taints: (spec.taints ?? []).filter(({ key }) => key !== UNSCHEDULABLE) },
    };
  if (edit.of === "pod-limit")
    return { ...node, status: { ...node.status, allocatable: { ...node.status?.allocatable, pods: String(edit.to) } } };
  return node;
}

/** The taint that a cordoned node has. */
export const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
