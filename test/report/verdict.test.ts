import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { KubeObject } from "../../src/objects/object.ts";
import type { Pod } from "../../src/objects/pod.ts";
import { buildReport, buildReportList, exitCodeFor } from "../../src/report/build.ts";
import { podColumns } from "../../src/report/status.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { plain } from "../../src/text/text.ts";
import { ago, deploymentOf, event, onNode, pod, running, snapshotOf, waiting } from "../support/builders.ts";
import { blocking, delaying, diagnosesOf, SCENES, simple, tagRule, wrongTag } from "./scenes.ts";

const stuck = simple("volume/stuck", "blocks", "Its volume is stuck.");

const reportOn = (objects: readonly KubeObject[], rules: readonly Rule[] = []) => {
  const snapshot = snapshotOf(objects);
  const [diagnosis] = diagnose(snapshot, { rules });
  if (!diagnosis) throw new Error("no target");
  return buildReport(diagnosis, snapshot.takenAt);
};

describe("the verdict", () => {
  const fresh = (more: Parameters<typeof pod>[1] = {}) =>
    pod("web", { metadata: { creationTimestamp: ago(20) }, ...more });
  const ready = pod("web", { spec: { nodeName: "n" }, status: onNode(600, [running("app", 590)], true) });
  const rows: [string, readonly KubeObject[], readonly Rule[], string, number][] = [
    ["a young pod of which nothing complains is on its way", [fresh()], [], "progressing", 0],
    [
      "the same after two minutes is not explained",
      [fresh({ metadata: { creationTimestamp: ago(200) } })],
      [],
      "unexplained",
      1,
    ],
    [
      "a young pod with a warning of now is not explained",
      [fresh(), event(fresh(), "FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu.")],
      [],
      "unexplained",
      1,
    ],
    [
      "a pod that was refused a node, and got one just now, is on its way",
      [
        pod("web", { spec: { nodeName: "n" }, status: onNode(5, [waiting("app", "ContainerCreating")]) }),
        event(pod("web"), "FailedScheduling", "0/1 nodes are available.", { lastTimestamp: ago(60) }),
      ],
      [],
      "progressing",
      0,
    ],
    [
      "a container that crashed a moment ago is no progress",
      [
        pod("web", {
          spec: { nodeName: "n" },
          status: onNode(20, [
            running("app", 2, {
              ready: false,
              restartCount: 1,
              lastState: { terminated: { exitCode: 1, reason: "Error" } },
            }),
          ]),
        }),
      ],
      [],
      "unexplained",
      1,
    ],
    [
      "a Ready pod is ready whatever old events say",
      [ready, event(ready, "Unhealthy", "probe failed")],
      [],
      "ready",
      0,
    ],
    [
      "a Ready pod in which a cause is found that blocks it is ready for the moment only",
      [ready],
      [blocking],
      "blocked",
      1,
    ],
    [
      "a pod that was evicted has failed",
      [pod("web", { status: { phase: "Failed", reason: "Evicted", message: "low on memory" } })],
      [],
      "failed",
      1,
    ],
    [
      "a Job's pod that succeeded has completed",
      [pod("web", { status: { phase: "Succeeded" } })],
      [blocking],
      "completed",
      0,
    ],
    ["what delays does not block", [fresh()], [delaying], "progressing", 0],
    ["what blocks is a cause, at any age", [fresh()], [stuck], "blocked", 1],
    [
      "a pod within its grace period is on its way out",
      [pod("web", { metadata: { deletionTimestamp: ago(-5), deletionGracePeriodSeconds: 30 }, status: ready.status })],
      [],
      "progressing",
      0,
    ],
    [
      "a pod long after it is stuck",
      [pod("web", { metadata: { deletionTimestamp: ago(100), deletionGracePeriodSeconds: 30 }, status: ready.status })],
      [],
      "unexplained",
      1,
    ],
  ];
  test.each(rows)("%s", (_, objects, rules, verdict, code) => {
    const report = reportOn(objects, rules);
    expect(report.verdict).toBe(verdict);
    expect(exitCodeFor([report])).toBe(code);
    expect(plain(report.summary)).not.toMatch(/healthy|fine/);
  });

  test("a target that is not there is no diagnosis; beside one with a cause it does not hide it", () => {
    const [missing] = SCENES["not-there"] ? diagnosesOf(SCENES["not-there"]) : [];
    if (!missing) throw new Error("no target");
    const report = buildReport(missing, "2026-03-04T12:00:00Z");
    expect(report.verdict).toBe("not-found");
    expect(exitCodeFor([report])).toBe(2);
    expect(exitCodeFor([report, reportOn([ready])])).toBe(2);
    expect(exitCodeFor([report, reportOn([fresh()], [stuck])])).toBe(1);
    expect(exitCodeFor([])).toBe(0);
  });

  test("without a cause the raw reasons come with the most telling first, each from its place", () => {
    const it = pod("web", {
      spec: { nodeName: "n" },
      status: onNode(600, [
        {
          ...waiting("app", "CrashLoopBackOff", "back-off"),
          restartCount: 2,
          lastState: { terminated: { exitCode: 137, signal: 9, reason: "OOMKilled" } },
        },
      ]),
    });
    const { raw } = reportOn([
      it,
      event(it, "BackOff", "Back-off restarting", { count: 4 }),
      event(it, "BackOff", "Back-off restarting", { count: 3, metadata: { name: "b", namespace: "shop" } }),
    ]);
    expect(raw.map(({ reason, path, message, times }) => [reason, path, message, times])).toEqual([
      ["OOMKilled", "status.containerStatuses[0].lastState.terminated", "exit code 137, signal 9", undefined],
      ["CrashLoopBackOff", "status.containerStatuses[0].state.waiting", "back-off", undefined],
      ["BackOff", "message", "Back-off restarting", 7],
      ["ContainersNotReady", "status.conditions[4]", "containers with unready status: [app]", undefined],
      ["ContainersNotReady", "status.conditions[3]", "containers with unready status: [app]", undefined],
    ]);
  });
});

