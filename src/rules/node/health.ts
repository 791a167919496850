import { type Event, lastSeen } from "../../objects/event.ts";
import { type Node, type NodeCondition, nodeCondition, type Taint } from "../../objects/node.ts";
import { isReady, isTerminal, podCondition } from "../../objects/pod.ts";
import type { RuleId } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";

/** How the pod's node is, as far as the API server knows. */
export type NodeHealth =
  | { readonly state: "ready" }
  | { readonly state: "unknown" }
  | { readonly state: "gone"; readonly name: string }
  | {
      /** `not-ready`: the kubelet says so itself. `unreachable`: nobody has heard of it. */
      readonly state: "not-ready" | "unreachable";
      readonly node: Node;
      readonly condition: NodeCondition;
      /** `status.conditions[3]` */
      readonly path: string;
      readonly sinceSeconds?: number;
    }
  /** The node could not be read; the node controller's event on the pod tells. */
  | { readonly state: "told-not-ready"; readonly event: Event };

/** The state of the node that the pod is bound to; undefined for a pod without one. */
export function nodeHealth({ pod, node, snapshot, events }: PodInput): NodeHealth | undefined {
  const { nodeName } = pod.spec;
  if (!nodeName || !node) return undefined;
  if (node.state === "absent")
    return isKnownToLack(snapshot, nodeName) ? { state: "gone", name: nodeName } : { state: "unknown" };
  if (node.state === "unknown") {
    const event = events.findLast(
      ({ reason, message = "" }) => reason === "NodeNotReady" && /^Node is not ready/.test(message),
    );
    const ready = podCondition(pod, "Ready");
    // The event counts for as long as the pod says nothing newer of itself.
    const isCurrent = event && ready?.status === "False" && podCondition(pod, "ContainersReady")?.status === "True";
    return isCurrent && lastSeen(event) >= (ready.lastTransitionTime ?? "")
      ? { state: "told-not-ready", event }
      : { state: "unknown" };
  }
  const condition = nodeCondition(node.object, "Ready");
  if (!condition || condition.status === "True") return condition ? { state: "ready" } : { state: "unknown" };
  const sinceSeconds = snapshot.secondsSince(condition.lastTransitionTime);
  return {
    state: condition.status === "False" ? "not-ready" : "unreachable",
    node: node.object,
    condition,
    path: `status.conditions[${node.object.status?.conditions?.indexOf(condition) ?? 0}]`,
    ...(sinceSeconds !== undefined && { sinceSeconds }),
  };
}

/**
 * A cluster has nodes: a snapshot without a single one lacks them, whatever it says of itself. With some there, or after
 * the API server said so by name, an absent node is absent.
 */
function isKnownToLack(snapshot: PodInput["snapshot"], name: string): boolean {
  return (
    snapshot.list("Node").items.length > 0 ||
    snapshot.snapshot.absent.some((ref) => ref.kind === "Node" && ref.name === name)
  );
}

/** Whether the state of its node can be what holds the pod up: it is neither over nor ready nor being deleted. */
export const needsItsNode = ({ pod }: PodInput): boolean =>
  !isTerminal(pod) && !isReady(pod) && pod.metadata.deletionTimestamp === undefined;

interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/**
 * How long the pod tolerates a NoExecute taint: for ever (undefined), or some seconds, 0 where it does not tolerate it
 * (kubernetes v1.36 pkg/controller/tainteviction/taint_eviction.go).
 */
export function toleratedSeconds({ pod }: PodInput, taint: Taint): number | undefined {
  const fitting = ((pod.spec.tolerations ?? []) as readonly Toleration[]).filter(
    ({ key, operator = "Equal", value = "", effect }) =>
      (!effect || effect === taint.effect) &&
      (!key || key === taint.key) &&
      (operator === "Exists" || value === (taint.value ?? "")),
  );
  if (fitting.length === 0) return 0;
  const limits = fitting.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length > 0 ? Math.max(0, Math.min(...limits)) : undefined;
}

/** Seconds until the taint manager deletes the pod; undefined where it never will, or nothing tells when. */
export function secondsUntilEviction(input: PodInput, node: Node): number | undefined {
  const times = (node.spec?.taints ?? []).flatMap((taint) => {
    if (taint.effect !== "NoExecute") return [];
    const tolerated = toleratedSeconds(input, taint);
    const since = input.snapshot.secondsSince(taint.timeAdded);
    return tolerated === undefined || since === undefined ? [] : Math.max(0, tolerated - since);
  });
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** What a pod's status says of everything after its node, once nobody is there any more who would correct it. */
export const STALE_WITHOUT_NODE: readonly RuleId[] = [
  "node/kubelet-not-seen",
  "node/container-status-unknown",
  "volume/*",
  "sandbox/*",
  "image/*",
  "config/*",
  "container/*",
  "readiness/*",
];
