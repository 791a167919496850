import { type LabelSelector, matchesSelector } from "../../objects/label-selector.ts";
import { fullName } from "../../objects/object.ts";
import type { PersistentVolume } from "../../objects/persistent-volume.ts";
import { classNameOf, isBound, type PersistentVolumeClaim, sizeOf } from "../../objects/persistent-volume-claim.ts";
import type { Pod } from "../../objects/pod.ts";
import { amountOf, nanos } from "../../objects/quantity.ts";
import { isLate, isProvisioned, type StorageClass } from "../../objects/storage-class.ts";
import { compare, type Found } from "../../snapshot/lookup.ts";
import {
  type Filter,
  isRejection,
  type Lack,
  type Objection,
  type Rejection,
  type Undecided,
  undecided,
} from "../filter.ts";
import type { NodeInfo } from "../node-info.ts";
import type { Objects } from "../objects.ts";
import { classNameOfVolume, classOf, type PodClaim, podClaims, unmetOfClass, unmetOfVolume } from "../pod-volumes.ts";
import { translatedFor } from "../translated-volume.ts";

/**
 * Claims and their volumes: bound ones must be usable on the node, those that wait for a node must find a volume there,
 * or may get one made (kube-scheduler v1.36 plugins/volumebinding; component-helpers v0.36 storage/volume/pv_helpers.go).
 */
export const volumeBinding: Filter = {
  name: "VolumeBinding",
  rejectPod(pod, { snapshot }) {
    const claims = podClaims(pod, snapshot);
    const troubles = claims.flatMap((one) => troubleOf(one, pod));
    const unbound = claims.flatMap(({ name, found }) =>
      found.state === "found" && isDue(found.object, snapshot) === true
        ? [ofPod("pod has unbound immediate PersistentVolumeClaims", { of: "claim", claim: name, is: "unbound" })]
        : [],
    );
    const told = new Set(troubles.map(({ lack }) => lack.of === "claim" && lack.claim));
    return [...troubles, ...unbound.filter(({ lack }) => lack.of === "claim" && !told.has(lack.claim))];
  },
  prepare(pod, { snapshot }) {
    const claims = podClaims(pod, snapshot);
    if (claims.length === 0) return () => [];
    const known = claims.flatMap(({ found }) => (found.state === "found" ? [found.object] : []));
    const open = claims.flatMap(({ found }): Undecided[] => [...undecided("VolumeBinding", found)]);
    const bound = known.filter(isBound);
    const waiting = known.flatMap((claim): Waiting[] => {
      const found = classOf(claim, snapshot);
      return isBound(claim) || isDue(claim, snapshot) === true || found.state === "absent"
        ? []
        : [{ claim, storageClass: found, volumes: volumesOfClass(classNameOf(claim) ?? "", snapshot) }];
    });
    // Of a class that is not known nobody can tell whether its claims should have been bound.
    open.push(...waiting.flatMap(({ storageClass }) => undecided("VolumeBinding", storageClass)));
    return (node) => [...open, ...checkBound(bound, node, snapshot), ...checkWaiting(waiting, node, snapshot)];
  },
};

/** A claim whose volume is chosen together with the node. */
interface Waiting {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: Found<StorageClass>;
  /** Those of its class. */
  readonly volumes: readonly PersistentVolume[];
}

const ofPod = (reason: string, lack: Lack): Rejection => ({
  plugin: "VolumeBinding",
  reason,
  isUnresolvable: true,
  lack,
});

/** What is wrong with one claim, whatever its class (podHasPVCs). That others are missing VolumeRestrictions says before. */
function troubleOf({ name, isEphemeral, found }: PodClaim, pod: Pod): readonly Rejection[] {
  if (found.state === "absent" && isEphemeral)
    return [
      ofPod(`waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`, {
        of: "claim",
        claim: name,
        is: "awaited",
      }),
    ];
  if (found.state !== "found") return [];
  const { metadata, spec, status } = found.object;
  const volume = spec?.volumeName ?? "";
  if (status?.phase === "Lost")
    return [
      ofPod(`persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${volume}"`, {
        of: "claim",
        claim: name,
        is: "lost",
        volume,
      }),
    ];
  if (metadata.deletionTimestamp)
    return [ofPod(`persistentvolumeclaim "${name}" is being deleted`, { of: "claim", claim: name, is: "deleted" })];
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  const isItsOwn = owner?.uid === pod.metadata.uid && owner?.uid !== undefined;
  if (isEphemeral && !isItsOwn)
    return [
      ofPod(`PVC ${fullName(metadata)} was not created for pod ${fullName(pod.metadata)} (pod is not owner)`, {
        of: "claim",
        claim: name,
        is: "foreign",
      }),
    ];
  return [];
}

