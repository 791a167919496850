import { describe, expect, test } from "@jest/globals";
import { parseFitMessage } from "../../src/scheduler/fit-message.ts";

/** Version; the sentence as that scheduler writes it; how many nodes; the reasons that count. */
const ROWS: readonly (readonly [string, string, number, readonly string[]])[] = [
  [
    "1.23: the taint in words with a comma",
    "0/3 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate, 2 Insufficient cpu.",
    3,
    ["1 × node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate", "2 × Insufficient cpu"],
  ],
  [
    "1.25: PreFilter with a count",
    "0/3 nodes are available: 3 pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    3,
    ["3 × pod has unbound immediate PersistentVolumeClaims"],
  ],
  [
    "1.26–1.28: two dots",
    "0/3 nodes are available: 1 Insufficient memory, 2 node(s) had untolerated taint {dedicated: gpu}. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling..",
    3,
    ["1 × Insufficient memory", "2 × node(s) had untolerated taint {dedicated: gpu}"],
  ],
  [
    "1.26+: PreFilter without a count",
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    3,
    ["pod has unbound immediate PersistentVolumeClaims"],
  ],
  [
    "1.34+: the artefact of the DRA plugin",
    "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    1,
    ["pod has unbound immediate PersistentVolumeClaims"],
  ],
  [
    "1.34+: a claim that is really not found",
    '0/1 nodes are available: persistentvolumeclaim "shop-data" not found. not found',
    1,
    ['persistentvolumeclaim "shop-data" not found'],
  ],
  [
    "1.34+: DRA before preemption",
    "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable, 2 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.",
    4,
    ["1 × Insufficient cpu", "1 × node(s) were unschedulable", "2 × node(s) had untolerated taint(s)"],
  ],
  [
    "1.32+: nodes that PreFilter took out",
    "0/5 nodes are available: 1 Insufficient cpu, 4 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: not eligible due to preemptionPolicy=Never.",
    5,
    ["1 × Insufficient cpu", "4 × node(s) didn't satisfy plugin(s) [NodeAffinity]"],
  ],
  [
    "a node with two reasons",
    "0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.",
    2,
    ["2 × Insufficient cpu", "2 × Insufficient memory"],
  ],
  [
    "cut off by the event's limit",
    "0/900 nodes are available: 10 node(s) had untolerated taint {a: b}, 2 Insufficient cp ...",
    900,
    ["10 × node(s) had untolerated taint {a: b}", "2 × Insufficient cp"],
  ],
  ["no nodes at all", "no nodes available to schedule pods", 0, []],
];

describe("the scheduler's sentence", () => {
  test.each(ROWS)("%s", (_, message, total, reasons) => {
    const parsed = parseFitMessage(message);
    expect(parsed?.total).toBe(total);
    expect(parsed?.reasons.map(({ count, reason }) => (count === undefined ? reason : `${count} × ${reason}`))).toEqual(
      reasons,
    );
  });
  test.each([
    "Failed to schedule pod, no nodepools found",
    "skip schedule deleting pod: a/b",
    'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded',
  ])("%s is none", (message) => {
    expect(parseFitMessage(message)).toBeUndefined();
  });
});
