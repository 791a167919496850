import { kubectl } from "../../text/command.ts";
import { duration, list, name, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import { attachmentsOf } from "./attachments.ts";
import type { MountFailure } from "./mount-failure.ts";
import { mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The kubelet waits for the attach, which others do. */
export default mountRule({
  id: "volume/attach-pending",
  title: "The volume is not attached to the node yet",
  causes: ["attach-pending"],
  effect: "delays",
  confidence: () => "likely",
  needs: ["Event", "VolumeAttachment"],
  headline: (failure, input) => {
    const own = attachmentOf(failure, input);
    const seconds = input.snapshot.secondsSince(own?.metadata.deletionTimestamp);
    return own?.metadata.deletionTimestamp
      ? text`The VolumeAttachment of ${volumeText(failure)} on node ${nodeName(input)} is being deleted${seconds !== undefined && `, for ${duration(seconds)}`}.`
      : text`${VolumeText(failure)} is not attached to node ${nodeName(input)} yet.`;
  },
  why: (failure, input) => {
    const own = attachmentOf(failure, input);
    if (own?.metadata.deletionTimestamp) {
      const { finalizers = [] } = own.metadata;
      const refused = own.status?.detachError?.message;
      return text`The kubelet waits until VolumeAttachment ${name(own.metadata.name)} is gone and a new one is made. ${finalizers.length > 0 && text`Its finalizer ${list(finalizers.map(name))} is taken off by the driver's attacher once the volume is detached. `}${refused && text`The last detach failed: ${value(refused)}.`}`;
    }
    return own
      ? text`VolumeAttachment ${name(own.metadata.name)} says attached: ${String(own.status?.attached ?? false)}. The kubelet mounts when it is true.`
      : text`The attach/detach controller and the driver have to attach it first; usually that takes some seconds.`;
  },
  fixes: (failure, input) => {
    const own = attachmentOf(failure, input);
    if (own?.metadata.deletionTimestamp) return release(own.metadata.name, own.spec?.attacher);
    return [
      look(
        text`See whether ${volumeText(failure)} gets attached, and with what error.`,
        kubectl("reads", undefined, "get", "volumeattachments", "-o", "wide"),
      ),
    ];
  },
  doc: {
    means: "The kubelet is ready to mount, and the attach has not been confirmed.",
    seenIn:
      'Event FailedMount `Volume not attached according to node status for volume "v"`, `Volume has not been added to the list of VolumesInUse …`, `MountVolume.WaitForAttach failed … is not attached for volume attachment …` (kubelet, all versions).',
    repair: "Wait; if it stays, look at the VolumeAttachment.",
    notToConfuseWith: "volume/attach-failed and volume/multi-attach, which say why.",
    catalogue: ["vol-wait-attach"],
  },
});

/** The attachment of the volume to the pod's own node. */
const attachmentOf = ({ claim, called }: MountFailure, input: PodInput) =>
  attachmentsOf(claim?.claim?.spec?.volumeName ?? called, input).find(
    ({ spec }) => spec?.nodeName === input.pod.spec.nodeName,
  );

function release(attachment: string, attacher: string | undefined): readonly Fix[] {
  return [
    adminTask(
      text`See why driver ${name(attacher ?? "of the volume")} does not detach it: the events and errors of the VolumeAttachment, and the log of the driver's controller (container ${name("csi-attacher")}).`,
      kubectl("reads", undefined, "describe", "volumeattachment", attachment),
    ),
    adminTask(
      text`If the storage system says that the volume is detached, take the finalizer off; on a volume that is still attached this can damage its data.`,
      kubectl(
        "changes",
        undefined,
        "patch",
        "volumeattachment",
        attachment,
        "--type=merge",
        "-p",
        JSON.stringify({ metadata: { finalizers: null } }),
      ),
    ),
  ];
}