/**
 * Whether a claim should have been bound before: it is of no class that waits for a node, or names its volume itself. A
 * class that does not exist is like none. Undefined where its class is not known.
 */
function isDue(claim: PersistentVolumeClaim, objects: Objects): boolean | undefined {
  if (isBound(claim)) return false;
  if (claim.spec?.volumeName) return true;
  const found = classOf(claim, objects);
  if (found.state === "unknown") return undefined;
  return found.state === "absent" || !isLate(found.object);
}

/** Bound claims in the pod's order; the scheduler stops at the first that does not fit (checkBoundClaims). */
function checkBound(claims: readonly PersistentVolumeClaim[], node: NodeInfo, objects: Objects): readonly Objection[] {
  const open: Objection[] = [];
  const csiNode = objects.get("CSINode", undefined, node.name);
  for (const { spec, metadata } of claims) {
    const volume = spec?.volumeName ?? "";
    const found = objects.find("PersistentVolume", undefined, volume);
    open.push(...undecided("VolumeBinding", found));
    if (found.state === "absent")
      return [
        ofPod("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)", {
          of: "claim",
          claim: metadata.name,
          is: "lost",
          volume,
        }),
      ];
    const requirements =
      found.state === "found" ? unmetOfVolume(translatedFor(found.object, csiNode), node.labels) : [];
    if (requirements.length > 0)
      return [
        ofPod("node(s) didn't match PersistentVolume's node affinity", {
          of: "volume",
          claim: metadata.name,
          volume,
          requirements,
        }),
      ];
  }
  return open;
}

/** Claims without a volume: one that exists for each, the smallest first, or one that may be made (FindPodVolumes). */
function checkWaiting(waiting: readonly Waiting[], node: NodeInfo, objects: Objects): readonly Objection[] {
  const chosenNode = ({ claim }: Waiting) => claim.metadata.annotations?.["volume.kubernetes.io/selected-node"];
  const begun = waiting.filter((one) => chosenNode(one) !== undefined);
  const elsewhere = begun.find((one) => chosenNode(one) !== node.name);
  if (elsewhere) return [noVolume(elsewhere, "begun-elsewhere", [`metadata.name=${chosenNode(elsewhere)}`])];
  const taken = new Set<string>();
  const toMake = [...begun];
  const bySize = waiting
    .filter((one) => chosenNode(one) === undefined)
    .sort((a, b) => compareSizes(sizeOf(a.claim), sizeOf(b.claim)));
  for (const one of bySize) {
    const volume = matchingVolume(one, node, taken);
    if (volume) taken.add(volume.metadata.name);
    else toMake.push(one);
  }
  const objections: Objection[] = [];
  for (const one of toMake) {
    const its = checkMaking(one, node, objects);
    // A volume that may not be read could still serve.
    const open = objects.list("PersistentVolume").gap;
    objections.push(
      ...its.map((objection) =>
        isRejection(objection) && open && !begun.includes(one)
          ? { plugin: "VolumeBinding" as const, gap: open }
          : objection,
      ),
    );
    if (objections.some(isRejection)) break;
  }
  return objections;
}

