import { matchesRequirement } from "../../objects/label-selector.ts";
import type { Node } from "../../objects/node.ts";
import type { PersistentVolume } from "../../objects/persistent-volume.ts";
import type { NodeSelectorTerm } from "../../scheduler/affinity-terms.ts";
import { volumePlace } from "../../scheduler/pod-volumes.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import { remakeClaim } from "./claim-words.ts";
import type { ClaimView } from "./claims.ts";
import { nodeRefusalRule } from "./node-refusal-rule.ts";

/** The volume is tied to a zone or a node, and no node there takes the pod. */
export default nodeRefusalRule({
  id: "volume/pv-node-affinity-conflict",
  title: "The volume can be used on certain nodes only, and none of those takes the pod",
  words: /volume node affinity conflict|match PersistentVolume's node affinity/,
  needs: ["PersistentVolumeClaim", "PersistentVolume", "Node"],
  claim: (claims, input) =>
    claims.find((claim) => placeOf(claim) !== "" && nodesFor(claim, input)?.length === 0) ??
    claims.find((claim) => placeOf(claim) !== ""),
  evidence: (claim) => {
    const volume = volumeOf(claim);
    return volume
      ? [seen(volume, "spec.nodeAffinity.required.nodeSelectorTerms", "volume's nodes", text`${volumePlace(volume)}`)]
      : [];
  },
  headline: (claim, input) => {
    if (!claim) return text`A volume of the pod is tied to nodes that do not take the pod.`;
    const place = value(placeOf(claim));
    return nodesFor(claim, input)?.length === 0
      ? text`The volume of claim ${name(claim.name)} can only be used on nodes with ${place}, and there is no such node.`
      : text`The volume of claim ${name(claim.name)} can only be used on nodes with ${place}; those do not take the pod.`;
  },
  why: (claim, input) => {
    const there = claim && nodesFor(claim, input);
    const volume = volumeOf(claim);
    const what = volume ? text`PersistentVolume ${name(volume.metadata.name)}` : text`The PersistentVolume`;
    return there && there.length > 0
      ? text`${what} lives there: ${list(there.map(({ metadata }) => name(metadata.name)))}. Something else keeps the pod off ${there.length > 1 ? "them" : "it"}: room, taints or the pod's own rules.`
      : text`${what} lives on a disk of that zone or node; data does not follow the pod.`;
  },
  notes: (claim): readonly Text[] =>
    isLocal(volumeOf(claim))
      ? [
          text`It is a local volume: what is on it is on that node's disk alone. If the node is gone for good, so is the data.`,
        ]
      : [],
  fixes: (claim, input) => {
    const hasNodes = (claim && nodesFor(claim, input)?.length) ?? 0;
    return [
      hasNodes
        ? look(
            text`See why those nodes refuse it.`,
            kubectl("reads", input.pod.metadata.namespace, "describe", "pod", input.pod.metadata.name),
          )
        : adminTask(
            text`Bring back, or add, a node with ${value(claim ? placeOf(claim) : "those labels")}.`,
            kubectl("reads", undefined, "get", "nodes", "--show-labels"),
          ),
      ...(claim
        ? [
            remakeClaim(
              claim,
              input,
              text`Or give the data up (or restore it from a backup): make the claim anew, and it gets a volume where the pod can run.`,
            ),
          ]
        : []),
    ];
  },
  doc: {
    means:
      "A PersistentVolume may require nodes by label: a zone for cloud disks, one node for local volumes. The pod has to go there.",
    seenIn:
      "`node(s) didn't match PersistentVolume's node affinity` [1.33+], `node(s) had volume node affinity conflict` before (kube-scheduler); spec.nodeAffinity of the volume.",
    repair: "A node in that zone with room for the pod; for a lost local disk a new claim.",
    catalogue: ["pv-node-affinity-conflict"],
  },
});

const volumeOf = (claim: ClaimView | undefined): PersistentVolume | undefined =>
  claim?.persistent?.state === "found" && volumePlace(claim.persistent.object) !== ""
    ? claim.persistent.object
    : undefined;

const placeOf = (claim: ClaimView): string => {
  const volume = volumeOf(claim);
  return volume ? volumePlace(volume) : "";
};

const isLocal = (volume: PersistentVolume | undefined): boolean => volume?.spec !== undefined && "local" in volume.spec;

/** The nodes where the volume can be used; undefined where not all nodes are known. */
function nodesFor(claim: ClaimView, { snapshot }: PodInput): readonly Node[] | undefined {
  const { items, isComplete } = snapshot.list("Node");
  const { required } = (volumeOf(claim)?.spec?.nodeAffinity ?? {}) as {
    required?: { nodeSelectorTerms?: readonly NodeSelectorTerm[] };
  };
  const terms = required?.nodeSelectorTerms;
  if (!isComplete || !terms) return undefined;
  return items.filter(({ metadata }) =>
    terms.some(
      ({ matchExpressions = [] }) =>
        matchExpressions.length > 0 && matchExpressions.every((one) => matchesRequirement(one, metadata.labels)),
    ),
  );
}
