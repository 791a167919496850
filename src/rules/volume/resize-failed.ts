import { name, text, value } from "../../text/text.ts";
import { describeClaim } from "./claim-words.ts";
import { driverOf, lookAtDriver, mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The volume was enlarged, and its filesystem cannot follow. */
export default mountRule({
  id: "volume/resize-failed",
  title: "The volume cannot be enlarged on the node",
  causes: ["resize"],
  headline: (failure, input) => text`Node ${nodeName(input)} cannot enlarge ${volumeText(failure)}.`,
  why: (failure) =>
    text`${VolumeText(failure)} was given a new size, which the node applies when it mounts. It says: ${value(failure.error.words)}.`,
  fixes: (failure, input) => [
    lookAtDriver(driverOf(failure, input), input, text`See what the driver's pod on node ${nodeName(input)} says.`),
    ...(failure.claim
      ? [describeClaim(failure.claim, input, text`See the conditions of claim ${name(failure.claim.name)}.`)]
      : []),
  ],
  doc: {
    means: "NodeExpandVolume failed while the volume was being mounted.",
    seenIn:
      "Events FailedMount `MountVolume.NodeExpandVolume failed …`, FileSystemResizeFailed, VolumeResizeFailed (kubelet, external-resizer).",
    repair: "By the driver's words.",
    catalogue: ["vol-resize-failed"],
  },
});
