import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import type { MountFailure } from "./mount-failure.ts";
import { driverOf, mountRule, VolumeText } from "./mount-rule.ts";

/** The Secret with which the driver is to mount is not there. */
export default mountRule({
  id: "volume/csi-secret",
  title: "The Secret that a CSI volume is mounted with cannot be read",
  causes: ["csi-secret"],
  needs: ["Event", "PersistentVolume"],
  headline: (failure) =>
    text`The Secret ${name(secretOf(failure))}, with which ${failure.claim ? text`claim ${name(failure.claim.name)}` : text`volume ${name(failure.called)}`} is mounted, cannot be read.`,
  why: (failure, input) =>
    text`${VolumeText(failure)} names it for driver ${name(driverOf(failure, input) ?? "")} (nodeStageSecretRef or nodePublishSecretRef). The kubelet says: ${value(failure.error.words)}.`,
  fixes: (failure) => {
    const [namespace = "<namespace>", secret = "<secret>"] = secretOf(failure).split("/");
    return [
      {
        title: text`Create it with the keys that the driver's documentation names.`,
        commands: [
          kubectl("changes", namespace, "create", "secret", "generic", secret, "--from-literal=<key>=<value>"),
        ],
        applies: "fill-in",
        by: "cluster-admin",
      },
    ];
  },
  doc: {
    means:
      "The PersistentVolume (from its StorageClass) names a Secret for staging or publishing, and it is not there.",
    seenIn: "Event FailedMount `fetching NodeStageSecretRef NS/NAME failed: …` (kubelet, pkg/volume/csi).",
    repair: "Create the Secret that the StorageClass names.",
    catalogue: ["mount-csi-secret"],
  },
});

const secretOf = ({ error: { names } }: MountFailure): string => names.secret ?? "";
