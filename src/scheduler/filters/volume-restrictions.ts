import { fullName } from "../../objects/object.ts";
import { isTerminal, type Pod } from "../../objects/pod.ts";
import { type Filter, undecided } from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";
import { podClaims } from "../pod-volumes.ts";

/**
 * Claims that one pod alone may use, and disks that pods of a node cannot share (kube-scheduler v1.36
 * plugins/volumerestrictions). It is the first plugin that asks for the claims of a pod.
 */
export const volumeRestrictions: Filter = {
  name: "VolumeRestrictions",
  rejectPod: (pod, { snapshot }) =>
    podClaims(pod, snapshot).flatMap(({ name, isEphemeral, found }) =>
      found.state === "absent" && !isEphemeral
        ? [
            {
              plugin: "VolumeRestrictions",
              reason: `persistentvolumeclaim "${name}" not found`,
              isUnresolvable: true,
              lack: { of: "claim", claim: name, is: "missing" },
            },
          ]
        : [],
    ),
  prepare(pod, { snapshot, nodes }) {
    const claims = podClaims(pod, snapshot).filter(({ isEphemeral }) => !isEphemeral);
    const isSingle = (claim: (typeof claims)[number]) =>
      claim.found.state === "unknown" ||
      (claim.found.state === "found" && claim.found.object.spec?.accessModes?.includes("ReadWriteOncePod"));
    const { namespace } = pod.metadata;
    const holdersOf = (pods: readonly Pod[], claim: string) =>
      pods.filter((one) => one.metadata.namespace === namespace && names(one).includes(claim));
    const single = claims.filter(isSingle);
    // Few pods have such a claim: for the others nobody else's are looked at.
    const here = single.length > 0 ? nodes.flatMap(({ pods }) => pods) : [];
    const before = single.length > 0 ? snapshot.list("Pod", namespace).items.filter(isOnNode) : [];
    const singles = single.map(({ name, found }) => {
      const [holder] = holdersOf(here, name);
      const gone = holdersOf(before, name).length - holdersOf(here, name).length;
      return { name, found, holder, gone };
    });
    // In a trial of preemption each pod that goes frees one claim, whoever else has it (RemovePod counts claims, not pods).
    const gone = singles.reduce((sum, one) => sum + one.gone, 0);
    const used = singles.filter((one) => one.holder || one.gone > 0).length;
    const held = used > gone ? singles.flatMap(({ holder, ...one }) => (holder ? [{ ...one, holder }] : [])) : [];
    const disks = (pod.spec.volumes ?? []).filter((one) => SHARED.some(([type]) => one[type] !== undefined));
    return (node) => {
      for (const disk of disks) {
        const holder = holderOf(disk, node);
        if (holder)
          return [
            {
              plugin: "VolumeRestrictions",
              reason: "node(s) had no available disk",
              isUnresolvable: false,
              lack: { of: "disk", volume: disk.name, heldBy: fullName(holder.metadata) },
            },
          ];
      }
      // All nodes are refused alike: the claim is held wherever its pod is.
      const certain = held.find(({ found }) => found.state === "found");
      if (certain)
        return [
          {
            plugin: "VolumeRestrictions",
            reason:
              "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
            isUnresolvable: false,
            lack: { of: "single-pod-claim", claim: certain.name, heldBy: certain.holder.metadata.name },
          },
        ];
      return held.flatMap(({ found }) => undecided("VolumeRestrictions", found));
    };
  },
};

const isOnNode = (one: Pod) => one.spec.nodeName !== undefined && !isTerminal(one);

/** The claims that a pod names; ephemeral ones have no second pod. */
const names = ({ spec }: Pod): readonly (string | undefined)[] =>
  (spec.volumes ?? []).map(
    ({ persistentVolumeClaim }) => (persistentVolumeClaim as { claimName?: string } | undefined)?.claimName,
  );

type Volume = NonNullable<Pod["spec"]["volumes"]>[number];
type Source = Readonly<Record<string, unknown>>;

const areReadOnly = (a: Source, b: Source) => a.readOnly === true && b.readOnly === true;
const overlap = (a: unknown, b: unknown) => Array.isArray(a) && Array.isArray(b) && a.some((one) => b.includes(one));

/** Disks in the pod itself, by type, and when two of them are in each other's way (isVolumeConflict). */
const SHARED: readonly (readonly [string, (a: Source, b: Source) => boolean])[] = [
  ["gcePersistentDisk", (a, b) => a.pdName === b.pdName && !areReadOnly(a, b)],
  ["awsElasticBlockStore", (a, b) => a.volumeID === b.volumeID],
  ["iscsi", (a, b) => a.iqn === b.iqn && !areReadOnly(a, b)],
  [
    "rbd",
    (a, b) =>
      overlap(a.monitors, b.monitors) &&
      (a.pool ?? "rbd") === (b.pool ?? "rbd") &&
      a.image === b.image &&
      !areReadOnly(a, b),
  ],
];

const holderOf = (disk: Volume, { pods }: NodeInfo): Pod | undefined =>
  pods.find(({ spec }) =>
    (spec.volumes ?? []).some((other) =>
      SHARED.some(
        ([type, conflict]) => disk[type] && other[type] && conflict(disk[type] as Source, other[type] as Source),
      ),
    ),
  );
