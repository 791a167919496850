import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Node } from "../../src/objects/node.ts";
import { fullName, type KubeObject } from "../../src/objects/object.ts";
import type { Pod } from "../../src/objects/pod.ts";
import { editedNode, patchedPod } from "../../src/scheduler/edit.ts";
import { fitPod } from "../../src/scheduler/fit.ts";
import { clusterView } from "../../src/scheduler/node-info.ts";
import { type Change, smallestChanges } from "../../src/scheduler/smallest-change.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { node, pod } from "../support/builders.ts";

const viewOf = (objects: readonly KubeObject[]) =>
  clusterView(
    new Lookup({
      takenAt: "2026-11-24T00:00:00Z",
      targets: [],
      objects,
      absent: [],
      gaps: [],
      complete: [],
      logs: [],
      skipped: [],
    }),
  );

const changesFor = (wanting: Pod, objects: readonly KubeObject[]) => smallestChanges(wanting, viewOf(objects));

/** A node after an edit, where that is about it; one that is waited for is ready. */
function edited(one: Node, edit: Change["edits"][number]): Node {
  if (!("node" in edit) || edit.node !== one.metadata.name) return one;
  return edit.of === "wait" && edit.pods.length === 0 ? Object.assign({}, one, { spec: {} }) : editedNode(one, edit);
}

/** The nodes that take the pod once the change is made on the objects themselves. */
function acceptedAfter({ patch, edits }: Change, wanting: Pod, objects: readonly KubeObject[]): readonly string[] {
  const gone = edits.flatMap((edit) => (edit.of === "make-room" || edit.of === "wait" ? edit.pods : []));
  const left = objects.filter(({ kind, metadata }) => kind !== "Pod" || !gone.includes(fullName(metadata)));
  const changed = left.map((object) => (object.kind === "Node" ? edits.reduce(edited, object as Node) : object));
  const added = edits.flatMap((edit): KubeObject[] => {
    const like = changed.find(({ metadata }) => edit.of === "new-node" && metadata.name === edit.like) as
      | Node
      | undefined;
    if (edit.of !== "new-node" || !like) return [];
    const labels = { ...like.metadata.labels, "kubernetes.io/hostname": "new", ...edit.labels };
    // What Kubernetes itself puts on a node in trouble is no part of a new one.
    const taints = like.spec?.taints?.filter(({ key }) => !key.startsWith("node.kubernetes.io/")) ?? [];
    return [
      {
        ...like,
        metadata: { name: "new", labels },
        spec: { taints },
        status: { allocatable: { ...like.status?.allocatable, ...edit.allocatable } },
      },
    ];
  });
  return fitPod(patch ? patchedPod(wanting, patch) : wanting, viewOf([...changed, ...added])).accepts;
}

interface Recorded {
  readonly clusters: readonly {
    readonly objects: readonly KubeObject[];
    readonly cases: readonly { readonly pod: Pod }[];
  }[];
}
const { clusters } = JSON.parse(readFileSync(new URL("agreement.json", import.meta.url), "utf8")) as Recorded;

