import { OLD_REGION, OLD_ZONE, REGION, ZONE } from "../../objects/in-tree-volume.ts";
import type { Pod } from "../../objects/pod.ts";
import { type Filter, undecided } from "../filter.ts";
import type { Objects } from "../objects.ts";
import { podClaims } from "../pod-volumes.ts";

/** The labels that place a volume, with the name that nodes have for them today. */
const PLACES: readonly (readonly [string, string])[] = [
  [OLD_ZONE, ZONE],
  [OLD_REGION, REGION],
  [ZONE, ZONE],
  [REGION, REGION],
];

/** Zone and region labels of bound volumes (kube-scheduler v1.36 plugins/volumezone; it knows no ephemeral claims). */
export const volumeZone: Filter = {
  name: "VolumeZone",
  rejectPod: (pod, { snapshot }) =>
    boundVolumes(pod, snapshot).flatMap(({ claim, volume, found }) =>
      found.state === "absent"
        ? [
            {
              plugin: "VolumeZone",
              reason: `persistentvolume "${volume}" not found`,
              isUnresolvable: true,
              lack: { of: "claim", claim, is: "lost", volume },
            },
          ]
        : [],
    ),
  prepare(pod, { snapshot, schedulerMinor }) {
    const volumes = boundVolumes(pod, snapshot);
    const places = volumes.flatMap(({ claim, volume, found }) =>
      found.state === "found"
        ? placesOf(found.object.metadata.labels ?? {}).map((one) => ({ claim, volume, ...one }))
        : [],
    );
    return ({ labels }) => {
      // Where nodes carry no such labels the cluster has but one zone.
      if (volumes.length === 0 || !PLACES.some(([key]) => labels[key] !== undefined)) return [];
      for (const { claim, volume, key, current, values } of places) {
        // Until 1.28 the label had to be there by the very same name.
        const here = labels[key] ?? (schedulerMinor >= 29 ? labels[current] : undefined);
        if (here !== undefined && values.includes(here)) continue;
        return [
          {
            plugin: "VolumeZone",
            reason: "node(s) had no available volume zone",
            isUnresolvable: true,
            lack: { of: "volume-zone", claim, volume, key: current, values },
          },
        ];
      }
      return volumes.flatMap(({ found }) => undecided("VolumeZone", found));
    };
  },
};

function boundVolumes(pod: Pod, objects: Objects) {
  return podClaims(pod, objects).flatMap(({ name, isEphemeral, found }) => {
    const volume = found.state === "found" && !isEphemeral ? found.object.spec?.volumeName : undefined;
    return volume ? [{ claim: name, volume, found: objects.find("PersistentVolume", undefined, volume) }] : [];
  });
}

/** A label may name several zones: `a__b`; one with an empty part counts for nothing (cloud-provider LabelZonesToSet). */
function placesOf(labels: Readonly<Record<string, string>>) {
  return PLACES.flatMap(([key, current]) => {
    const values = labels[key]?.split("__").map((one) => one.trim());
    return values && !values.includes("") ? [{ key, current, values }] : [];
  });
}
