import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../src/objects/object.ts";
import type { PersistentVolume } from "../../src/objects/persistent-volume.ts";
import type { PersistentVolumeClaim } from "../../src/objects/persistent-volume-claim.ts";
import type { Pod } from "../../src/objects/pod.ts";
import { unknownOf } from "../../src/scheduler/filter.ts";
import { fitPod, rebuiltMessage } from "../../src/scheduler/fit.ts";
import { clusterView } from "../../src/scheduler/node-info.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import type { Gap } from "../../src/snapshot/snapshot.ts";
import { node, pod } from "../support/builders.ts";

const fitOf = (wanting: Pod, objects: readonly KubeObject[], { gaps = [], version = "v1.36.3" }: Around = {}) =>
  fitPod(
    wanting,
    clusterView(
      new Lookup({
        takenAt: "2026-11-24T00:00:00Z",
        serverVersion: version,
        targets: [],
        objects,
        absent: [],
        gaps,
        complete: [],
        logs: [],
        skipped: [],
      }),
    ),
  );
interface Around {
  readonly gaps?: readonly Gap[];
  readonly version?: string;
}

const ZONE = "topology.kubernetes.io/zone";
const worker = (name: string, labels: Record<string, string> = {}) =>
  node(name, {
    metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
    status: { allocatable: { cpu: "4", memory: "8Gi", pods: "10" } },
  });
const using = (...claims: string[]) => ({
  volumes: claims.map((claimName, index) => ({ name: `v${index}`, persistentVolumeClaim: { claimName } })),
});
const wanting = (...claims: string[]) => pod("web", { spec: using(...claims) });
const bound = (name: string, nodeName: string, ...claims: string[]) =>
  pod(name, { spec: { nodeName, ...using(...claims) } });
const claim = (
  name: string,
  spec: PersistentVolumeClaim["spec"] & Record<string, unknown> = {},
  more: Partial<PersistentVolumeClaim> = {},
): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "shop", uid: `uid-of-${name}` },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } }, ...spec },
  status: { phase: spec.volumeName ? "Bound" : "Pending" },
  ...more,
});
const volume = (
  name: string,
  spec: PersistentVolume["spec"] & Record<string, unknown> = {},
  labels: Record<string, string> = {},
): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name, labels },
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "10Gi" }, ...spec },
  status: { phase: "Available" },
});
const on = (key: string, ...values: string[]) => ({
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: "In", values }] }] } },
});
const csi = (handle: string) => ({ csi: { driver: "disk.example.com", volumeHandle: handle } });
const storage = (kind: string, name: string, more: object): KubeObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind,
  metadata: { name },
  ...more,
});
const lateClass = (name: string, provisioner = "disk.example.com", more: object = {}) =>
  storage("StorageClass", name, { provisioner, volumeBindingMode: "WaitForFirstConsumer", ...more });
const limited = (name: string, count: number, driver = "disk.example.com", annotations = {}) => ({
  ...storage("CSINode", name, { spec: { drivers: [{ name: driver, allocatable: { count } }] } }),
  metadata: { name, annotations },
});
const unread = (kind: string, state: Gap["state"] = "forbidden"): Gap => ({ kind, state, message: "no" });

const NO_VOLUME = "didn't find available persistent volumes to bind";
const FITS = "takes it";

