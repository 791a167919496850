import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../src/diagnosis/knowledge.ts";
import type { KubeObject } from "../../src/objects/object.ts";
import { buildReport, buildReportList, exitCodeFor } from "../../src/report/build.ts";
import { render } from "../../src/report/render/index.ts";
import type { Report } from "../../src/report/report.ts";
import type { Snapshot } from "../../src/snapshot/snapshot.ts";
import { plain } from "../../src/text/text.ts";

const knowledge = await allKnowledge();

const TAKEN_AT = "2026-11-25T10:00:00Z";
const minutesAgo = (minutes: number) => new Date(Date.parse(TAKEN_AT) - minutes * 60_000).toISOString();

function snapshotOf(...objects: readonly KubeObject[]): Snapshot {
  const [target] = objects;
  const ref = { kind: target?.kind ?? "", namespace: "shop", name: target?.metadata.name ?? "" };
  return { takenAt: TAKEN_AT, targets: [ref], objects, absent: [], gaps: [], complete: [], logs: [], skipped: [] };
}

function reportOn(...objects: readonly KubeObject[]): Report {
  const [diagnosis] = diagnose(snapshotOf(...objects), knowledge);
  if (!diagnosis) throw new Error("no diagnosis");
  return buildReport(diagnosis, TAKEN_AT);
}

function workload(kind: string, spec: object, status: object, age = 30): KubeObject {
  const metadata = { name: "web", namespace: "shop", uid: "w-1", generation: 1, creationTimestamp: minutesAgo(age) };
  return { apiVersion: "apps/v1", kind, metadata, spec, status: { observedGeneration: 1, ...status } } as KubeObject;
}

const condition = (type: string, reason: string) => ({
  conditions: [{ type, status: "True", reason, message: "said so", lastTransitionTime: minutesAgo(5) }],
});

describe("the verdict on a workload", () => {
  const three = { replicas: 3 };
  test.each([
    [
      "all pods ready",
      workload("Deployment", three, { replicas: 3, readyReplicas: 3, updatedReplicas: 3 }),
      "ready",
      "Deployment shop/web has its 3 pods, ready.",
    ],
    [
      "no pod, and nobody says why",
      workload("StatefulSet", three, {}),
      "unexplained",
      "StatefulSet shop/web wants 3 pods and has 0, since 30m.",
    ],
    [
      "no pod yet",
      workload("ReplicaSet", three, {}, 0.5),
      "progressing",
      "ReplicaSet shop/web wants 3 pods and has 0, since 30s.",
    ],
    [
      "pods there, not all ready",
      workload("ReplicaSet", three, { replicas: 3, readyReplicas: 1 }),
      "unexplained",
      "ReplicaSet shop/web has its 3 pods; 1 of 3 is ready.",
    ],
    [
      "a DaemonSet without a node",
      workload("DaemonSet", {}, { desiredNumberScheduled: 0 }),
      "ready",
      "DaemonSet shop/web wants no pods.",
    ],
    [
      "a Job that is done",
      workload("Job", {}, condition("Complete", "CompletionsReached")),
      "completed",
      "Job shop/web completed 5m ago.",
    ],
    [
      "a Job that failed for a reason no rule knows",
      workload("Job", {}, condition("Failed", "Odd")),
      "failed",
      "Job shop/web failed 5m ago (Odd).",
    ],
  ])("%s", (_, object, verdict, summary) => {
    const report = reportOn(object);
    expect({ verdict: report.verdict, summary: plain(report.summary) }).toEqual({ verdict, summary });
  });

  test("a refusal that no rule knows is shown word for word", () => {
    const message = 'pods "web-x" is forbidden: the moon is full';
    const status = { conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] };
    const report = reportOn(workload("ReplicaSet", three, status));
    expect(report.verdict).toBe("unexplained");
    expect(report.raw.map((one) => one.message)).toContain(message);
    expect(report.progress[0]).toEqual({ name: "created", state: "current" });
  });

  test("a pod that is there and not ready is where to look next", () => {
    const owner = workload("ReplicaSet", { replicas: 1 }, { replicas: 1 });
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "web-a",
        namespace: "shop",
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "w-1", controller: true }],
      },
      spec: { containers: [] },
      status: { phase: "Pending" },
    } as KubeObject;
    const [first] = reportOn(owner, pod).steps;
    expect(first?.command?.argv).toEqual(["kubectl", "why-pending", "web-a", "-n", "shop"]);
  });
});

describe("the timeline of a workload", () => {
  test("tries that differ in the pod's name only are one line", () => {
    const event = (n: number, name: string) =>
      ({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: `e${n}`, namespace: "shop" },
        involvedObject: { kind: "ReplicaSet", namespace: "shop", name: "web", uid: "w-1" },
        type: "Warning",
        reason: "FailedCreate",
        message: `Error creating: pods "web-${name}" is forbidden: no`,
        firstTimestamp: minutesAgo(n),
        lastTimestamp: minutesAgo(n),
      }) as KubeObject;
    const { timeline } = reportOn(workload("ReplicaSet", { replicas: 1 }, {}), event(3, "ab1c2"), event(2, "x9z8y"));
    expect(timeline.map(({ what, times }) => [plain(what), times])).toEqual([
      ["created", 1],
      ['FailedCreate: Error creating: pods "web-…" is forbidden: no', 2],
    ]);
  });
});

test("a list counts workloads apart from pods, and names them as the program takes them", async () => {
  const snapshot = snapshotOf(workload("Deployment", { replicas: 1, paused: true }, {}));
  const other = { ...snapshot.objects[0], kind: "StatefulSet" } as KubeObject;
  const both: Snapshot = {
    ...snapshot,
    objects: [...snapshot.objects, other],
    targets: [...snapshot.targets, { kind: "StatefulSet", namespace: "shop", name: "web" }],
    podsSeen: 7,
  };
  const list = buildReportList(diagnose(both, knowledge), both, 7);
  const words = await render(list, "text", { color: false, width: 100, wide: false, kubectlFlags: [] });
  expect(words).toContain("2 workloads lack pods or cannot run; the 7 pods there are ready or completed.");
  expect(words).toContain("deployment/web");
  expect(exitCodeFor(list.items)).toBe(1);
});