describe("groups", () => {
  const list = (objects: readonly KubeObject[], rules: readonly Rule[] = []) => {
    const snapshot = snapshotOf(objects);
    return buildReportList(diagnose(snapshot, { rules }), snapshot).groups.map(({ members }) => members);
  };
  const noNode = (podName: string, message: string) =>
    pod(podName, {
      status: {
        phase: "Pending",
        conditions: [
          { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: ago(500) },
        ],
      },
    });
  const crash = (podName: string, workload: string, exitCode = 1) =>
    pod(podName, {
      metadata: { ownerReferences: deploymentOf(workload).ownerReferences },
      spec: { nodeName: "n" },
      status: onNode(600, [
        {
          ...waiting("app", "CrashLoopBackOff", `back-off ${podName.length}m0s pod=${podName}_shop(uid-of-${podName})`),
          lastState: { terminated: { exitCode, reason: "Error" } },
        },
      ]),
    });
  const owners = [...deploymentOf("api").objects, ...deploymentOf("cart").objects];

  test("merge one rule's findings of one key, in any namespace", () => {
    const objects = [...wrongTag("a").objects.slice(0, 1), ...wrongTag("b", "billing").objects.slice(0, 1)];
    expect(list(objects, [tagRule])).toEqual([[0, 1]]);
  });

  test("keep one rule's findings of different keys apart", () => {
    const [one] = wrongTag("a").objects as Pod[];
    if (!one) throw new Error("no pod");
    const other = {
      ...one,
      metadata: { ...one.metadata, name: "b", uid: "b" },
      spec: { ...one.spec, containers: [{ name: "app", image: "registry.test:5000/shop/web:9" }] },
    };
    expect(list([one, other], [tagRule])).toEqual([[0], [1]]);
  });

  test("merge unexplained pods to which the scheduler says the same, however it ends on preemption", () => {
    const why = "0/3 nodes are available: 3 Insufficient cpu.";
    expect(
      list([
        noNode("a", `${why} preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.`),
        noNode(
          "b",
          `${why} no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.`,
        ),
        noNode("c", "0/3 nodes are available: 3 Insufficient memory."),
      ]),
    ).toEqual([[0, 1], [2]]);
  });

  test("merge crashes of one workload, and keep those of two apart", () => {
    expect(list([crash("api-1", "api"), crash("api-22", "api"), crash("cart-1", "cart"), ...owners])).toEqual([
      [0, 1],
      [2],
    ]);
  });

  test("keep different exit codes of one workload apart", () => {
    expect(list([crash("api-1", "api"), crash("api-2", "api", 2), ...owners])).toEqual([[0], [1]]);
  });

  test("put known causes first, then the most pods", () => {
    const objects = [noNode("a", "x"), noNode("b", "x"), noNode("c", "y"), ...wrongTag("d").objects.slice(0, 1)];
    expect(list(objects, [tagRule])).toEqual([[3], [0, 1], [2]]);
  });

  test("leave out what is on its way or ready", () => {
    expect(
      list([
        pod("new", { metadata: { creationTimestamp: ago(3) } }),
        pod("r", { status: onNode(9, [running("app", 8)], true) }),
      ]),
    ).toEqual([]);
  });
});

