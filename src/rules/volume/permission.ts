import { path, text, value } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import type { MountFailure } from "./mount-failure.ts";
import { driverOf, lookAtDriver, mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The kubelet cannot give the files of the volume to the pod's group. */
export default mountRule({
  id: "volume/permission",
  title: "The kubelet cannot set the group of the volume's files",
  causes: ["permission"],
  headline: (failure, input) =>
    isGone(failure)
      ? text`${VolumeText(failure)} is not there on node ${nodeName(input)}, although the driver said that it is mounted.`
      : text`The kubelet cannot give the files of ${volumeText(failure)} to the pod's fsGroup.`,
  why: (failure) =>
    isGone(failure)
      ? text`The kubelet went to give its files to the pod's fsGroup and found no such directory: ${value(failure.error.words)}.`
      : text`With ${path("securityContext.fsGroup")} the kubelet changes owner and mode of every file before it starts the pod. ${VolumeText(failure)} does not allow that: ${value(failure.error.words)}.`,
  fixes: (failure, input) =>
    isGone(failure)
      ? [
          lookAtDriver(
            driverOf(failure, input),
            input,
            text`See what the driver's pod on node ${nodeName(input)} says.`,
          ),
        ]
      : [
          patchPodSpec(
            input,
            { securityContext: { fsGroupChangePolicy: "OnRootMismatch" } },
            text`Change nothing where the top directory has the right group already.`,
            { applies: "maybe" },
          ),
          patchPodSpec(
            input,
            { securityContext: { fsGroup: null } },
            text`Or leave fsGroup out, and set the owner of the files on the storage itself.`,
            {
              applies: "maybe",
            },
          ),
        ],
  doc: {
    means:
      "Changing the group of the files failed: a read-only volume, a server that maps root to nobody, or a filesystem without owners.",
    seenIn:
      "Event FailedMount `applyFSGroup failed for vol V: lchown P: operation not permitted` (kubelet, pkg/volume).",
    repair: "fsGroupChangePolicy OnRootMismatch, no fsGroup, or rights on the storage.",
    notToConfuseWith: "volume/permission-slow: there it works and takes long.",
    catalogue: ["mount-permission-slow"],
  },
});

const isGone = ({ error: { words } }: MountFailure): boolean => /lstat .{0,500}: no such file or directory/.test(words);
