import type { CSINode } from "../../objects/csi-node.ts";
import { type DriverVolume, driverOfProvisioner, driverVolume, isMigratedBy } from "../../objects/in-tree-volume.ts";
import { fullName } from "../../objects/object.ts";
import type { PersistentVolume } from "../../objects/persistent-volume.ts";
import { claimNames, type PersistentVolumeClaim } from "../../objects/persistent-volume-claim.ts";
import type { Pod } from "../../objects/pod.ts";
import type { Gap } from "../../snapshot/snapshot.ts";
import { type Filter, undecided } from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";
import type { Objects } from "../objects.ts";
import { classOf, podClaims } from "../pod-volumes.ts";

/** How many volumes a node can hold for each driver (kube-scheduler v1.36 plugins/nodevolumelimits/csi.go). */
export const nodeVolumeLimits: Filter = {
  name: "NodeVolumeLimits",
  prepare(pod, view) {
    const { snapshot } = view;
    // What counts of the pod differs between nodes only by what a node says of in-tree types.
    const mayCount = volumesOf(pod, snapshot, () => true);
    if (mayCount.volumes.size === 0 && mayCount.gaps.length === 0) return () => [];
    const attachments = view.schedulerMinor < 32 ? { byNode: new Map(), gaps: [] } : attachmentsOf(snapshot);
    return (node) => {
      const found = snapshot.find("CSINode", undefined, node.name);
      if (found.state === "unknown") return undecided("NodeVolumeLimits", found);
      if (found.state === "absent") return [];
      const limits = limitsOf(found.object);
      if (limits.size === 0) return [];
      const isMigrated = (type: string) => isMigratedOn(found.object, type, view.schedulerMinor);
      const mine = volumesOf(pod, snapshot, isMigrated);
      const there = attachedTo(node, snapshot, isMigrated);
      const attached = countsOf([
        ...there.volumes,
        ...[...(attachments.byNode.get(node.name) ?? [])].filter(([volume]) => !there.volumes.has(volume)),
      ]);
      const wanted = countsOf([...mine.volumes].filter(([volume]) => !there.volumes.has(volume)));
      for (const [driver, more] of wanted) {
        const limit = limits.get(driver);
        const now = attached.get(driver) ?? 0;
        if (limit !== undefined && now + more > limit)
          return [
            {
              plugin: "NodeVolumeLimits",
              reason: "node(s) exceed max volume count",
              isUnresolvable: false,
              lack: { of: "volume-limit", driver, wanted: more, attached: now, limit },
            },
          ];
      }
      const limited = mine.gaps.length > 0 ? [...limits.keys()] : [...wanted.keys()].filter((one) => limits.has(one));
      if (limited.length === 0) return [];
      // Each volume that is not known may be one of the driver that has the least room.
      const room = Math.min(
        ...limited.map((one) => (limits.get(one) ?? 0) - (attached.get(one) ?? 0) - (wanted.get(one) ?? 0)),
      );
      const gaps = [...attachments.gaps, ...mine.gaps, ...there.gaps];
      const isOpen = attachments.gaps.length > 0 || gaps.length > room;
      return isOpen ? gaps.slice(0, 1).map((gap) => ({ plugin: "NodeVolumeLimits" as const, gap })) : [];
    };
  },
};

/** Volumes by what makes them one, with the driver of each; and why some may be missing. */
interface Volumes {
  readonly volumes: ReadonlyMap<string, string>;
  readonly gaps: readonly Gap[];
}

function limitsOf({ spec }: CSINode): ReadonlyMap<string, number> {
  return new Map(
    (spec?.drivers ?? []).flatMap(({ name, allocatable }) =>
      allocatable?.count === undefined ? [] : [[name, allocatable.count] as const],
    ),
  );
}

/** Of Portworx alone the node had to say so, from 1.31 to 1.35 (nodevolumelimits/utils.go isCSIMigrationOn, 1.28 to 1.36). */
const isMigratedOn = (csiNode: CSINode, provisioner: string, minor: number): boolean =>
  provisioner !== "kubernetes.io/portworx-volume" || minor >= 36 || (minor >= 31 && isMigratedBy(csiNode, provisioner));

/** What a pod has, or will have, attached to its node (filterAttachableVolumes). */
function volumesOf(pod: Pod, objects: Objects, isMigrated: (type: string) => boolean): Volumes {
  const volumes = new Map<string, string>();
  const gaps: Gap[] = [];
  for (const source of pod.spec.volumes ?? []) add(inTree(source, isMigrated));
  for (const { found } of podClaims(pod, objects)) {
    if (found.state === "unknown") gaps.push(found.gap);
    else if (found.state === "found") add(ofClaim(found.object, objects, isMigrated));
  }
  return { volumes, gaps };

  function add(counted: Counted): void {
    if (counted === undefined) return;
    if ("gap" in counted) gaps.push(counted.gap);
    else volumes.set(`${counted.driver}/${counted.handle}`, counted.driver);
  }
}