/** The recorded pods avoid a pod on each node, so that none of them was bound; without that they are ordinary pods. */
function withoutKeeper(one: Pod): Pod {
  const { podAntiAffinity, ...affinity } = one.spec.affinity ?? {};
  const terms = podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const required = terms.filter((term) => !JSON.stringify(term).includes('"keeper"'));
  return {
    ...one,
    spec: {
      ...one.spec,
      affinity: { ...affinity, podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
    },
  };
}

describe("pods that no node of a random cluster takes", () => {
  const stuck = clusters.flatMap(({ objects, cases }) => {
    const view = viewOf(objects);
    return cases
      .map((one) => withoutKeeper(one.pod))
      .filter((one) => fitPod(one, view).accepts.length === 0)
      .map((one) => ({ objects, one }));
  });

  test("fit after each of their changes, made on the objects", () => {
    for (const { objects, one } of stuck) {
      for (const change of changesFor(one, objects)) {
        const accepts = acceptedAfter(change, one, objects);
        expect([one.metadata.name, change.edits, accepts.length > 0]).toEqual([one.metadata.name, change.edits, true]);
        if (change.edits.every(({ of }) => of !== "new-node")) expect(accepts).toEqual(change.accepts);
      }
    }
  });

  test("nearly all have a change", () => {
    expect(stuck.length).toBeGreaterThan(80);
    expect(stuck.filter(({ objects, one }) => changesFor(one, objects).length === 0).length).toBeLessThanOrEqual(
      stuck.length * 0.05,
    );
  });
});

const allocatable = { cpu: "4", memory: "8Gi", pods: "10" };
const worker = (name: string, more: Parameters<typeof node>[1] = {}) =>
  node(name, { status: { allocatable }, metadata: { name, labels: { "kubernetes.io/hostname": name } }, ...more });
const labelled = (name: string, labels: Record<string, string>) => worker(name, { metadata: { name, labels } });
const tainted = (name: string, key: string, value?: string) =>
  worker(name, { spec: { taints: [{ key, ...(value && { value }), effect: "NoSchedule" }] } });
const asking = (requests: Record<string, string>, spec: object = {}): Pod =>
  pod("web", { spec: { containers: [{ name: "app", resources: { requests } }], ...spec } });
const bound = (
  name: string,
  nodeName: string,
  requests: Record<string, string>,
  more: object = {},
  spec: object = {},
): Pod => pod(name, { spec: { nodeName, containers: [{ name: "app", resources: { requests }, ...more }], ...spec } });
const withMetadata = <T extends KubeObject>(object: T, more: object): T => ({
  ...object,
  metadata: { ...object.metadata, ...more },
});
const labelledWeb = (spec: object) => withMetadata(asking({}, spec), { labels: { app: "web" } });
const ofDaemonSet = (one: Pod) =>
  withMetadata(one, {
    ownerReferences: [{ apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid: "1", controller: true }],
  });
const ending = (one: Pod, deletionTimestamp: string) => withMetadata(one, { deletionTimestamp });
const created = (one: Node, creationTimestamp: string) => withMetadata(one, { creationTimestamp });
const nominated = (name: string, nominatedNodeName: string, requests: Record<string, string>, priority: number) =>
  pod(name, {
    spec: { priority, containers: [{ name: "app", resources: { requests } }] },
    status: { nominatedNodeName },
  });
const limitRange = (bounds: object): KubeObject =>
  ({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "bounds", namespace: "shop" },
    spec: { limits: [{ type: "Container", ...bounds }] },
  }) as KubeObject;
const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "web" } } };

