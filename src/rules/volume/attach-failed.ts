import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { adminTask, look } from "../repair.ts";
import { attachmentsOf } from "./attachments.ts";
import { inWords, meaningOf, parseRpcError } from "./grpc.ts";
import type { MountFailure } from "./mount-failure.ts";
import { driverOf, mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The disk cannot be attached to the node: the cloud, the storage or the driver's controller refuses. */
export default mountRule({
  id: "volume/attach-failed",
  title: "The volume cannot be attached to the node",
  causes: ["attach-failed"],
  needs: ["Event", "VolumeAttachment", "PersistentVolume"],
  explains: ["volume/timeout"],
  evidence: ({ called }, input): readonly Evidence[] =>
    attachmentsOf(called, input)
      .filter(({ spec, status }) => spec?.nodeName === input.pod.spec.nodeName && status?.attachError?.message)
      .map((one) => seen(one, "status.attachError.message", "attach error")),
  headline: (failure, input) => {
    const meaning = meaningText(failure);
    return isAttacherSilent(failure)
      ? text`Nobody attaches ${volumeText(failure)} to node ${nodeName(input)}: the external-attacher of ${name(attacherOf(failure, input))} does not answer.`
      : text`${VolumeText(failure)} cannot be attached to node ${nodeName(input)}${meaning === undefined ? text`: ${value(short(wordsOf(failure)))}` : `: ${meaning}`}.`;
  },
  why: (failure) =>
    isAttacherSilent(failure)
      ? text`The attach/detach controller has made a VolumeAttachment, and the driver's controller (external-attacher) has to act on it and has not, neither with success nor with an error.`
      : text`The attach is done by the driver's controller or the cloud, not by the node. It says: ${value(wordsOf(failure))}.`,
  outlook: text`The attach/detach controller tries again by itself, at the latest after 2 minutes.`,
  fixes: (failure) => [
    adminTask(
      FIXES.get(meaningOf(failure.detail)) ?? text`See the driver's controller: its log has the whole story.`,
      kubectl("reads", undefined, "get", "pods", "-A", "-o", "wide"),
    ),
    look(text`See the state of the attachment.`, kubectl("reads", undefined, "get", "volumeattachments", "-o", "yaml")),
    ...(failure.claim
      ? [look(text`See the volume.`, kubectl("reads", undefined, "describe", "persistentvolume", failure.called))]
      : []),
  ],
  doc: {
    means:
      "ControllerPublishVolume (or the cloud's attach) failed: no permission, no such disk, the node has its most disks, or no attacher runs.",
    seenIn:
      'Event FailedAttachVolume `AttachVolume.Attach failed for volume "v" : …` (attachdetach-controller, all versions); status.attachError of the VolumeAttachment; `timed out waiting for external-attacher of D CSI driver to attach volume v`.',
    repair:
      "By the words: the driver's permissions in the cloud, the disk, the number of disks of the node, or the attacher's pod.",
    notToConfuseWith:
      "volume/multi-attach: another node holds the disk. volume/csi-error: the disk is on the node and cannot be mounted.",
    catalogue: ["vol-attach-failed"],
  },
});

const FIXES: ReadonlyMap<string, ReturnType<typeof text>> = new Map(
  Object.entries({
    PermissionDenied: text`Give the identity of the driver's controller the permission to attach disks (on AWS the IAM policy AmazonEBSCSIDriverPolicy for its service account), and restart the controller.`,
    Unauthenticated: text`Renew the credentials of the driver's controller, in its Secret or its cloud identity.`,
    ResourceExhausted: text`The node has as many disks as it may: send pods to other nodes, or use larger ones.`,
    NotFound: text`See whether the disk behind the volume still exists; if not, restore it or recreate the claim.`,
  }),
);

const isAttacherSilent = ({ detail }: MountFailure): boolean => /timed out waiting for external-attacher/.test(detail);

const attacherOf = (failure: MountFailure, input: Parameters<typeof driverOf>[1]): string =>
  /external-attacher of (\S+) CSI driver/.exec(failure.detail)?.[1] ?? driverOf(failure, input) ?? "the CSI driver";

/** What the words or the code come to; undefined where they say it better themselves. */
function meaningText(failure: MountFailure): string | undefined {
  const meaning = meaningOf(failure.detail);
  if (meaning === "ResourceExhausted") return "the node has no room for another disk, or a quota is used up";
  return inWords(meaning);
}

const wordsOf = ({ detail }: MountFailure): string => (parseRpcError(detail)?.description ?? detail).replace(/\.$/, "");
const short = (words: string) => (words.length > 100 ? `${words.slice(0, 99)}…` : words);
