import { lastSeen } from "../../objects/event.ts";
import type { KubeObject } from "../../objects/object.ts";
import { claimNames, classNameOf, type PersistentVolumeClaim } from "../../objects/persistent-volume-claim.ts";
import type { Pod } from "../../objects/pod.ts";
import type { Collector } from "../collector.ts";
import { podEvents } from "../targets.ts";
import type { Reader } from "./standing.ts";

/** Bounds for lists that only make an answer better. */
const MOST_CLAIMS = 300;
const MOST_VOLUMES = 1000;
const MOST_PODS = 1000;

/** The chain behind each claim of a pod without mounted volumes: class, provisioner, volume, who holds it. */
const volume: Reader = async (pod, collector, { isDone, hasSandbox, isOneOfMany }) => {
  if (isDone || hasSandbox || pod.metadata.deletionTimestamp) return;
  const namespace = pod.metadata.namespace;
  const claims = await Promise.all(
    claimNames(pod).map((name) => collector.get("PersistentVolumeClaim", namespace, name)),
  );
  const troubles = pod.spec.nodeName && !isOneOfMany ? await volumeTroubles(pod, collector) : "";
  await Promise.all([
    claims.some((claim) => !claim)
      ? collector.list("PersistentVolumeClaim", namespace, { most: MOST_CLAIMS })
      : undefined,
    ...claims.map((claim) => claim && readClaim(claim as PersistentVolumeClaim, pod, collector, isOneOfMany)),
    readDrivers(pod, troubles, collector),
  ]);
};
export default volume;

async function readClaim(
  claim: PersistentVolumeClaim,
  pod: Pod,
  collector: Collector,
  isOneOfMany: boolean,
): Promise<void> {
  const { namespace, name } = claim.metadata;
  const { volumeName, accessModes = [] } = claim.spec ?? {};
  const bound = volumeName ? collector.get("PersistentVolume", undefined, volumeName) : undefined;
  // Who else holds a volume that only one node, or one pod, may have; also what keeps a claim from being deleted.
  const isExclusive = !accessModes.includes("ReadWriteMany") && !accessModes.includes("ReadOnlyMany");
  const holders =
    (isExclusive || claim.metadata.deletionTimestamp) && !isOneOfMany
      ? collector.list("Pod", namespace, { most: MOST_PODS })
      : undefined;
  if (claim.status?.phase === "Bound") {
    await Promise.all([
      holders,
      bound,
      isExclusive && pod.spec.nodeName
        ? collector.list("VolumeAttachment", undefined, { most: MOST_VOLUMES })
        : undefined,
    ]);
    return;
  }
  const className = classNameOf(claim);
  const [storageClass] = await Promise.all([
    className ? collector.get("StorageClass", undefined, className) : undefined,
    collector.list("Event", namespace, {
      fieldSelector: isOneOfMany
        ? "involvedObject.kind=PersistentVolumeClaim"
        : `involvedObject.kind=PersistentVolumeClaim,involvedObject.name=${name}`,
    }),
    holders,
    bound,
  ]);
  const { provisioner } = (storageClass ?? {}) as { provisioner?: string };
  const isStatic = !className || !storageClass || provisioner === "kubernetes.io/no-provisioner";
  await Promise.all([
    storageClass ? undefined : collector.list("StorageClass", undefined),
    isStatic ? collector.list("PersistentVolume", undefined, { most: MOST_VOLUMES }) : undefined,
    provisioner && !isStatic ? collector.get("CSIDriver", undefined, provisioner) : undefined,
  ]);
}

/** What the newest events say of the volumes. */
async function volumeTroubles({ metadata }: Pod, collector: Collector): Promise<string> {
  const events = (await podEvents(metadata.name, metadata.namespace ?? "", collector)) as readonly (KubeObject & {
    reason?: string;
    message?: string;
  })[];
  return events
    .filter(({ reason = "" }) => /Mount|Attach|MapVolume/.test(reason))
    .sort((a, b) => (lastSeen(a as never) < lastSeen(b as never) ? -1 : 1))
    .map(({ message = "" }) => message)
    .join("\n");
}

/** Where a driver is missing, or a mount hangs in one: which drivers the node has, and their pods there. */
async function readDrivers({ spec }: Pod, troubles: string, collector: Collector): Promise<void> {
  const usesDriver = (spec.volumes ?? []).some(
    ({ csi, persistentVolumeClaim, ephemeral }) => csi ?? persistentVolumeClaim ?? ephemeral,
  );
  if (!spec.nodeName || !usesDriver) return;
  await Promise.all([
    collector.get("CSINode", undefined, spec.nodeName),
    /registered CSI drivers|rpc error|csi/i.test(troubles)
      ? collector.tryList("Pod", undefined, { fieldSelector: `spec.nodeName=${spec.nodeName}`, most: 110 })
      : undefined,
  ]);
}
