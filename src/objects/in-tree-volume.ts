import type { CSINode } from "./csi-node.ts";

/** An in-tree type of volume, and the driver that serves it today (csi-translation-lib v0.36 plugins). */
export interface InTreeType {
  readonly provisioner: string;
  readonly driver: string;
  /** Of a pod's volume or a PersistentVolume. */
  readonly field: string;
  /** Where that field tells volumes apart. */
  readonly id: string;
  /** The label that the driver gives nodes for their zone. */
  readonly zoneKey?: string;
}

/** Those that the scheduler translates; others, such as azureFile and vsphereVolume, it never did. */
const TYPES: readonly InTreeType[] = [
  {
    provisioner: "kubernetes.io/aws-ebs",
    driver: "ebs.csi.aws.com",
    field: "awsElasticBlockStore",
    id: "volumeID",
    zoneKey: "topology.ebs.csi.aws.com/zone",
  },
  {
    provisioner: "kubernetes.io/gce-pd",
    driver: "pd.csi.storage.gke.io",
    field: "gcePersistentDisk",
    id: "pdName",
    zoneKey: "topology.gke.io/zone",
  },
  { provisioner: "kubernetes.io/azure-disk", driver: "disk.csi.azure.com", field: "azureDisk", id: "diskURI" },
  {
    provisioner: "kubernetes.io/cinder",
    driver: "cinder.csi.openstack.org",
    field: "cinder",
    id: "volumeID",
    zoneKey: "topology.cinder.csi.openstack.org/zone",
  },
  {
    provisioner: "kubernetes.io/portworx-volume",
    driver: "pxd.portworx.com",
    field: "portworxVolume",
    id: "volumeID",
  },
];

/** A volume as its driver knows it. */
export interface DriverVolume {
  readonly driver: string;
  readonly handle: string;
}

type Source = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

/** Labels that place a node or a volume, and their names until 1.17. */
export const ZONE = "topology.kubernetes.io/zone";
export const OLD_ZONE = "failure-domain.beta.kubernetes.io/zone";
export const REGION = "topology.kubernetes.io/region";
export const OLD_REGION = "failure-domain.beta.kubernetes.io/region";

/** The in-tree type of a pod's volume or of a PersistentVolume's spec; undefined for all other sources. */
export const inTreeType = (source: Source): InTreeType | undefined =>
  TYPES.find(({ field }) => source[field] !== undefined);

/** The driver's volume of an in-tree source, of a pod or with the labels of its PersistentVolume; undefined for all other sources. */
export function driverVolume(
  source: Source,
  labels: Labels = {},
): (DriverVolume & { provisioner: string }) | undefined {
  const type = inTreeType(source);
  if (!type) return undefined;
  const { provisioner, driver, field, id } = type;
  const text = String((source[field] as Source)[id]);
  // `aws://zone/vol-1` and `vol-1` are the same disk; disks of GCE have the same name in several zones.
  const zone = field === "gcePersistentDisk" ? `${labels[OLD_ZONE] || labels[ZONE] || ""}/` : "";
  return { provisioner, driver, handle: `${zone}${text.replace(/^aws:.*\//, "")}` };
}

/** The driver of an in-tree provisioner; undefined for those of other drivers. */
export const driverOfProvisioner = (provisioner: string): string | undefined =>
  TYPES.find((one) => one.provisioner === provisioner)?.driver;

/** Whether a node says that its volumes of an in-tree type are the driver's by now. */
export const isMigratedBy = ({ metadata }: CSINode, provisioner: string): boolean =>
  metadata.annotations?.["storage.alpha.kubernetes.io/migrated-plugins"]?.split(",").includes(provisioner) ?? false;
