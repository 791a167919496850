import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import { remakeClaim } from "./claim-words.ts";

/** The claim is bound to a volume that is gone. */
export default claimRule({
  id: "volume/pv-missing",
  title: "The claim's PersistentVolume does not exist",
  trouble: "pv-missing",
  needs: ["PersistentVolumeClaim", "PersistentVolume"],
  headline: ({ view }) => {
    const volume = name(view.claim?.spec?.volumeName ?? "");
    return view.claim?.status?.phase === "Pending"
      ? text`PersistentVolumeClaim ${name(view.name)} asks for PersistentVolume ${volume}, which does not exist.`
      : text`PersistentVolumeClaim ${name(view.name)} has lost its PersistentVolume ${volume}: it does not exist any more.`;
  },
  why: ({ view }) =>
    view.claim?.status?.phase === "Pending"
      ? text`With spec.volumeName a claim waits for that one volume alone.`
      : text`Somebody deleted the volume while the claim was bound to it. What was on it is lost to the cluster, though the disk behind it may still be there.`,
  fixes: ({ view }, input) => [
    look(
      text`See whether the disk behind it still exists, and which volumes there are.`,
      kubectl("reads", undefined, "get", "persistentvolumes"),
    ),
    {
      title: text`If it does, create the PersistentVolume again under the same name, with a claimRef to ${name(view.name)}.`,
      commands: [kubectl("changes", input.pod.metadata.namespace, "apply", "-f", "<persistentvolume.yaml>")],
      applies: "fill-in",
      by: "cluster-admin",
    },
    remakeClaim(view, input, text`Or begin with an empty volume: make the claim anew, without volumeName.`),
  ],
  doc: {
    means: "spec.volumeName of a claim names a PersistentVolume that is not there. A bound claim then has phase Lost.",
    seenIn:
      "Phase Lost, event ClaimLost `Bound claim has lost its PersistentVolume. Data on the volume is lost!` (kube-controller-manager); `bound to non-existent persistentvolume`, `node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)` (kube-scheduler).",
    repair: "Create the volume again with the same name, or the claim without it.",
    catalogue: ["pv-missing"],
  },
});
