import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The filesystem on the volume is damaged, or not the one that is asked for. */
export default mountRule({
  id: "volume/fs-damage",
  title: "The filesystem of the volume cannot be mounted",
  causes: ["fs-damage", "format"],
  confidence: ({ error }) => (error.cause === "format" ? "certain" : "likely"),
  headline: (failure, input) =>
    failure.error.cause === "format"
      ? text`The disk of ${volumeText(failure)} has no filesystem yet, and node ${nodeName(input)} cannot make ${value(failure.error.names.type ?? "")} on it.`
      : text`The filesystem on ${volumeText(failure)} is damaged or of another type; node ${nodeName(input)} cannot mount it.`,
  why: (failure) =>
    failure.error.cause === "format"
      ? text`The kubelet or the driver found no filesystem on ${value(failure.error.names.disk ?? "")}, and mkfs said: ${value(failure.error.names.output ?? "")}.`
      : text`${VolumeText(failure)} reached the node; mounting it failed: ${value(failure.error.words)}.`,
  fixes: (failure, input) => [
    ...(failure.error.cause === "format"
      ? [
          adminTask(
            text`Make the disk on the node writable and whole, or fsType one that mkfs on the node knows; where data should be on it, it is another disk, or damaged.`,
            kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName ?? ""),
          ),
        ]
      : []),
    adminTask(
      text`Compare fsType of the volume with what is on the disk (blkid), make a copy or snapshot, then check the filesystem (fsck, xfs_repair) while no pod uses it. Do not format it.`,
      ...(failure.claim ? [kubectl("reads", undefined, "get", "persistentvolume", failure.called, "-o", "yaml")] : []),
    ),
  ],
  doc: {
    means:
      "mount, mkfs or fsck failed on the disk: damage, another filesystem than fsType says, or mount options that it does not know.",
    seenIn:
      "Event FailedMount with `wrong fs type, bad option, bad superblock`, `'fsck' found errors on device D but could not correct them`, `format of disk \"D\" failed` (kubelet, k8s.io/mount-utils).",
    repair: "Save the data, then repair the filesystem.",
    notToConfuseWith: "volume/nfs: the same words come where the NFS client is missing.",
    catalogue: ["mount-fs-damage"],
  },
});