const compareSizes = (a: string, b: string): number => {
  const [left, right] = [nanos(a) ?? 0n, nanos(b) ?? 0n];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** Volumes of a class; of equal ones the scheduler takes any, we the first by name. */
const volumesOfClass = (name: string, objects: Objects): readonly PersistentVolume[] =>
  objects
    .list("PersistentVolume")
    .items.filter((volume) => classNameOfVolume(volume) === name)
    .sort((a, b) => compare(a.metadata.name, b.metadata.name));

/** The smallest volume that serves a claim on a node; or the one that is reserved for it (FindMatchingVolume). */
function matchingVolume({ claim, volumes }: Waiting, node: NodeInfo, taken: ReadonlySet<string>) {
  const size = nanos(sizeOf(claim)) ?? 0n;
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { spec, metadata, status } = volume;
    const isReserved = isReservedFor(volume, claim);
    if (taken.has(metadata.name) || (spec?.claimRef && !isReserved)) continue;
    if (capacityOf(volume) < size || metadata.deletionTimestamp || !isOfKind(volume, claim)) continue;
    const isReached = unmetOfVolume(volume, node.labels).length === 0;
    if (isReserved) return isReached ? volume : undefined;
    const selector = claim.spec?.selector as LabelSelector | undefined;
    const serves =
      status?.phase === "Available" &&
      (!selector || matchesSelector(selector, metadata.labels ?? {})) &&
      isReached &&
      (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode));
    if (serves && (!smallest || capacityOf(volume) < capacityOf(smallest))) smallest = volume;
  }
  return smallest;
}

const capacityOf = ({ spec }: PersistentVolume): bigint => nanos(spec?.capacity?.storage) ?? 0n;

function isReservedFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { name, namespace, uid } = spec?.claimRef ?? {};
  return name === metadata.name && namespace === metadata.namespace && (!uid || uid === metadata.uid);
}

/** Of the same volumeMode and VolumeAttributesClass. */
function isOfKind({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean {
  const attributes = (spec: object | undefined) =>
    (spec as { volumeAttributesClassName?: string } | undefined)?.volumeAttributesClassName ?? "";
  return (
    (volume?.volumeMode ?? "Filesystem") === (claim?.volumeMode ?? "Filesystem") &&
    attributes(volume) === attributes(claim)
  );
}

/** Whether a volume may be made for a claim on a node (checkVolumeProvisions). */
function checkMaking(waiting: Waiting, node: NodeInfo, objects: Objects): readonly Objection[] {
  const { claim, storageClass } = waiting;
  if (storageClass.state !== "found") return [];
  if (!isProvisioned(storageClass.object)) return [noVolume(waiting, "none-fits", [])];
  const requirements = unmetOfClass(storageClass.object, node.labels);
  if (requirements.length > 0) return [noVolume(waiting, "topology", requirements)];
  return checkCapacity(claim, storageClass.object, node, objects);
}

const noVolume = (
  { claim }: Waiting,
  because: Extract<Lack, { of: "new-volume" }>["because"],
  requirements: readonly string[],
): Rejection =>
  ofPod("node(s) didn't find available persistent volumes to bind", {
    of: "new-volume",
    claim: claim.metadata.name,
    class: classNameOf(claim) ?? "",
    because,
    requirements,
  });

interface Capacity {
  readonly storageClassName?: string;
  readonly nodeTopology?: LabelSelector;
  readonly maximumVolumeSize?: string;
  readonly capacity?: string;
}

/** Drivers that ask for it tell how much they can make for which nodes (hasEnoughCapacity). */
function checkCapacity(
  claim: PersistentVolumeClaim,
  { metadata, provisioner = "" }: StorageClass,
  { labels }: NodeInfo,
  objects: Objects,
): readonly Objection[] {
  const size = sizeOf(claim);
  if (!size) return [];
  const driver = objects.find("CSIDriver", undefined, provisioner);
  if (driver.state !== "found") return undecided("VolumeBinding", driver);
  if (!(driver.object.spec as { storageCapacity?: boolean } | undefined)?.storageCapacity) return [];
  const { items, gap } = objects.list("CSIStorageCapacity");
  const isEnough = items.some((one) => {
    const { storageClassName, nodeTopology, maximumVolumeSize, capacity } = one as Capacity;
    const most = maximumVolumeSize ?? capacity;
    return (
      storageClassName === metadata.name &&
      most !== undefined &&
      amountOf("storage", most) >= amountOf("storage", size) &&
      matchesSelector(nodeTopology, labels)
    );
  });
  if (isEnough) return [];
  if (gap) return [{ plugin: "VolumeBinding", gap }];
  const lack = { of: "storage", claim: claim.metadata.name, class: metadata.name, size } as const;
  return [ofPod("node(s) did not have enough free storage", lack)];
}
