import type { V1Toleration } from "@kubernetes/client-node";
import { wholeNumber } from "./label-selector.ts";
import type { Taint } from "./node.ts";
import { fieldsOf, optionalNumber, optionalText } from "./object.ts";

/** A toleration as an object carries it, checked where one enters. */
export const tolerationSchema = fieldsOf<V1Toleration>()({
  key: optionalText,
  operator: optionalText,
  value: optionalText,
  effect: optionalText,
  tolerationSeconds: optionalNumber,
});

/** A toleration of a pod. Empty or absent: key, all keys (with Exists); effect, all effects. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** Whether a toleration takes a taint (k8s.io/component-helpers v0.36 scheduling/corev1/helpers.go; Lt and Gt since 1.35). */
export function tolerates({ key, operator = "Equal", value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  switch (operator || "Equal") {
    case "Equal":
      return (key ?? "") === taint.key && (value ?? "") === (taint.value ?? "");
    case "Exists":
      return true;
    case "Lt":
    case "Gt": {
      const [bound, actual] = [wholeNumber(value), wholeNumber(taint.value)];
      if (bound === undefined || actual === undefined) return false;
      return operator === "Lt" ? actual < bound : actual > bound;
    }
    default:
      return false;
  }
}

/** Effects that keep the scheduler from a node; PreferNoSchedule does not. */
export const KEEPS_AWAY: ReadonlySet<string> = new Set(["NoSchedule", "NoExecute"]);

/** The taints of a node that keep a pod with these tolerations away, in the node's order. */
export function untolerated(taints: readonly Taint[] = [], tolerations: readonly Toleration[] = []): readonly Taint[] {
  return taints.filter((taint) => KEEPS_AWAY.has(taint.effect) && !tolerations.some((one) => tolerates(one, taint)));
}

/** `key=value:NoSchedule`, as kubectl taint writes it. */
export const taintText = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ""}:${effect}`;

/** `key=value:NoSchedule`, `key:NoExecute`, `key`: a toleration in the words of the taint it takes. */
export const tolerationText = ({ key = "", value, effect }: Toleration): string =>
  `${key}${value ? `=${value}` : ""}${effect ? `:${effect}` : ""}`;

/** Put on by Kubernetes or an autoscaler: the node is broken, new, or on its way out. No toleration should get around that. */
export const isSystemTaint = (key: string): boolean =>
  /^node\.kubernetes\.io\/|^node\.cloudprovider\.kubernetes\.io\/|^karpenter\.sh\/|^ToBeDeletedByClusterAutoscaler|^DeletionCandidateOfClusterAutoscaler/.test(
    key,
  );
