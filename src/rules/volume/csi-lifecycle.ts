import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { driverOf, mountRule, VolumeText } from "./mount-rule.ts";

/** The driver does not serve volumes of this kind: inline, or by a claim. */
export default mountRule({
  id: "volume/csi-lifecycle",
  title: "The CSI driver does not serve this kind of volume",
  causes: ["csi-lifecycle"],
  needs: ["Event", "CSIDriver"],
  headline: (failure, input) =>
    text`CSI driver ${name(driverOf(failure, input) ?? "")} does not take ${failure.error.names.mode === "Ephemeral" ? "volumes written into the pod itself" : "volumes by a claim"} (mode ${failure.error.names.mode}).`,
  why: (failure) =>
    text`${VolumeText(failure)} is of that mode, and the CSIDriver object lists others, or is missing. The kubelet says: ${value(failure.error.words)}.`,
  fixes: (failure, input) => [
    look(
      text`See which modes the driver has.`,
      kubectl("reads", undefined, "get", "csidriver", driverOf(failure, input) ?? "-A", "-o", "yaml"),
    ),
    look(
      text`Use a claim (persistentVolumeClaim, or ephemeral with a template) instead of csi in the pod, or a driver that lists Ephemeral.`,
    ),
  ],
  doc: {
    means: "CSIDriver.spec.volumeLifecycleModes does not list the mode of the volume.",
    seenIn:
      'Event FailedMount `volume mode "Ephemeral" not supported by driver D (no CSIDriver object)` or `(only supports ["Persistent"])` (kubelet, pkg/volume/csi).',
    repair: "Use a claim, or another driver.",
    catalogue: ["mount-csi-lifecycle"],
  },
});