const ROWS: readonly (readonly [string, Pod, readonly KubeObject[], readonly (readonly string[])[]])[] = [
  [
    "too much cpu: less of it, down to a round number; or a node more",
    asking({ cpu: "3" }),
    [worker("a"), bound("old", "a", { cpu: "1180m" })],
    [["request app cpu 3 2800m"], ["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "more than any node has: the new one must be larger",
    asking({ cpu: "16" }),
    [worker("a")],
    [["request app cpu 16 4"], ["new-node a cpu=16"]],
  ],
  [
    "nothing left at all: no edit of the pod helps",
    asking({ cpu: "1" }),
    [worker("a"), bound("old", "a", { cpu: "4" })],
    [["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "all places for pods taken: no edit of the pod helps",
    asking({ cpu: "1" }),
    [worker("a", { status: { allocatable: { ...allocatable, pods: "1" } } }), bound("old", "a", {})],
    [["pod-limit a 1 2"], ["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "two containers: both ask for their part",
    pod("web", {
      spec: {
        containers: [
          { name: "app", resources: { requests: { cpu: "3" } } },
          { name: "log", resources: { requests: { cpu: "3" } } },
        ],
      },
    }),
    [worker("a"), bound("old", "a", { cpu: "2" })],
    [["request app cpu 3 1", "request log cpu 3 1"], ["new-node a cpu=6"]],
  ],
  [
    "a slip in the selector: corrected, not dropped",
    asking({}, { nodeSelector: { disk: "sdd" } }),
    [labelled("a", { disk: "ssd" })],
    [["selector disk=sdd disk=ssd"]],
  ],
  [
    "a slip that only the second node shows",
    asking({}, { nodeSelector: { disk: "sdd" } }),
    [worker("a"), labelled("b", { disk: "ssd" })],
    [["selector disk=sdd disk=ssd"], ["selector disk=sdd"], ["label a disk=sdd"], ["new-node a disk=sdd"]],
  ],
  [
    "another choice is no slip",
    asking({}, { nodeSelector: { zone: "b" } }),
    [labelled("a", { zone: "a" })],
    [["selector zone=b"], ["label a zone=b"], ["new-node a zone=b"]],
  ],
  [
    "another architecture: the wish stays",
    asking({}, { nodeSelector: { "kubernetes.io/arch": "arm64" } }),
    [labelled("a", { "kubernetes.io/arch": "amd64" })],
    [["new-node a kubernetes.io/arch=arm64"]],
  ],
  [
    "a taint: the pod's toleration before the node's taint",
    asking({}),
    [tainted("a", "dedicated", "gpu")],
    [["toleration dedicated=gpu:NoSchedule"], ["untaint a dedicated=gpu:NoSchedule"]],
  ],
  [
    "a broken node: nothing gets around its taint, and a new one has none",
    asking({}),
    [tainted("a", "node.kubernetes.io/unreachable")],
    [["new-node a"]],
  ],
  [
    "cordoned: opened again",
    asking({}),
    [
      worker("a", {
        spec: { unschedulable: true, taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }] },
      }),
    ],
    [["uncordon a"], ["new-node a"]],
  ],
  [
    "cpu and a taint on the one node: both",
    asking({ cpu: "3" }),
    [tainted("a", "dedicated", "gpu"), bound("old", "a", { cpu: "2" })],
    [
      ["toleration dedicated=gpu:NoSchedule", "request app cpu 3 2"],
      ["untaint a dedicated=gpu:NoSchedule", "request app cpu 3 2"],
    ],
  ],
  [
    "a host port that is taken: done without",
    pod("web", { spec: { containers: [{ name: "app", ports: [{ containerPort: 80, hostPort: 8080 }] }] } }),
    [worker("a"), bound("old", "a", {}, { ports: [{ containerPort: 80, hostPort: 8080 }] })],
    [["host-port app 8080 TCP"], ["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "the node's own network: a port cannot be done without",
    pod("web", {
      spec: { hostNetwork: true, containers: [{ name: "app", ports: [{ containerPort: 80, hostPort: 80 }] }] },
    }),
    [worker("a"), bound("old", "a", {}, { ports: [{ containerPort: 80, hostPort: 80 }] })],
    [["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "apart from its like: only by preference, or with a node more",
    {
      ...asking({}, { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }),
    },
    [worker("a"), { ...bound("old", "a", {}), metadata: { name: "old", namespace: "shop", labels: { app: "web" } } }],
    [
      [`anti-affinity kubernetes.io/hostname ${JSON.stringify(term.labelSelector)}`],
      ["make-room a shop/old"],
      ["new-node a"],
    ],
  ],
  [
    "a pod that keeps this one away: it has to go",
    labelledWeb({}),
    [
      worker("a"),
      bound(
        "old",
        "a",
        {},
        {},
        { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
      ),
    ],
    [["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "what a DaemonSet holds stays held",
    asking({ cpu: "1" }),
    [worker("a"), ofDaemonSet(bound("agent", "a", { cpu: "4" }))],
    [["new-node a"]],
  ],
  [
    "the least important pods go, and no more of them than must",
    asking({ cpu: "3" }),
    [
      worker("a"),
      bound("low", "a", { cpu: "1500m" }, {}, { priority: 0 }),
      bound("high", "a", { cpu: "1" }, {}, { priority: 10 }),
    ],
    [["request app cpu 3 1500m"], ["make-room a shop/low"], ["new-node a"]],
  ],
  [
    "a pod that is ending: its place will do",
    asking({ cpu: "3" }),
    [worker("a"), ending(bound("old", "a", { cpu: "2" }), "2026-11-24T00:00:20Z")],
    [["wait a shop/old"], ["request app cpu 3 2"], ["new-node a"]],
  ],
  [
    "a pod that should be gone for long: nobody waits for it",
    asking({ cpu: "3" }),
    [worker("a"), ending(bound("old", "a", { cpu: "2" }), "2026-11-23T23:50:00Z")],
    [["request app cpu 3 2"], ["make-room a shop/old"], ["new-node a"]],
  ],
  [
    "a node that has just come and is not ready",
    asking({ cpu: "3" }),
    [created(tainted("a", "node.kubernetes.io/not-ready"), "2026-11-23T23:59:00Z")],
    [["wait a "], ["new-node a"]],
  ],
  [
    "a node that is not ready for long",
    asking({ cpu: "3" }),
    [created(tainted("a", "node.kubernetes.io/not-ready"), "2026-11-23T22:59:00Z")],
    [["new-node a"]],
  ],
  [
    "room kept for another pod of the same priority: that one has to get its place first",
    asking({ cpu: "3" }),
    [worker("a"), nominated("first", "a", { cpu: "2" }, 0)],
    [["request app cpu 3 2"], ["new-node a"]],
  ],
  [
    "a LimitRange that asks for more than is left",
    asking({ cpu: "3" }),
    [worker("a"), ofDaemonSet(bound("agent", "a", { cpu: "3500m" })), limitRange({ min: { cpu: "600m" } })],
    [["new-node a"]],
  ],
  [
    "a LimitRange that lets limits be twice the requests",
    pod("web", {
      spec: { containers: [{ name: "app", resources: { requests: { cpu: "3" }, limits: { cpu: "3" } } }] },
    }),
    [worker("a"), ofDaemonSet(bound("agent", "a", { cpu: "3" })), limitRange({ maxLimitRequestRatio: { cpu: "2" } })],
    [["request app cpu 3 1 2"], ["new-node a"]],
  ],
  [
    "a fraction of what was asked, and too little for anything: rather a node more",
    asking({ cpu: "3" }),
    [worker("a"), ofDaemonSet(bound("agent", "a", { cpu: "3950m" }))],
    [["new-node a"]],
  ],
  [
    "only a node more with a change of the pod helps",
    asking({ cpu: "3" }, { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } }),
    [worker("a"), ofDaemonSet(bound("agent", "a", { cpu: "4" }))],
    [["new-node a", `pod-affinity kubernetes.io/hostname ${JSON.stringify(term.labelSelector)}`]],
  ],
];

const claimed = (...claims: string[]) => ({
  volumes: claims.map((claimName, index) => ({ name: `v${index}`, persistentVolumeClaim: { claimName } })),
});
const storage = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind,
  metadata: { name },
  ...more,
});
const claim = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "shop" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "5Gi" } }, ...spec },
  status: { phase: "volumeName" in spec ? "Bound" : "Pending" },
});
const late = (name: string, provisioner = "disk.example.com", more: object = {}) =>
  storage("StorageClass", name, { provisioner, volumeBindingMode: "WaitForFirstConsumer", ...more });
const inZone = (name: string, zone: string) =>
  labelled(name, { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": zone });
const volumeIn = (zone: string): KubeObject =>
  storage("PersistentVolume", "pv-1", {
    spec: {
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }] },
          ],
        },
      },
    },
  });

