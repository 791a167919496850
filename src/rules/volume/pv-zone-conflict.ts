import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { nodeRefusalRule } from "./node-refusal-rule.ts";

const ZONES = [
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/zone",
  "topology.kubernetes.io/region",
] as const;

/** The volume's zone label names a zone in which no node takes the pod. */
export default nodeRefusalRule({
  id: "volume/pv-zone-conflict",
  title: "The volume is in another zone than the nodes",
  words: /no available volume zone/,
  needs: ["PersistentVolumeClaim", "PersistentVolume", "Node"],
  claim: (claims) =>
    claims.find(
      ({ persistent }) =>
        persistent?.state === "found" && ZONES.some((zone) => persistent.object.metadata.labels?.[zone]),
    ),
  headline: (claim) => {
    const labels = claim?.persistent?.state === "found" ? (claim.persistent.object.metadata.labels ?? {}) : {};
    const zone = ZONES.map((one) => labels[one]).find(Boolean);
    return text`The volume of ${claim ? text`claim ${name(claim.name)}` : "the pod"} is in ${zone ? text`zone ${name(zone)}` : "a zone"} where no node takes the pod.`;
  },
  why: () => text`The PersistentVolume carries the label of its zone, and a disk can be used in its own zone only.`,
  fixes: () => [
    adminTask(
      text`Add a node in that zone, or make room on one.`,
      kubectl("reads", undefined, "get", "nodes", "-L", "topology.kubernetes.io/zone"),
    ),
  ],
  doc: {
    means: "The zone labels of the volume and of the nodes differ.",
    seenIn: "`node(s) had no available volume zone` (kube-scheduler, plugin VolumeZone, all versions).",
    repair: "A node in the volume's zone.",
    notToConfuseWith: "volume/pv-node-affinity-conflict: newer volumes say the same in spec.nodeAffinity.",
    catalogue: ["pv-zone-conflict"],
  },
});
