import { type LabelSelector, matchesRequirement, type Requirement } from "../objects/label-selector.ts";
import type { Pod } from "../objects/pod.ts";
import type { Toleration } from "../objects/toleration.ts";

/** One term of required node affinity: all of it must hold. */
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

/** Whether a node has all that a term asks for; a term that asks for nothing matches none (component-helpers nodeaffinity). */
export function nodeTermMatches(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  { name, labels }: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): boolean {
  return (
    matchExpressions.length + matchFields.length > 0 &&
    matchExpressions.every((requirement) => matchesRequirement(requirement, labels)) &&
    matchFields.every((requirement) => matchesRequirement(requirement, { "metadata.name": name }))
  );
}

/** One term of required pod affinity or anti-affinity. */
export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector;
  readonly namespaces?: readonly string[];
  readonly namespaceSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

export interface TopologySpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy?: string;
  readonly nodeTaintsPolicy?: string;
  readonly matchLabelKeys?: readonly string[];
}

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly NodeSelectorTerm[];
    };
  };
  readonly podAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] };
  readonly podAntiAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] };
}

const affinityOf = (pod: Pod) => (pod.spec.affinity ?? {}) as Affinity;

/** Undefined where the pod requires none; an empty list matches no node. */
export const nodeAffinityTerms = (pod: Pod): readonly NodeSelectorTerm[] | undefined =>
  affinityOf(pod).nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

export const podAffinityTerms = (pod: Pod): readonly PodAffinityTerm[] =>
  affinityOf(pod).podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

export const podAntiAffinityTerms = (pod: Pod): readonly PodAffinityTerm[] =>
  affinityOf(pod).podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** The constraints that keep a pod from nodes; those with ScheduleAnyway only prefer. */
export const spreadConstraints = (pod: Pod): readonly TopologySpreadConstraint[] =>
  ((pod.spec.topologySpreadConstraints ?? []) as readonly TopologySpreadConstraint[]).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule",
  );

export const tolerationsOf = (pod: Pod) => (pod.spec.tolerations ?? []) as readonly Toleration[];

/** A selector with the pod's own values of some labels added (matchLabelKeys). */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  keys: readonly string[] | undefined,
  pod: Pod,
  operator: "In" | "NotIn" = "In",
): LabelSelector | undefined {
  if (!selector || !keys?.length) return selector;
  const more = keys.flatMap((key) => {
    const value = pod.metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...more] };
}