// Their edits are made by the search itself on the objects around the pod: what it says the nodes answer is checked here.
const VOLUME_ROWS: readonly (readonly [string, Pod, readonly KubeObject[], readonly (readonly string[])[]])[] = [
  [
    "a missing claim: made, of the default class before others",
    asking({}, claimed("data")),
    [
      worker("a"),
      late("slow"),
      {
        ...late("fast"),
        metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      },
    ],
    [["claim data fast create"]],
  ],
  [
    "a missing claim with a slip in its name",
    asking({}, claimed("dato")),
    [worker("a"), claim("data", { volumeName: "pv-1" }), storage("PersistentVolume", "pv-1")],
    [["claim-name v0 dato data"]],
  ],
  [
    "a missing claim, and too much cpu besides: both",
    asking({ cpu: "3" }, claimed("data")),
    [worker("a"), bound("old", "a", { cpu: "1" }), bound("more", "a", { cpu: "1" }), late("fast")],
    [["claim data fast create", "request app cpu 3 2"]],
  ],
  [
    "a claim without a class: given one",
    asking({}, claimed("data")),
    [worker("a"), late("fast"), claim("data")],
    [["claim data fast patch"]],
  ],
  [
    "a class that does not exist: another, and the claim made anew",
    asking({}, claimed("data")),
    [worker("a"), late("fast"), claim("data", { storageClassName: "none" })],
    [["claim data fast remake"]],
  ],
  ["no class at all that could serve: nothing", asking({}, claimed("data")), [worker("a"), claim("data")], []],
  [
    "no volume of a class that makes none: one made by hand on the node, or another class",
    asking({}, claimed("data")),
    [
      worker("a"),
      late("local", "kubernetes.io/no-provisioner"),
      late("fast"),
      claim("data", { storageClassName: "local" }),
    ],
    [["claim data fast remake"], ["new-volume data local a"]],
  ],
  [
    "a claim of one pod: that one ends",
    asking({}, claimed("data")),
    [
      worker("a"),
      claim("data", { accessModes: ["ReadWriteOncePod"], volumeName: "pv-1" }),
      storage("PersistentVolume", "pv-1"),
      pod("old", { spec: { nodeName: "a", ...claimed("data") } }),
    ],
    [["free-claim data old"]],
  ],
  [
    "a volume in a zone without nodes: only a node there",
    asking({}, claimed("data")),
    [inZone("a", "eu-1a"), claim("data", { volumeName: "pv-1" }), volumeIn("eu-1b")],
    [["new-node a topology.kubernetes.io/zone=eu-1b"]],
  ],
  [
    "a volume in a zone whose node is full: less there, nothing elsewhere",
    asking({ cpu: "3" }, claimed("data")),
    [
      inZone("a", "eu-1a"),
      inZone("b", "eu-1b"),
      bound("old", "b", { cpu: "2" }),
      claim("data", { volumeName: "pv-1" }),
      volumeIn("eu-1b"),
    ],
    [["request app cpu 3 2"], ["make-room b shop/old"], ["new-node b"]],
  ],
];

