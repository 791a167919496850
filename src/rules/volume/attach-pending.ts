import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { attachmentsOf } from "./attachments.ts";
import { mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The kubelet waits for the attach, which others do. */
export default mountRule({
  id: "volume/attach-pending",
  title: "The volume is not attached to the node yet",
  causes: ["attach-pending"],
  effect: "delays",
  confidence: () => "likely",
  needs: ["Event", "VolumeAttachment"],
  headline: (failure, input) => text`${VolumeText(failure)} is not attached to node ${nodeName(input)} yet.`,
  why: ({ called }, input) => {
    const own = attachmentsOf(called, input).find(({ spec }) => spec?.nodeName === input.pod.spec.nodeName);
    return own
      ? text`VolumeAttachment ${name(own.metadata.name)} says attached: ${String(own.status?.attached ?? false)}. The kubelet mounts when it is true.`
      : text`The attach/detach controller and the driver have to attach it first; usually that takes some seconds.`;
  },
  fixes: (failure) => [
    look(
      text`See whether ${volumeText(failure)} gets attached, and with what error.`,
      kubectl("reads", undefined, "get", "volumeattachments", "-o", "wide"),
    ),
  ],
  doc: {
    means: "The kubelet is ready to mount, and the attach has not been confirmed.",
    seenIn:
      'Event FailedMount `Volume not attached according to node status for volume "v"`, `Volume has not been added to the list of VolumesInUse …`, `MountVolume.WaitForAttach failed … is not attached for volume attachment …` (kubelet, all versions).',
    repair: "Wait; if it stays, look at the VolumeAttachment.",
    notToConfuseWith: "volume/attach-failed and volume/multi-attach, which say why.",
    catalogue: ["vol-wait-attach"],
  },
});
