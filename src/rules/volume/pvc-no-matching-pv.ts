import type { PersistentVolume } from "../../objects/persistent-volume.ts";
import { sizeOf } from "../../objects/persistent-volume-claim.ts";
import { nanos } from "../../objects/quantity.ts";
import { volumePlace } from "../../scheduler/pod-volumes.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { classFixes } from "./after-claims.ts";
import { claimRule } from "./claim-rule.ts";
import type { ClaimView } from "./claims.ts";

/** The class makes no volumes by itself, and none of those made by hand fits. */
export default claimRule({
  id: "volume/pvc-no-matching-pv",
  title: "No PersistentVolume fits the claim, and its class makes none",
  trouble: "no-matching-pv",
  needs: ["PersistentVolumeClaim", "StorageClass", "PersistentVolume"],
  headline: ({ view }) =>
    text`No free PersistentVolume of class ${name(view.className ?? "")} fits claim ${name(view.name)}${view.claim && sizeOf(view.claim) !== "" && ` (${sizeOf(view.claim)})`}.`,
  why: ({ view }) =>
    text`Class ${name(view.className ?? "")} makes no volumes (provisioner kubernetes.io/no-provisioner): somebody has to. One fits if it is Available, of the same class and volumeMode, at least as large, and has the claim's access modes.`,
  notes: ({ view }, input) => misfits(view, input),
  fixes: ({ view }, input) => fixesFor(view, input),
  doc: {
    means: "The claim's class has no provisioner, as for local volumes, and no PersistentVolume is free that fits.",
    seenIn:
      "`node(s) didn't find available persistent volumes to bind` (kube-scheduler, all versions), `no persistent volumes available for this claim`; the class's provisioner is kubernetes.io/no-provisioner.",
    repair: "Create a PersistentVolume, or give a Released one free by clearing its claimRef.",
    catalogue: ["pvc-no-matching-pv"],
  },
});

function candidates({ className }: ClaimView, { snapshot }: PodInput): readonly PersistentVolume[] {
  return snapshot.list("PersistentVolume").items.filter(({ spec }) => (spec?.storageClassName ?? "") === className);
}

/** Why each volume of the class does not serve. */
function misfits(view: ClaimView, input: PodInput): readonly Text[] {
  const all = candidates(view, input);
  const { isComplete } = input.snapshot.list("PersistentVolume");
  if (all.length === 0) return isComplete ? [text`There is no PersistentVolume of that class at all.`] : [];
  return [
    text`Of that class there ${all.length > 1 ? "are" : "is"} ${list(
      all.map((one) => ({
        as: "value",
        text: `${one.metadata.name} (${misfitOf(one, view) ?? placeOf(one)})`,
      })),
      5,
    )}.`,
  ];
}

const placeOf = (volume: PersistentVolume): string => {
  const place = volumePlace(volume);
  return place ? `fits, and only nodes with ${place} reach it` : "fits";
};

function misfitOf({ spec, status, metadata }: PersistentVolume, { claim }: ClaimView): string | undefined {
  if (status?.phase === "Released")
    return `Released: it served ${spec?.claimRef?.namespace}/${spec?.claimRef?.name}, which is gone`;
  if (spec?.claimRef && spec.claimRef.name !== claim?.metadata.name)
    return `belongs to ${spec.claimRef.namespace}/${spec.claimRef.name}`;
  if (metadata.deletionTimestamp) return "is being deleted";
  const [has, wants] = [nanos(String(spec?.capacity?.storage ?? "")), nanos(claim ? sizeOf(claim) : "")];
  if (has !== undefined && wants !== undefined && has < wants) return `only ${spec?.capacity?.storage}`;
  const missing = (claim?.spec?.accessModes ?? []).filter((mode) => !spec?.accessModes?.includes(mode));
  if (missing.length > 0) return `without ${missing.join(", ")}`;
  if ((spec?.volumeMode ?? "Filesystem") !== (claim?.spec?.volumeMode ?? "Filesystem"))
    return `volumeMode ${spec?.volumeMode ?? "Filesystem"}`;
  return undefined;
}

function fixesFor(view: ClaimView, input: PodInput): readonly Fix[] {
  const released = candidates(view, input).find(
    (one) =>
      one.status?.phase === "Released" &&
      misfitOf({ ...one, status: {}, spec: { ...one.spec, claimRef: undefined } }, view) === undefined,
  );
  return [
    ...(released
      ? [
          {
            title: text`Give ${name(released.metadata.name)} free: its former claim is gone. Its data stays on it, and the new claim will see it.`,
            commands: [
              kubectl(
                "changes",
                undefined,
                "patch",
                "persistentvolume",
                released.metadata.name,
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
    {
      title: text`Create a PersistentVolume of class ${name(view.className ?? "")} that fits.`,
      commands: [kubectl("changes", input.pod.metadata.namespace, "apply", "-f", "<persistentvolume.yaml>")],
      applies: "fill-in",
      by: "cluster-admin",
    },
    ...classFixes(input),
    look(text`See which there are.`, kubectl("reads", undefined, "get", "persistentvolumes")),
  ];
}
