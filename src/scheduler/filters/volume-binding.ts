import { matchesRequirement, requirementText } from "../../objects/label-selector.ts";
import type { KubeObject } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import type { Lookup } from "../../snapshot/lookup.ts";
import type { NodeSelectorTerm } from "../affinity-terms.ts";
import type { Filter } from "../filter.ts";

/**
 * Volumes that are bound already, and may be tied to a zone or a node (kube-scheduler v1.36 plugins/volumebinding
 * binder.go checkBoundClaims). Claims that wait for their first consumer are taken to be bindable anywhere.
 */
export const volumeBinding: Filter = {
  name: "VolumeBinding",
  prepare(pod, { snapshot }) {
    const bound = boundVolumes(pod, snapshot);
    return (node) => {
      const wrong = bound.find(
        ({ terms }) => terms && !terms.some((term) => matchesTerm(term, node.labels, node.name)),
      );
      if (!wrong) return [];
      const { claim, volume } = wrong;
      return [
        {
          plugin: "VolumeBinding",
          reason: "node(s) didn't match PersistentVolume's node affinity",
          isUnresolvable: true,
          lack: { of: "volume", claim, volume },
        },
      ];
    };
  },
};

interface BoundVolume {
  readonly claim: string;
  readonly volume: string;
  readonly terms?: readonly NodeSelectorTerm[];
}

/** The names of the claims of a pod; those of ephemeral volumes are made of both names. */
export function claimNames({ spec, metadata }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = (persistentVolumeClaim as { claimName?: string } | undefined)?.claimName;
    return claim ?? (ephemeral ? `${metadata.name}-${name}` : []);
  });
}

function boundVolumes(pod: Pod, snapshot: Lookup): readonly BoundVolume[] {
  return claimNames(pod).flatMap((claim) => {
    const object = snapshot.get("PersistentVolumeClaim", pod.metadata.namespace, claim) as KubeObject | undefined;
    const volume = (object?.spec as { volumeName?: string } | undefined)?.volumeName;
    if (!volume) return [];
    const persistent = snapshot.get("PersistentVolume", undefined, volume) as KubeObject | undefined;
    const { nodeAffinity } = (persistent?.spec ?? {}) as {
      nodeAffinity?: { required?: { nodeSelectorTerms?: readonly NodeSelectorTerm[] } };
    };
    const terms = nodeAffinity?.required?.nodeSelectorTerms;
    return [{ claim, volume, ...(terms && { terms }) }];
  });
}

function matchesTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  labels: Readonly<Record<string, string>>,
  name: string,
): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((requirement) => matchesRequirement(requirement, labels)) &&
    matchFields.every((requirement) => matchesRequirement(requirement, { "metadata.name": name }))
  );
}

/** What a volume asks of a node, in words. */
export function volumePlace(volume: KubeObject): string {
  const { nodeAffinity } = (volume.spec ?? {}) as {
    nodeAffinity?: { required?: { nodeSelectorTerms?: readonly NodeSelectorTerm[] } };
  };
  return (nodeAffinity?.required?.nodeSelectorTerms ?? [])
    .map(({ matchExpressions = [] }) => matchExpressions.map(requirementText).join(" and "))
    .join(" or ");
}