// Expected: what kubernetes v1.36.3 pkg/printers/internalversion/printers_test.go TestPrintPod and its kin expect of printPod.
describe("the columns of kubectl get pods", () => {
  const exited = (exitCode: number, reason?: string) => ({
    state: { terminated: { exitCode, ...(reason && { reason }) } },
  });
  const rows: [string, Pod, string, string, number][] = [
    [
      "container error overrides pod phase",
      pod("t2", {
        spec: { containers: [{ name: "a" }, { name: "b" }] },
        status: {
          phase: "podPhase",
          containerStatuses: [
            { name: "a", ready: true, restartCount: 3, state: { running: {} } },
            { name: "b", restartCount: 3, state: { waiting: { reason: "ContainerWaitingReason" } } },
          ],
        },
      }),
      "1/2",
      "ContainerWaitingReason",
      6,
    ],
    [
      "pod has 2 containers and 1 running, exit code 0 beside it",
      pod("t", {
        spec: { containers: [{ name: "a" }, { name: "b" }] },
        status: {
          phase: "Running",
          reason: "",
          conditions: [{ type: "Ready", status: "True" }],
          containerStatuses: [
            { name: "a", restartCount: 3, ...exited(0, "Completed") },
            { name: "b", ready: true, restartCount: 3, state: { running: {} } },
          ],
        },
      }),
      "1/2",
      "Running",
      6,
    ],
    [
      "the same without the Ready condition",
      pod("t", {
        spec: { containers: [{ name: "a" }, { name: "b" }] },
        status: {
          phase: "Running",
          conditions: [{ type: "Ready", status: "False" }],
          containerStatuses: [
            { name: "a", restartCount: 3, ...exited(0, "Completed") },
            { name: "b", ready: true, restartCount: 3, state: { running: {} } },
          ],
        },
      }),
      "1/2",
      "NotReady",
      6,
    ],
    [
      "an init container that waits",
      pod("t", {
        spec: { initContainers: [{ name: "i" }, { name: "j" }], containers: [{ name: "a" }] },
        status: {
          phase: "Pending",
          initContainerStatuses: [
            { name: "i", restartCount: 3, ...exited(0) },
            { name: "j", restartCount: 1, state: { waiting: { reason: "PodInitializing" } } },
          ],
          containerStatuses: [{ name: "a", restartCount: 5, state: { waiting: { reason: "PodInitializing" } } }],
        },
      }),
      "0/1",
      "Init:1/2",
      4,
    ],
    [
      "an init container that failed by a signal",
      pod("t", {
        spec: { initContainers: [{ name: "i" }], containers: [{ name: "a" }] },
        status: {
          phase: "Pending",
          initContainerStatuses: [{ name: "i", restartCount: 3, state: { terminated: { exitCode: 137, signal: 9 } } }],
        },
      }),
      "0/1",
      "Init:Signal:9",
      3,
    ],
    [
      "a sidecar counts as a container",
      pod("t", {
        spec: { initContainers: [{ name: "s", restartPolicy: "Always" }], containers: [{ name: "a" }] },
        status: {
          phase: "Running",
          conditions: [{ type: "Initialized", status: "True" }],
          initContainerStatuses: [{ name: "s", ready: true, started: true, restartCount: 3, state: { running: {} } }],
          containerStatuses: [{ name: "a", ready: true, restartCount: 4, state: { running: {} } }],
        },
      }),
      "2/2",
      "Running",
      7,
    ],
    [
      "a pod of a lost node that is deleted",
      pod("t", { metadata: { deletionTimestamp: ago(9) }, status: { phase: "Running", reason: "NodeLost" } }),
      "0/1",
      "Unknown",
      0,
    ],
    [
      "a pod being deleted",
      pod("t", { metadata: { deletionTimestamp: ago(9) }, status: { phase: "Running" } }),
      "0/1",
      "Terminating",
      0,
    ],
    [
      "a pod that is over and being deleted",
      pod("t", { metadata: { deletionTimestamp: ago(9) }, status: { phase: "Failed", reason: "Evicted" } }),
      "0/1",
      "Evicted",
      0,
    ],
    [
      "a gated pod",
      pod("t", {
        status: {
          phase: "Pending",
          conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }],
        },
      }),
      "0/1",
      "SchedulingGated",
      0,
    ],
  ];
  test.each(rows)("%s", (_, it, ready, status, restarts) => {
    expect(podColumns(it)).toMatchObject({ ready, status, restarts });
  });
});
