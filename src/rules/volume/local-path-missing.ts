import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { remakeClaim } from "./claim-words.ts";
import type { MountFailure } from "./mount-failure.ts";
import { mountRule, nodeName, VolumeText } from "./mount-rule.ts";

/** The directory or device behind the volume is not on the node. */
export default mountRule({
  id: "volume/local-path-missing",
  title: "The directory or device behind a volume is not on the node",
  causes: ["local-path"],
  headline: (failure, input) =>
    text`${value(pathOf(failure))} does not exist on node ${nodeName(input)}; ${name(failure.called)} needs it.`,
  why: (failure) =>
    text`${VolumeText(failure)} is that path of the node. The disk is not mounted there, was never prepared, or the node was made anew.`,
  fixes: (failure, input) => [
    adminTask(
      text`Mount the disk at, or create, ${value(pathOf(failure))} on node ${nodeName(input)}.`,
      ...(failure.claim ? [kubectl("reads", undefined, "describe", "persistentvolume", failure.called)] : []),
    ),
    ...(failure.claim
      ? [
          remakeClaim(
            failure.claim,
            input,
            text`Or, if its data is gone, delete the PersistentVolume and make the claim anew.`,
          ),
        ]
      : []),
  ],
  doc: {
    means: "A local volume (or a bind mount of a driver) is a path on one node, and the path is not there.",
    seenIn:
      'Event FailedMount `… special device P does not exist` (mount(8)), `path "P" does not exist`, `stat P: no such file or directory` (kubelet).',
    repair: "Prepare the path on the node.",
    notToConfuseWith: "volume/hostpath-type: a hostPath with a type is checked and says so.",
    catalogue: [],
  },
});

const pathOf = ({ error: { names } }: MountFailure): string => names.path ?? names.quoted ?? names.stat ?? "";
