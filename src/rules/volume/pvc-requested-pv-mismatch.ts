import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import { remakeClaim } from "./claim-words.ts";

/** The claim asks for one certain volume, and that one does not fit or belongs to another claim. */
export default claimRule({
  id: "volume/pvc-requested-pv-mismatch",
  title: "The PersistentVolume that a claim asks for does not fit it",
  trouble: "requested-pv-mismatch",
  needs: ["PersistentVolumeClaim", "PersistentVolume", "Event"],
  confidence: ({ event }) => (event ? "certain" : "likely"),
  headline: ({ view, event }) => {
    const volume = name(view.claim?.spec?.volumeName ?? "");
    const owner = view.persistent?.state === "found" ? view.persistent.object.spec?.claimRef : undefined;
    const isTaken = owner !== undefined && owner.name !== view.name;
    return isTaken || /already bound/.test(event?.message ?? "")
      ? text`PersistentVolumeClaim ${name(view.name)} asks for PersistentVolume ${volume}, which belongs to ${owner?.name ? text`claim ${name(`${owner.namespace ?? ""}/${owner.name}`)}` : "another claim"}.`
      : text`PersistentVolumeClaim ${name(view.name)} asks for PersistentVolume ${volume}, and the two do not fit.`;
  },
  why: ({ event }) =>
    event?.message
      ? text`kube-controller-manager says: ${value(event.message)}.`
      : text`Size, class, access modes and volumeMode of the two must fit, and a volume serves one claim alone. A volume that served another before keeps its claimRef.`,
  fixes: ({ view }, input) => {
    const volume = view.claim?.spec?.volumeName ?? "";
    const isReleased = view.persistent?.state === "found" && view.persistent.object.status?.phase === "Released";
    return [
      look(text`Compare the two.`, kubectl("reads", undefined, "describe", "persistentvolume", volume)),
      ...(isReleased
        ? [
            {
              title: text`Give the volume free: it is Released, the claim it served is gone. Its data stays on it.`,
              commands: [
                kubectl(
                  "changes",
                  undefined,
                  "patch",
                  "persistentvolume",
                  volume,
                  "--type=json",
                  "-p",
                  '[{"op":"remove","path":"/spec/claimRef"}]',
                ),
              ],
              applies: "maybe" as const,
              by: "cluster-admin" as const,
            },
          ]
        : []),
      remakeClaim(view, input, text`Or make the claim anew so that it fits, or without volumeName.`),
    ];
  },
  doc: {
    means:
      "A claim with spec.volumeName waits for that one volume, and it is taken or differs in class, size, access mode or volumeMode.",
    seenIn:
      'Events VolumeMismatch `Cannot bind to requested volume "x": …`, FailedBinding `volume "x" already bound to a different claim.` on the claim (kube-controller-manager).',
    repair: "Make volume and claim fit each other.",
    catalogue: ["pvc-requested-pv-mismatch"],
  },
});
