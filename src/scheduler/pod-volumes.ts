import { matchesRequirement, type Requirement, requirementText } from "../objects/label-selector.ts";
import type { PersistentVolume } from "../objects/persistent-volume.ts";
import {
  claimsNamedBy,
  classNameOf,
  type NamedClaim,
  type PersistentVolumeClaim,
} from "../objects/persistent-volume-claim.ts";
import type { Pod } from "../objects/pod.ts";
import type { StorageClass } from "../objects/storage-class.ts";
import type { Found } from "../snapshot/lookup.ts";
import type { NodeSelectorTerm } from "./affinity-terms.ts";
import type { Objects } from "./objects.ts";

/** A claim that a pod uses, as the scheduler looks it up. */
export interface PodClaim extends NamedClaim {
  readonly found: Found<PersistentVolumeClaim>;
}

/** The claims of a pod, in its order, with what is known of them. */
export const podClaims = (pod: Pod, objects: Objects): readonly PodClaim[] =>
  claimsNamedBy(pod).map((one) => ({
    ...one,
    found: objects.find("PersistentVolumeClaim", pod.metadata.namespace, one.name),
  }));

/** The class of a claim: absent where it names none, or one that does not exist. */
export function classOf(claim: PersistentVolumeClaim, objects: Objects): Found<StorageClass> {
  const name = classNameOf(claim);
  return name ? objects.find("StorageClass", undefined, name) : { state: "absent" };
}

/** The class of a volume (component-helpers v0.36 storage/volume/helpers.go GetPersistentVolumeClass). */
export const classNameOfVolume = ({ metadata, spec }: PersistentVolume): string =>
  metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec?.storageClassName ?? "";

type Labels = Readonly<Record<string, string>>;

/** Where a volume may be used; undefined for one that any node reaches. */
function termsOf({ spec }: PersistentVolume): readonly NodeSelectorTerm[] | undefined {
  return spec?.nodeAffinity?.required?.nodeSelectorTerms as readonly NodeSelectorTerm[] | undefined;
}

/**
 * What a node's labels lack for a volume: the requirements of the term they come nearest to; empty where the node
 * reaches it (component-helpers v0.36 storage/volume/helpers.go CheckNodeAffinity, which knows no node's name).
 */
export function unmetOfVolume(volume: PersistentVolume, labels: Labels): readonly string[] {
  const terms = termsOf(volume);
  if (!terms) return [];
  const unmet = terms.map((term) => unmetOfTerm(term, labels)).sort((a, b) => a.length - b.length);
  return unmet[0] ?? ["no node at all"];
}

function unmetOfTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, labels: Labels): readonly string[] {
  // A term without requirements matches nothing.
  if (matchExpressions.length + matchFields.length === 0) return ["no node at all"];
  return [
    ...matchExpressions.filter((one) => !matchesRequirement(one, labels)),
    ...matchFields.filter((one) => !matchesRequirement(one, { "metadata.name": "" })),
  ].map(requirementText);
}

/** What a volume asks of a node, in words. */
export const volumePlace = (volume: PersistentVolume): string =>
  (termsOf(volume) ?? [])
    .map(({ matchExpressions = [] }) => matchExpressions.map(requirementText).join(" and "))
    .join(" or ");

/** What a node's labels lack for new volumes of a class; empty where they may be made for it. */
export function unmetOfClass({ allowedTopologies }: StorageClass, labels: Labels): readonly string[] {
  const terms = ((allowedTopologies ?? []) as readonly Topology[]).map(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.length === 0
      ? ["no node at all"]
      : matchLabelExpressions
          .map(({ key, values }): Requirement => ({ key, operator: "In", values }))
          .filter((one) => !matchesRequirement(one, labels))
          .map(requirementText),
  );
  // Any of them will do, and a class without any is for all nodes (core/v1/helper MatchTopologySelectorTerms).
  return [...terms].sort((a, b) => a.length - b.length)[0] ?? [];
}

interface Topology {
  readonly matchLabelExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}