const ROWS: readonly (readonly [string, Pod, readonly KubeObject[], string, Around?])[] = [
  [
    "a claim that is missing stops the pod before all nodes",
    wanting("data"),
    [],
    'persistentvolumeclaim "data" not found',
  ],
  [
    "one that names a class that does not exist is like one that should be bound",
    wanting("data"),
    [claim("data", { storageClassName: "none" })],
    "pod has unbound immediate PersistentVolumeClaims",
  ],
  [
    "a volume that is gone, of a claim that says Bound",
    wanting("data"),
    [claim("data", { volumeName: "pv-1" })],
    'persistentvolume "pv-1" not found',
  ],
  [
    "the first of several: missing ones before all else",
    wanting("lost", "data"),
    [claim("lost", { volumeName: "pv-1" }, { status: { phase: "Lost" } })],
    'persistentvolumeclaim "data" not found',
  ],
  [
    "a class that makes volumes",
    wanting("data"),
    [lateClass("fast"), claim("data", { storageClassName: "fast" })],
    FITS,
  ],
  [
    "a class that makes volumes elsewhere",
    wanting("data"),
    [
      lateClass("fast", "disk.example.com", {
        allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ["b"] }] }],
      }),
      claim("data", { storageClassName: "fast" }),
    ],
    NO_VOLUME,
  ],
  [
    "a volume made by hand that is too small",
    wanting("data"),
    [
      lateClass("local", "kubernetes.io/no-provisioner"),
      claim("data", { storageClassName: "local" }),
      volume("pv-1", { storageClassName: "local", capacity: { storage: "4Gi" } }),
    ],
    NO_VOLUME,
  ],
  [
    "one volume for two claims",
    wanting("data", "logs"),
    [
      lateClass("local", "kubernetes.io/no-provisioner"),
      claim("data", { storageClassName: "local" }),
      claim("logs", { storageClassName: "local" }),
      volume("pv-1", { storageClassName: "local" }),
    ],
    NO_VOLUME,
  ],
  [
    "the smaller volume goes to the smaller claim",
    wanting("data", "logs"),
    [
      lateClass("local", "kubernetes.io/no-provisioner"),
      claim("data", { storageClassName: "local", resources: { requests: { storage: "8Gi" } } }),
      claim("logs", { storageClassName: "local" }),
      volume("pv-1", { storageClassName: "local" }),
      volume("pv-2", { storageClassName: "local", capacity: { storage: "6Gi" } }),
    ],
    FITS,
  ],
  [
    "a volume reserved for the claim on a node that does not reach it: no other serves",
    wanting("data"),
    [
      lateClass("local", "kubernetes.io/no-provisioner"),
      claim("data", { storageClassName: "local" }),
      volume("pv-1", {
        storageClassName: "local",
        claimRef: { name: "data", namespace: "shop" },
        ...on("kubernetes.io/hostname", "b"),
      }),
      volume("pv-2", { storageClassName: "local" }),
    ],
    NO_VOLUME,
  ],
  [
    "too little storage told by the driver",
    wanting("data"),
    [
      lateClass("tracked"),
      claim("data", { storageClassName: "tracked" }),
      storage("CSIDriver", "disk.example.com", { spec: { storageCapacity: true } }),
      storage("CSIStorageCapacity", "c", { storageClassName: "tracked", nodeTopology: {}, capacity: "5000M" }),
    ],
    "node(s) did not have enough free storage",
  ],
  [
    "a zone by label, where the node says none",
    wanting("data"),
    [claim("data", { volumeName: "pv-1" }), volume("pv-1", {}, { [ZONE]: "b" })],
    FITS,
  ],
  [
    "the words of 1.32 for a volume elsewhere",
    wanting("data"),
    [claim("data", { volumeName: "pv-1" }), volume("pv-1", on(ZONE, "b"))],
    "node(s) had volume node affinity conflict",
    { version: "v1.32.0" },
  ],
  [
    "the words of 1.33 for a claim of one pod",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1", accessModes: ["ReadWriteOncePod"] }),
      volume("pv-1"),
      bound("old", "a", "data"),
    ],
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",
    { version: "v1.33.13" },
  ],
  [
    "unbound claims count toward the limit of their driver",
    wanting("data"),
    [
      lateClass("fast"),
      claim("data", { storageClassName: "fast" }),
      claim("old", { storageClassName: "fast" }),
      bound("old", "a", "old"),
      limited("a", 1),
    ],
    "node(s) exceed max volume count",
  ],
  [
    "a volume that two pods of the node share counts once",
    wanting("data"),
    [claim("data", { volumeName: "pv-1" }), volume("pv-1", csi("1")), bound("old", "a", "data"), limited("a", 1)],
    FITS,
  ],
  [
    "a volume attached for nobody counts",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", csi("1")),
      volume("pv-2", csi("2")),
      storage("VolumeAttachment", "va", {
        spec: { attacher: "disk.example.com", nodeName: "a", source: { persistentVolumeName: "pv-2" } },
      }),
      limited("a", 1),
    ],
    "node(s) exceed max volume count",
  ],
  [
    "… not before 1.32",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", csi("1")),
      volume("pv-2", csi("2")),
      storage("VolumeAttachment", "va", {
        spec: { attacher: "disk.example.com", nodeName: "a", source: { persistentVolumeName: "pv-2" } },
      }),
      limited("a", 1),
    ],
    FITS,
    { version: "v1.31.14" },
  ],
  [
    "an in-tree disk is its driver's, whatever the node says",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", { awsElasticBlockStore: { volumeID: "aws://eu-1a/vol-1" } }),
      limited("a", 0, "ebs.csi.aws.com"),
    ],
    "node(s) exceed max volume count",
  ],
  [
    "… in older ones too",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", { awsElasticBlockStore: { volumeID: "aws://eu-1a/vol-1" } }),
      limited("a", 0, "ebs.csi.aws.com"),
    ],
    "node(s) exceed max volume count",
    { version: "v1.33.13" },
  ],
  [
    "… one of Portworx before 1.36 where the node says so",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", { portworxVolume: { volumeID: "1" } }),
      limited("a", 0, "pxd.portworx.com"),
    ],
    FITS,
    { version: "v1.35.3" },
  ],
  [
    "… and of Portworx in 1.36",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", { portworxVolume: { volumeID: "1" } }),
      limited("a", 0, "pxd.portworx.com"),
    ],
    "node(s) exceed max volume count",
  ],
  [
    "terms that contradict each other",
    pod("web", {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                {
                  matchFields: ["a", "b"].map((name) => ({ key: "metadata.name", operator: "In", values: [name] })),
                },
              ],
            },
          },
        },
      },
    }),
    [],
    "pod affinity terms conflict",
  ],
  // What may not be read is no yes.
  [
    "claims that may not be read",
    wanting("data"),
    [],
    "undecided: VolumeBinding PersistentVolumeClaim",
    { gaps: [unread("PersistentVolumeClaim")] },
  ],
  [
    "a volume that may not be read",
    wanting("data"),
    [claim("data", { volumeName: "pv-1" })],
    "undecided: VolumeBinding PersistentVolume",
    { gaps: [unread("PersistentVolume")] },
  ],
  [
    "a class that may not be read",
    wanting("data"),
    [claim("data", { storageClassName: "fast" })],
    "undecided: VolumeBinding StorageClass",
    { gaps: [unread("StorageClass")] },
  ],
  [
    "volumes made by hand that may not be read",
    wanting("data"),
    [lateClass("local", "kubernetes.io/no-provisioner"), claim("data", { storageClassName: "local" })],
    "undecided: VolumeBinding PersistentVolume",
    { gaps: [unread("PersistentVolume")] },
  ],
  [
    "… do not matter where volumes are made",
    wanting("data"),
    [lateClass("fast"), claim("data", { storageClassName: "fast" })],
    FITS,
    { gaps: [unread("PersistentVolume")] },
  ],
  [
    "limits that may not be read",
    wanting("data"),
    [claim("data", { volumeName: "pv-1" }), volume("pv-1", csi("1"))],
    "undecided: NodeVolumeLimits CSINode",
    { gaps: [unread("CSINode")] },
  ],
  [
    "claims of others that may not be read: enough room for all of them",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", csi("1")),
      { ...bound("old", "a", "old"), metadata: { name: "old", namespace: "other" } },
      limited("a", 2),
    ],
    FITS,
    { gaps: [{ ...unread("PersistentVolumeClaim"), namespace: "other" }] },
  ],
  [
    "… and not enough",
    wanting("data"),
    [
      claim("data", { volumeName: "pv-1" }),
      volume("pv-1", csi("1")),
      { ...bound("old", "a", "old"), metadata: { name: "old", namespace: "other" } },
      limited("a", 1),
    ],
    "undecided: NodeVolumeLimits PersistentVolumeClaim",
    { gaps: [{ ...unread("PersistentVolumeClaim"), namespace: "other" }] },
  ],
];

describe("volumes on one node", () => {
  const rows = ROWS.map(
    ([title, one, objects, expected, around = {}]) => [title, one, objects, expected, around] as const,
  );
  test.each(rows)("%s", (_, one, objects, expected, around) => {
    const fit = fitOf(one, [worker("a", {}), ...objects], around);
    const [open] = fit.nodes[0]?.undecided ?? [];
    const said = rebuiltMessage(fit);
    expect(fit.accepts).toEqual(expected === FITS ? ["a"] : []);
    if (expected === FITS) expect(said).toBe("0/1 nodes are available.");
    else if (expected.startsWith("undecided"))
      expect(`undecided: ${open?.plugin} ${open && unknownOf(open)}`).toBe(expected);
    else expect(said).toContain(expected);
  });

  test("what comes after a missing claim is known all the same", () => {
    const fit = fitOf({ ...wanting("data"), spec: { ...wanting("data").spec, nodeSelector: { disk: "ssd" } } }, [
      worker("a"),
    ]);
    expect(rebuiltMessage(fit)).toBe('0/1 nodes are available: persistentvolumeclaim "data" not found.');
    expect(fit.nodes[0]?.rejections.map(({ plugin }) => plugin)).toEqual(["NodeAffinity"]);
  });
});
