import { volumePlace } from "../../scheduler/pod-volumes.ts";
import { path, text, value } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import { mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The pod was put on a node that cannot use its volume. */
export default mountRule({
  id: "volume/mount-node-affinity",
  title: "The volume cannot be used on the node the pod was put on",
  causes: ["node-affinity"],
  needs: ["Event", "PersistentVolume"],
  headline: (failure, input) =>
    text`Node ${nodeName(input)} cannot use ${volumeText(failure)}: it belongs to other nodes.`,
  why: (failure, input) => {
    const place = failure.claim?.persistent?.state === "found" ? volumePlace(failure.claim.persistent.object) : "";
    return text`${VolumeText(failure)} is for nodes with ${place === "" ? "other labels" : value(place)}. The scheduler never puts a pod elsewhere, so ${path("spec.nodeName")} was set without it, or the labels of ${nodeName(input)} have changed.`;
  },
  fixes: (_, input) => [
    patchPodSpec(input, { nodeName: null }, text`Let the scheduler choose the node: it knows where the volume is.`, {
      applies: "maybe",
    }),
  ],
  doc: {
    means: "The node's labels do not fit spec.nodeAffinity of the PersistentVolume.",
    seenIn:
      'Event FailedMount `MountVolume.NodeAffinity check failed for volume "v" : no matching NodeSelectorTerms` (kubelet, all versions).',
    repair: "Leave nodeName out of the manifest.",
    notToConfuseWith: "volume/pv-node-affinity-conflict: there the scheduler keeps the pod away.",
    catalogue: ["mount-node-affinity"],
  },
});