describe("what has to change about volumes", () => {
  test.each(VOLUME_ROWS)("%s", (_, wanting, objects, expected) => {
    const changes = changesFor(wanting, objects);
    expect(changes.map(({ edits }) => edits.map(wordsOf))).toEqual(expected);
    for (const { edits, accepts } of changes)
      expect([edits, accepts.length > 0]).toEqual([edits, edits.every(({ of }) => of !== "new-node")]);
  });
});

describe("what has to change", () => {
  test.each(ROWS)("%s", (_, wanting, objects, expected) => {
    const changes = changesFor(wanting, objects);
    expect(changes.map(({ edits }) => edits.map(wordsOf))).toEqual(expected);
    for (const change of changes) expect(acceptedAfter(change, wanting, objects)).not.toEqual([]);
  });

  test("nothing where a node takes the pod", () => {
    expect(changesFor(asking({ cpu: "1" }), [worker("a")])).toEqual([]);
  });
});

function wordsOf(edit: Change["edits"][number]): string {
  const pairs = (map: Readonly<Record<string, string>>) => Object.entries(map).map(([key, one]) => `${key}=${one}`);
  switch (edit.of) {
    case "toleration":
    case "untaint": {
      const taint = `${edit.key}${edit.value ? `=${edit.value}` : ""}:${edit.effect}`;
      return [edit.of, ...("node" in edit ? [edit.node] : []), taint].join(" ");
    }
    case "label":
      return `label ${edit.node} ${edit.key}=${edit.value}`;
    case "new-node":
      return ["new-node", edit.like, ...pairs(edit.allocatable), ...pairs(edit.labels)].join(" ");
    default:
      return Object.values(edit).join(" ");
  }
}

describe("a patch does what the API server makes of it", () => {
  test("containers by name, ports by containerPort, null deletes, other lists are replaced", () => {
    const before = pod("web", {
      spec: {
        nodeSelector: { disk: "ssd", zone: "a" },
        tolerations: [{ key: "a" }],
        containers: [
          { name: "log", image: "log:1" },
          { name: "app", image: "app:1", ports: [{ containerPort: 80, hostPort: 80 }, { containerPort: 81 }] },
        ],
      },
    });
    const after = patchedPod(before, {
      nodeSelector: { zone: null },
      tolerations: [{ key: "b" }],
      containers: [{ name: "app", ports: [{ containerPort: 80, hostPort: null }] }],
    });
    expect(after.spec).toEqual({
      nodeSelector: { disk: "ssd" },
      tolerations: [{ key: "b" }],
      containers: [
        { name: "log", image: "log:1" },
        { name: "app", image: "app:1", ports: [{ containerPort: 80 }, { containerPort: 81 }] },
      ],
    });
  });
});
