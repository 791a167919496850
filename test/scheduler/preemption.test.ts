import { describe, expect, test } from "@jest/globals";
import type { Node } from "../../src/objects/node.ts";
import type { KubeObject } from "../../src/objects/object.ts";
import type { Pod } from "../../src/objects/pod.ts";
import { fitPod } from "../../src/scheduler/fit.ts";
import { clusterView } from "../../src/scheduler/node-info.ts";
import { outlookFor } from "../../src/scheduler/outlook.ts";
import { preemptionFor } from "../../src/scheduler/preemption.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { node, pod } from "../support/builders.ts";

const worker = (name: string, spec: Node["spec"] = {}, cpu = "4") =>
  node(name, { status: { allocatable: { cpu, pods: "10" } }, spec });
const holding = (name: string, nodeName: string, cpu: string, priority = 0, startTime = "2026-11-24T00:00:00Z"): Pod =>
  pod(name, {
    metadata: { labels: { app: name } },
    spec: { nodeName, priority, containers: [{ name: "app", resources: { requests: { cpu } } }] },
    status: { startTime },
  });
const asking = (cpu: string, spec: object = {}, nominatedNodeName?: string): Pod =>
  pod("web", {
    spec: { priority: 10, containers: [{ name: "app", resources: { requests: { cpu } } }], ...spec },
    ...(nominatedNodeName && { status: { nominatedNodeName } }),
  });
const budget = (app: string, disruptionsAllowed: number): KubeObject =>
  ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: app, namespace: "shop" },
    spec: { selector: { matchLabels: { app } } },
    status: { disruptionsAllowed },
  }) as KubeObject;

function judged(wanting: Pod, objects: readonly KubeObject[], serverVersion = "v1.36.3") {
  const snapshot = { takenAt: "2026-11-24T00:00:00Z", targets: [], objects, absent: [], gaps: [], complete: [] };
  const view = clusterView(new Lookup({ ...snapshot, serverVersion, logs: [], skipped: [] }));
  const fit = fitPod(wanting, view);
  return { preemption: preemptionFor(wanting, view, fit), outlook: outlookFor(wanting, view, fit) };
}

/** `a old+small (1)`: node, pods, how many against a budget; or the reasons, or the state. */
function preemptionWords(wanting: Pod, objects: readonly KubeObject[]): readonly string[] {
  const { preemption } = judged(wanting, objects);
  if (preemption.state === "possible")
    return preemption.candidates.map(
      ({ node: name, pods, violating }) =>
        `${name} ${pods.map(({ metadata }) => metadata.name).join("+")} (${violating})`,
    );
  if (preemption.state === "not-helpful") return [...preemption.reasons].map(([reason, count]) => `${count} ${reason}`);
  return [preemption.state];
}

const evicted = {
  metadata: { name: "old", namespace: "shop", labels: { app: "old" }, deletionTimestamp: "2026-11-24T00:00:30Z" },
  status: { conditions: [{ type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler" }] },
};

// Expected values follow kube-scheduler v1.36 plugins/defaultpreemption; the cluster test compares with the real one.
const PREEMPTIONS: readonly (readonly [string, Pod, readonly KubeObject[], readonly string[]])[] = [
  [
    "only as many as must go, the least important",
    asking("3"),
    [worker("a"), holding("old", "a", "1500m", 1), holding("small", "a", "1", 0), holding("high", "a", "1", 50)],
    ["a old+small (0)"],
  ],
  [
    "the one that started later goes",
    asking("3"),
    [worker("a"), holding("early", "a", "1", 0, "2026-11-23T00:00:00Z"), holding("late", "a", "1", 0)],
    ["a late (0)"],
  ],
  [
    "a node without a budget in the way is preferred, then the one with less important pods",
    asking("3"),
    [
      worker("a"),
      worker("b"),
      worker("c"),
      holding("x", "a", "2"),
      budget("x", 0),
      holding("y", "b", "2", 2),
      holding("z", "c", "2", 1),
    ],
    ["c z (0)", "b y (0)", "a x (1)"],
  ],
  ["a budget that has one left", asking("3"), [worker("a"), holding("x", "a", "2"), budget("x", 1)], ["a x (0)"]],
  [
    "same priority: nobody goes",
    asking("3"),
    [worker("a"), holding("x", "a", "2", 10)],
    ["1 No preemption victims found for incoming pod"],
  ],
  [
    "too small, tainted, or held by others",
    asking("3"),
    [
      worker("a", {}, "2"),
      worker("b", { taints: [{ key: "x", effect: "NoSchedule" }] }),
      worker("c"),
      holding("x", "c", "500m"),
      holding("y", "c", "2", 10),
    ],
    ["2 Preemption is not helpful for scheduling", "1 Insufficient cpu"],
  ],
  ["not allowed", asking("3", { preemptionPolicy: "Never" }), [worker("a"), holding("x", "a", "2")], ["never"]],
  [
    "its victims are ending",
    asking("3", {}, "a"),
    [worker("a"), { ...holding("old", "a", "2"), ...evicted }],
    ["under-way"],
  ],
];

describe("preemption", () => {
  test.each(PREEMPTIONS)("%s", (_, wanting, objects, expected) => {
    expect(preemptionWords(wanting, objects)).toEqual(expected);
  });
});

const OUTLOOKS: readonly (readonly [string, Pod, readonly KubeObject[], string | undefined])[] = [
  ["larger than any node", asking("8"), [worker("a"), holding("x", "a", "2")], "never"],
  ["what agents hold is never free", asking("4"), [worker("a"), ofDaemonSet(holding("x", "a", "1"))], "never"],
  ["no node has the label", asking("1", { nodeSelector: { disk: "ssd" } }), [worker("a")], "never"],
  [
    "a taint that somebody put on",
    asking("1"),
    [worker("a", { taints: [{ key: "x", effect: "NoSchedule" }] })],
    "never",
  ],
  ["a pod in the way", asking("3"), [worker("a"), worker("b", {}, "2"), holding("x", "a", "2")], "a x"],
  ["cordoned", asking("1"), [worker("a", { unschedulable: true })], "a schedulable"],
  [
    "a node in trouble",
    asking("1"),
    [worker("a", { taints: [{ key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule" }] })],
    "a toleration",
  ],
  ["it fits", asking("1"), [worker("a")], undefined],
];

function ofDaemonSet(one: Pod): Pod {
  const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: "agent", uid: "1", controller: true };
  return { ...one, metadata: { ...one.metadata, ownerReferences: [owner] } };
}

describe("whether waiting helps", () => {
  test.each(OUTLOOKS)("%s", (_, wanting, objects, expected) => {
    const { outlook } = judged(wanting, objects);
    const words =
      outlook?.fits === "later"
        ? [
            outlook.node,
            ...outlook.pods.map(({ metadata }) => metadata.name),
            ...outlook.troubles.map(({ of }) => of),
          ].join(" ")
        : outlook?.fits;
    expect(words).toBe(expected);
  });
});

// kube-scheduler plugins/noderesources/fit.go has the field Unresolvable since 1.34 (1.33.13 and 1.34.7 compared).
test.each([
  ["v1.33.13", "Insufficient cpu"],
  ["v1.34.7", "Preemption is not helpful for scheduling"],
])("a node that is too small even when empty, by the scheduler of %s", (version, reason) => {
  const { preemption } = judged(asking("8"), [worker("a"), holding("old", "a", "1")], version);
  expect(preemption).toEqual({ state: "not-helpful", reasons: new Map([[reason, 1]]) });
});
