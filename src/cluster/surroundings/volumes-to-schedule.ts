import { driverVolume } from "../../objects/in-tree-volume.ts";
import { claimNames, classNameOf } from "../../objects/persistent-volume-claim.ts";
import type { Pod } from "../../objects/pod.ts";
import { isLate, isProvisioned, type StorageClass } from "../../objects/storage-class.ts";
import type { Collector } from "../collector.ts";

/** Of each kind of object behind volumes: more is a cluster too large for one answer. */
const MOST_OF_VOLUMES = 10_000;

/** What decides where the volumes of a pod can be used, or made: each step only where the one before asks for it. */
export async function readVolumesToSchedule(pod: Pod, collector: Collector): Promise<void> {
  const { namespace } = pod.metadata;
  const names = claimNames(pod);
  const claims = (
    await Promise.all(names.map((name) => collector.get("PersistentVolumeClaim", namespace, name)))
  ).flatMap((claim) => claim ?? []);
  const unbound = claims.filter(({ spec }) => !spec?.volumeName);
  const [volumes, classes] = await Promise.all([
    Promise.all(
      claims.flatMap(({ spec }) =>
        spec?.volumeName ? [collector.get("PersistentVolume", undefined, spec.volumeName)] : [],
      ),
    ),
    Promise.all(unbound.map((claim) => classOf(classNameOf(claim), collector))),
  ]);
  const bound = new Set([
    ...volumes.flatMap((one) => one?.spec?.csi?.driver ?? driverVolume(one?.spec ?? {})?.driver ?? []),
    ...(pod.spec.volumes ?? []).flatMap((one) => driverVolume(one)?.driver ?? []),
  ]);
  const known = classes.flatMap((one) => one ?? []);
  // A claim that is missing, or of a class that makes no volumes, may get another one: all of them are looked at.
  const isOpen = claims.length < names.length || known.filter(isProvisioned).length < unbound.length;
  const candidates = isOpen ? [...known, ...(await collector.list("StorageClass", undefined))] : known;
  const late = candidates.filter(isLate);
  const makers = new Set(candidates.filter(isProvisioned).flatMap(({ provisioner }) => provisioner ?? []));
  await Promise.all([
    late.length > 0 ? collector.list("PersistentVolume", undefined, { most: MOST_OF_VOLUMES }) : undefined,
    ...[...makers].slice(0, MOST_MAKERS).map((maker) => readCapacity(maker, collector)),
    bound.size + makers.size > 0 ? readLimits(new Set([...bound, ...makers]), collector) : undefined,
  ]);
}

/** Clusters have a handful of provisioners. */
const MOST_MAKERS = 10;

const classOf = async (name: string | undefined, collector: Collector): Promise<StorageClass | undefined> =>
  name ? collector.get("StorageClass", undefined, name) : undefined;

/** How much a driver can make for which nodes, where it tells. */
async function readCapacity(driver: string, collector: Collector): Promise<void> {
  const found = await collector.get("CSIDriver", undefined, driver);
  const { storageCapacity } = (found?.spec ?? {}) as { storageCapacity?: boolean };
  if (storageCapacity) await collector.list("CSIStorageCapacity", undefined, { most: MOST_OF_VOLUMES });
}

/** How many volumes each node may have; and where a driver of the pod sets a limit, all volumes that the nodes have. */
async function readLimits(drivers: ReadonlySet<string>, collector: Collector): Promise<void> {
  const nodes = await collector.list("CSINode", undefined);
  const isLimited = nodes.some(({ spec }) =>
    spec?.drivers?.some(({ name, allocatable }) => drivers.has(name) && allocatable?.count !== undefined),
  );
  if (!isLimited) return;
  const bound = { most: MOST_OF_VOLUMES };
  await Promise.all([
    collector.list("PersistentVolumeClaim", undefined, bound),
    collector.list("PersistentVolume", undefined, bound),
    collector.list("VolumeAttachment", undefined, bound),
    collector.list("StorageClass", undefined),
  ]);
}
