import type { CSINode } from "../objects/csi-node.ts";
import { inTreeType, isMigratedBy, OLD_REGION, OLD_ZONE, REGION, ZONE } from "../objects/in-tree-volume.ts";
import type { PersistentVolume } from "../objects/persistent-volume.ts";

/**
 * A volume as a node with its driver is asked for it: the zone goes by the driver's own label
 * (csi-translation-lib v0.36 plugins/in_tree_volume.go translateTopologyFromInTreeToCSI).
 */
export function translatedFor(volume: PersistentVolume, csiNode: CSINode | undefined): PersistentVolume {
  const type = inTreeType(volume.spec ?? {});
  if (!type?.zoneKey || !csiNode || !isMigratedBy(csiNode, type.provisioner)) return volume;
  const { zoneKey } = type;
  const terms = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const has = (key: string) =>
    terms.some(({ matchExpressions = [] }) => matchExpressions.some((one) => one.key === key));
  const labels = volume.metadata.labels ?? {};
  const isOld = !has(ZONE) && (has(OLD_ZONE) || (labels[ZONE] === undefined && labels[OLD_ZONE] !== undefined));
  const zone = isOld ? OLD_ZONE : ZONE;
  const zones = (labels[zone] ?? "").split("__").map((one) => one.trim());
  const values = [...new Set(zones.filter(Boolean))];
  const added = !has(zone) && values.length > 0 ? [{ key: zoneKey, operator: "In", values }] : [];
  const renamed = (key: string) => (key === zone ? zoneKey : isOld && key === OLD_REGION ? REGION : key);
  const nodeSelectorTerms = (terms.length === 0 && added.length > 0 ? [{ matchExpressions: [] }] : terms).map(
    ({ matchExpressions = [], ...rest }) => ({
      ...rest,
      matchExpressions: [...matchExpressions.map((one) => ({ ...one, key: renamed(one.key) })), ...added],
    }),
  );
  if (nodeSelectorTerms.length === 0) return volume;
  return { ...volume, spec: { ...volume.spec, nodeAffinity: { required: { nodeSelectorTerms } } } };
}
