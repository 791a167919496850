// Random classes, volumes and claims for test/cluster/scheduler-agreement.mjs, and pods that use them. There is no
// controller and no driver: what these would write is written here, which is all that the scheduler looks at.
import { setTimeout as sleep } from "node:timers/promises";
import { api, list } from "./api.mjs";

const ZONE = "topology.kubernetes.io/zone";
const OLD_ZONE = "failure-domain.beta.kubernetes.io/zone";
const DISK = "disk.example.com";
const TRACKED = "tracked.example.com";
const GCE = "pd.csi.storage.gke.io";
const HOLD = "example.com/hold";
const claimsOf = (namespace) => `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
const VOLUMES = "/api/v1/persistentvolumes";
const STORAGE = "/apis/storage.k8s.io/v1";

/** As GCE names them: its in-tree volumes are translated by that. */
const [A, B, C] = ["eu-1-a", "eu-1-b", "eu-1-c"];

/** Labels that place a node as clouds do it. */
export const placeLabels = ({ maybe, pick }) => ({
  ...maybe(70, () => ({ [ZONE]: pick(A, B, C) })),
  ...maybe(50, () => ({ "topology.gke.io/zone": pick(A, B, C) })),
  ...maybe(30, () => ({ "topology.kubernetes.io/region": pick("r1", "r2") })),
  ...maybe(10, () => ({ [OLD_ZONE]: pick(A, B) })),
});

/**
 * Makes the classes, volumes, claims, drivers and attachments around some nodes. Names hold the number of the batch: what
 * an earlier one left in the scheduler's caches says nothing about this one.
 */
export async function makeVolumes(number, nodes, { random, pick, maybe }) {
  const named = (name) => `${name}-b${number}`;
  const times = (count, make) => Promise.all(Array.from({ length: count }, (_, index) => make(index)));
  const classes = {
    now: named("now"),
    late: named("late"),
    manual: named("manual"),
    zoned: named("zoned"),
    tracked: named("tracked"),
    gce: named("gce"),
  };
  const made = [];
  const make = async (path, object) => {
    const answer = await api("POST", path, object);
    made.push(`${path}/${object.metadata.name}`);
    return answer;
  };
  const late = "WaitForFirstConsumer";
  const expressions = (...pairs) => [{ matchLabelExpressions: pairs.map(([key, values]) => ({ key, values })) }];
  await Promise.all(
    [
      [classes.now, DISK, "Immediate"],
      [classes.late, DISK, late],
      [classes.manual, "kubernetes.io/no-provisioner", late],
      [
        classes.zoned,
        DISK,
        late,
        pick(expressions([ZONE, [A]]), expressions([ZONE, [A, B]], ["disk", ["ssd"]]), [
          ...expressions([ZONE, [B]]),
          ...expressions(["disk", ["hdd"]]),
        ]),
      ],
      [classes.tracked, TRACKED, late],
      [classes.gce, "kubernetes.io/gce-pd", late],
    ].map(([name, provisioner, volumeBindingMode, allowedTopologies]) =>
      make(`${STORAGE}/storageclasses`, { metadata: { name }, provisioner, volumeBindingMode, allowedTopologies }),
    ),
  );
  if (!(await api("GET", `${STORAGE}/csidrivers/${TRACKED}`)))
    await api("POST", `${STORAGE}/csidrivers`, { metadata: { name: TRACKED }, spec: { storageCapacity: true } });
  await times(2, (index) =>
    make(`${STORAGE}/namespaces/one/csistoragecapacities`, {
      metadata: { name: named(`capacity-${index}`) },
      storageClassName: classes.tracked,
      ...maybe(85, () => ({
        nodeTopology: pick({}, { matchLabels: { [ZONE]: pick(A, B) } }, { matchLabels: { disk: "ssd" } }),
      })),
      ...maybe(85, () => ({ capacity: pick("2Gi", "7Gi", "4G") })),
      ...maybe(40, () => ({ maximumVolumeSize: pick("1Gi", "5Gi") })),
    }),
  );

  const place = () =>
    pick(
      undefined,
      undefined,
      { key: ZONE, operator: "In", values: pick([A], [B], [A, C]) },
      { key: "disk", operator: "In", values: ["ssd"] },
      { key: "kubernetes.io/hostname", operator: "In", values: [pick(...nodes).metadata.name] },
    );
  const affinity = (requirement) =>
    requirement && { required: { nodeSelectorTerms: [{ matchExpressions: [requirement] }] } };
  const source = (index) =>
    pick(
      { csi: { driver: DISK, volumeHandle: named(`handle-${index}`) } },
      { csi: { driver: DISK, volumeHandle: named(`handle-${index}`) } },
      { gcePersistentDisk: { pdName: named(`disk-${index}`) } },
      { nfs: { server: "nfs", path: "/" } },
    );
  const volume = async (name, spec, labels, phase) => {
    const { metadata, ...rest } = await make(VOLUMES, { metadata: { name, labels }, spec });
    await api("PUT", `${VOLUMES}/${name}/status`, { ...rest, metadata, status: { phase } });
    return metadata;
  };
  const claim = async (namespace, name, spec, { phase = "Pending", annotations, finalizers, ownerReferences } = {}) => {
    const path = claimsOf(namespace);
    const object = await make(path, { metadata: { name, annotations, finalizers, ownerReferences }, spec });
    if (phase !== "Pending") await api("PUT", `${path}/${name}/status`, { ...object, status: { phase } });
    return object;
  };
  const size = (storage) => ({ requests: { storage } });
  const BOUND = { phase: "Bound", annotations: { "pv.kubernetes.io/bind-completed": "yes" } };
  const modes = () => pick(["ReadWriteOnce"], ["ReadWriteOnce"], ["ReadWriteMany"], ["ReadWriteOncePod"]);

  // Volumes made by hand; no two of one size, as the scheduler takes any of those.
  await times(4, async (index) => {
    const isReserved = random(6) === 0;
    await volume(
      named(`static-${index}`),
      {
        accessModes: pick(["ReadWriteOnce"], ["ReadWriteOnce", "ReadWriteMany"], ["ReadWriteOncePod"]),
        capacity: { storage: `${2 * index + 1 + random(2)}Gi` },
        storageClassName: pick(classes.manual, classes.manual, classes.late, classes.zoned),
        ...maybe(15, () => ({ volumeMode: "Block" })),
        ...(isReserved && { claimRef: { namespace: "one", name: named(pick("manual-0", "manual-1", "other")) } }),
        nodeAffinity: affinity(place()),
        hostPath: { path: "/x" },
      },
      maybe(60, () => ({ kind: pick("fast", "slow") })),
      pick("Available", "Available", "Available", "Released", "Pending"),
    );
  });

  const bound = async (namespace, index) => {
    const name = `bound-${index}`;
    const id = named(`pv-${namespace}-${index}`);
    const accessModes = modes();
    await volume(
      id,
      {
        accessModes,
        capacity: { storage: "1Gi" },
        storageClassName: pick("", classes.late),
        claimRef: { namespace, name: named(name) },
        nodeAffinity: affinity(place()),
        ...source(`${namespace}-${index}`),
      },
      {
        ...maybe(30, () => ({ [ZONE]: pick(A, B, `${A}__${C}`) })),
        ...maybe(10, () => ({ "topology.kubernetes.io/region": "r1" })),
        ...maybe(10, () => ({ [OLD_ZONE]: pick(A, B) })),
      },
      "Bound",
    );
    await claim(
      namespace,
      named(name),
      { accessModes, volumeName: id, storageClassName: "", resources: size("1Gi") },
      BOUND,
    );
    return named(name);
  };
  const waiting = (namespace) => async (index) => {
    const kind = ["late", "manual", "manual", "zoned", "tracked", "gce", "late", "zoned"][index];
    const name = named(`${kind}-${index === 2 ? 1 : index === 1 ? 0 : index}`);
    await claim(
      namespace,
      name,
      {
        accessModes: modes(),
        storageClassName: classes[kind],
        resources: size(pick("1Gi", "3Gi", "6Gi", "500M")),
        ...maybe(20, () => ({ selector: { matchLabels: { kind: pick("fast", "slow") } } })),
        ...maybe(10, () => ({ volumeMode: "Block" })),
      },
      { annotations: maybe(6, () => ({ "volume.kubernetes.io/selected-node": pick(...nodes).metadata.name })) },
    );
    return name;
  };
  const good = {
    one: [...(await times(8, (index) => bound("one", index))), ...(await times(8, waiting("one")))],
    two: [...(await times(4, (index) => bound("two", index))), ...(await times(4, waiting("two")))],
  };
  const accessModes = ["ReadWriteOnce"];
  const resources = size("1Gi");
  const bad = {
    missing: () => named("missing"),
    now: await claim("one", named("now"), { accessModes, resources, storageClassName: classes.now }),
    noClass: await claim("one", named("no-class"), { accessModes, resources }),
    emptyClass: await claim("one", named("empty-class"), { accessModes, resources, storageClassName: "" }),
    wrongClass: await claim("one", named("wrong-class"), { accessModes, resources, storageClassName: named("none") }),
    named: await claim("one", named("named"), {
      accessModes,
      resources,
      storageClassName: classes.late,
      volumeName: named("static-0"),
    }),
    lost: await claim(
      "one",
      named("lost"),
      { accessModes, resources, storageClassName: "", volumeName: named("gone") },
      { ...BOUND, phase: "Lost" },
    ),
    gone: await claim(
      "one",
      named("gone"),
      { accessModes, resources, storageClassName: "", volumeName: named("gone") },
      BOUND,
    ),
    deleted: await claim(
      "one",
      named("deleted"),
      { accessModes, resources, storageClassName: classes.late },
      { finalizers: [HOLD] },
    ),
  };
  await api("DELETE", `${claimsOf("one")}/${named("deleted")}`);
  const badNames = Object.entries(bad).map(([, one]) => (typeof one === "function" ? one() : one.metadata.name));

  await Promise.all(
    nodes.map(({ metadata: { name } }) => {
      const drivers = [DISK, TRACKED, GCE].flatMap((driver) =>
        random(100) < 55
          ? [{ name: driver, nodeID: name, ...maybe(85, () => ({ allocatable: { count: pick(1, 2, 2, 3) } })) }]
          : [],
      );
      const annotations = maybe(60, () => ({ "storage.alpha.kubernetes.io/migrated-plugins": "kubernetes.io/gce-pd" }));
      return random(100) < 75
        ? make(`${STORAGE}/csinodes`, { metadata: { name, annotations }, spec: { drivers } })
        : undefined;
    }),
  );
  await times(3, (index) =>
    make(`${STORAGE}/volumeattachments`, {
      metadata: { name: named(`attachment-${index}`) },
      spec: {
        attacher: DISK,
        nodeName: pick(...nodes).metadata.name,
        source: { persistentVolumeName: named(`pv-${pick("one", "two")}-${random(4)}`) },
      },
    }),
  );

  const inline = () =>
    pick(
      { gcePersistentDisk: { pdName: named(pick("x", "y")), ...maybe(50, () => ({ readOnly: true })) } },
      { awsElasticBlockStore: { volumeID: named(pick("x", "y")) } },
      {
        iscsi: {
          targetPortal: "10.0.0.1",
          iqn: named("iqn.2001-04.com:x"),
          lun: 0,
          ...maybe(50, () => ({ readOnly: true })),
        },
      },
      {
        rbd: {
          monitors: pick(["m1"], ["m1", "m2"], ["m2"]),
          image: named("x"),
          ...maybe(50, () => ({ readOnly: true })),
        },
      },
    );
  const use = (claimName) => ({ persistentVolumeClaim: { claimName } });
  const inOrder = (sources) => ({ volumes: sources.map((one, index) => ({ name: `v${index}`, ...one })) });
  return {
    /** Volumes of a pod that has a node. */
    ofBound: (namespace) =>
      maybe(60, () =>
        inOrder([
          ...(random(4) ? [use(pick(...good[namespace]))] : []),
          ...(random(3) ? [] : [use(pick(...good[namespace]))]),
          ...(random(4) ? [] : [inline()]),
        ]),
      ),
    /** Volumes of a pod that waits; `scratch` is for its own. */
    ofPending: () =>
      maybe(75, () =>
        inOrder([
          ...(random(8) ? [use(pick(...good.one))] : []),
          ...(random(2) ? [use(pick(...good.one))] : []),
          ...(random(12) ? [] : [use(pick(...badNames))]),
          ...(random(6) ? [] : [inline()]),
          ...(random(12)
            ? []
            : [
                {
                  ephemeral: {
                    volumeClaimTemplate: { spec: { accessModes, resources, storageClassName: classes.late } },
                  },
                },
              ]),
        ]),
      ),
    /** The claims of ephemeral volumes, as their controller makes them; some are not made yet, some belong to nobody. */
    makeEphemeral: (pods) =>
      Promise.all(
        pods.flatMap(({ metadata: { name, uid }, spec }) =>
          (spec.volumes ?? []).flatMap((one) => {
            if (!one.ephemeral || random(4) === 0) return [];
            const owner = { apiVersion: "v1", kind: "Pod", name, uid, controller: true };
            const isLost = random(4) === 0;
            return [
              claim(
                "one",
                `${name}-${one.name}`,
                {
                  accessModes,
                  resources,
                  storageClassName: pick(classes.late, classes.manual, classes.zoned, classes.now),
                  ...(isLost && { volumeName: named("gone"), storageClassName: "" }),
                },
                { ...maybe(90, () => ({ ownerReferences: [owner] })), ...(isLost && BOUND) },
              ),
            ];
          }),
        ),
      ),
    remove: async () => {
      const path = `${claimsOf("one")}/${named("deleted")}`;
      const { status: _, ...object } = await api("GET", path);
      await api("PUT", path, { ...object, metadata: { ...object.metadata, finalizers: [] } });
      // Claims that a pod used before go by themselves.
      await Promise.all(made.map((one) => api("DELETE", one)));
      await sleep(50);
    },
  };
}

/** All that was made, as the snapshot holds it. */
export async function allVolumeObjects() {
  const kinds = [
    ["v1", "PersistentVolumeClaim", "/api/v1/persistentvolumeclaims"],
    ["v1", "PersistentVolume", VOLUMES],
    ["storage.k8s.io/v1", "StorageClass", `${STORAGE}/storageclasses`],
    ["storage.k8s.io/v1", "CSINode", `${STORAGE}/csinodes`],
    ["storage.k8s.io/v1", "CSIDriver", `${STORAGE}/csidrivers`],
    ["storage.k8s.io/v1", "CSIStorageCapacity", `${STORAGE}/csistoragecapacities`],
    ["storage.k8s.io/v1", "VolumeAttachment", `${STORAGE}/volumeattachments`],
  ];
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind, path]) => (await list(path)).map((one) => ({ apiVersion, kind, ...one }))),
  );
  return lists.flat();
}
