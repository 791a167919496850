import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { usersOf } from "./claim-words.ts";
import { mountRule, nodeName, VolumeText, volumeText } from "./mount-rule.ts";

/** The device is in use on the node by something else. */
export default mountRule({
  id: "volume/device-busy",
  title: "The device of the volume is in use on the node",
  causes: ["device-busy"],
  confidence: () => "likely",
  needs: ["Event", "Pod"],
  headline: (failure, input) =>
    text`The device of ${volumeText(failure)} is in use on node ${nodeName(input)} already.`,
  why: (failure) =>
    text`${VolumeText(failure)} reached the node, and mount says: ${value(failure.error.words)}. An earlier mount was not undone, or another program (multipath, LVM) holds the device.`,
  notes: (failure, input): readonly Text[] => {
    const users = failure.claim
      ? usersOf(failure.claim.name, input).filter(({ spec }) => spec.nodeName === input.pod.spec.nodeName)
      : [];
    return users.length > 0
      ? [text`On the same node ${list(users.map(({ metadata }) => name(metadata.name)))} uses the claim.`]
      : [];
  },
  fixes: (_, input) => [
    adminTask(
      text`On the node, see what holds the device: findmnt, lsblk, multipath -ll.`,
      kubectl("reads", undefined, "describe", "node", input.pod.spec.nodeName ?? ""),
    ),
  ],
  doc: {
    means: "The kernel refuses to mount a device that is mounted elsewhere or held by another program.",
    seenIn: "Event FailedMount with `already mounted or mount point busy`, `Device or resource busy` (mount(8)).",
    repair: "Free the device on the node.",
    catalogue: ["mount-fs-damage"],
  },
});