type Counted = DriverVolume | { readonly gap: Gap } | undefined;

function ofClaim(claim: PersistentVolumeClaim, objects: Objects, isMigrated: (type: string) => boolean): Counted {
  const volumeName = claim.spec?.volumeName;
  const volume = volumeName ? objects.find("PersistentVolume", undefined, volumeName) : undefined;
  if (volume?.state === "unknown") return { gap: volume.gap };
  if (volume?.state === "found") return ofVolume(volume.object, isMigrated);
  // Not bound yet, or to a volume that is gone: the class tells whose volume it will be.
  const found = classOf(claim, objects);
  if (found.state === "unknown") return { gap: found.gap };
  if (found.state === "absent" || !found.object.provisioner) return undefined;
  const { provisioner } = found.object;
  const handle = `unbound/${fullName(claim.metadata)}`;
  const driver = driverOfProvisioner(provisioner);
  if (driver) return isMigrated(provisioner) ? { driver, handle } : undefined;
  return NEVER_COUNTED.has(provisioner) ? undefined : { driver: provisioner, handle };
}

/** In-tree types that have a driver too, and that the scheduler does not count. */
const NEVER_COUNTED: ReadonlySet<string> = new Set(["kubernetes.io/azure-file", "kubernetes.io/vsphere-volume"]);

function ofVolume({ spec, metadata }: PersistentVolume, isMigrated: (type: string) => boolean): Counted {
  const { driver, volumeHandle } = spec?.csi ?? {};
  if (driver && volumeHandle) return { driver, handle: volumeHandle };
  return inTree((spec ?? {}) as Readonly<Record<string, unknown>>, isMigrated, metadata.labels);
}

function inTree(
  source: Readonly<Record<string, unknown>>,
  isMigrated: (type: string) => boolean,
  labels?: Readonly<Record<string, string>>,
): Counted {
  const volume = driverVolume(source, labels);
  return volume && isMigrated(volume.provisioner) ? volume : undefined;
}

/** The volumes of a pod that has a node: few edits are about its claims, so they are looked up once. */
function volumesOfBound(pod: Pod, objects: Objects, isMigrated: (type: string) => boolean): Volumes {
  const { from, objects: changed } = objects.edited ?? { from: objects, objects: [] };
  const isEdited = changed.some(
    ({ kind, metadata }) =>
      kind === "PersistentVolumeClaim" &&
      metadata.namespace === pod.metadata.namespace &&
      claimNames(pod).includes(metadata.name),
  );
  if (isEdited) return volumesOf(pod, objects, isMigrated);
  const byPod = boundVolumes.get(from) ?? new WeakMap<Pod, Volumes>();
  boundVolumes.set(from, byPod);
  const volumes = byPod.get(pod) ?? volumesOf(pod, from, isMigrated);
  byPod.set(pod, volumes);
  return volumes;
}

const boundVolumes = new WeakMap<Objects, WeakMap<Pod, Volumes>>();

function attachedTo({ pods }: NodeInfo, objects: Objects, isMigrated: (type: string) => boolean): Volumes {
  const volumes = new Map<string, string>();
  const gaps: Gap[] = [];
  for (const pod of pods) {
    if (!pod.spec.volumes?.length) continue;
    const its = volumesOfBound(pod, objects, isMigrated);
    for (const [volume, driver] of its.volumes) volumes.set(volume, driver);
    gaps.push(...its.gaps);
  }
  return { volumes, gaps };
}

/** What is attached by its VolumeAttachment, whether or not a pod uses it still [1.32+]: by node. */
interface Attachments {
  readonly byNode: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly gaps: readonly Gap[];
}

/** No edit is one of attachments: they are put in order once. */
function attachmentsOf(objects: Objects): Attachments {
  const from = objects.edited?.from ?? objects;
  const known = attachments.get(from);
  if (known) return known;
  const byNode = new Map<string, Map<string, string>>();
  const { items, gap } = from.list("VolumeAttachment");
  for (const { spec } of items) {
    const { attacher = "", nodeName = "", source } = spec ?? {};
    const name = source?.persistentVolumeName;
    const volume = name === undefined ? undefined : from.get("PersistentVolume", undefined, name);
    const handle = volume?.spec?.csi?.volumeHandle;
    if (!attacher || handle === undefined) continue;
    const there = byNode.get(nodeName) ?? new Map<string, string>();
    byNode.set(nodeName, there.set(`${attacher}/${handle}`, attacher));
  }
  const found = { byNode, gaps: gap ? [gap] : [] };
  attachments.set(from, found);
  return found;
}

const attachments = new WeakMap<Objects, Attachments>();

function countsOf(volumes: readonly (readonly [string, string])[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, driver] of volumes) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  return counts;
}
