import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../../src/diagnosis/knowledge.ts";
import type { KubeObject } from "../../src/objects/object.ts";
import { buildReport } from "../../src/report/build.ts";
import { render } from "../../src/report/render/index.ts";
import { nodeNames } from "../../src/report/render/words.ts";
import type { Report } from "../../src/report/report.ts";
import { plain } from "../../src/text/text.ts";
import { ago, node, pod, snapshotOf } from "../support/builders.ts";

const knowledge = await allKnowledge();

const worker = (name: string, taint?: string) =>
  node(name, {
    spec: taint ? { taints: [{ key: taint, effect: "NoSchedule" }] } : {},
    status: { allocatable: { cpu: "4", pods: "10" } },
  });
const holding = (nodeName: string, cpu: string) =>
  pod(`on-${nodeName}`, { spec: { nodeName, containers: [{ name: "app", resources: { requests: { cpu } } }] } });
const waitingFor = (cpu: string, message: string, schedulerName = "default-scheduler") =>
  pod("web", {
    spec: { schedulerName, containers: [{ name: "app", resources: { requests: { cpu } } }] },
    status: {
      conditions: [
        { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: ago(60) },
      ],
    },
  });

function reportOn(objects: readonly KubeObject[]): Report {
  const targets = [{ kind: "Pod", namespace: "shop", name: "web" }];
  const [diagnosis] = diagnose(snapshotOf(objects, { targets }), knowledge);
  if (!diagnosis) throw new Error("no target");
  return buildReport(diagnosis);
}

const textOf = (report: Report, wide = false) =>
  render(report, "text", { color: false, width: 100, wide, kubectlFlags: [] });

describe("a pod that no node takes", () => {
  const three = "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu.";
  const report = reportOn([
    waitingFor("3", three),
    worker("a"),
    worker("b"),
    worker("c", "dedicated"),
    holding("a", "3"),
    holding("b", "1500m"),
  ]);

  test("has the scheduler's sentence, made anew and found to agree", () => {
    expect(report.scheduling).toMatchObject({ rebuiltMessage: three, schedulerMessage: three, agrees: true });
    expect(report.scheduling?.difference).toBeUndefined();
  });

  test("has each node with all that it lacks, the nearest first", () => {
    expect(report.scheduling?.nodes.map(({ names }) => names)).toEqual([["b"], ["a"], ["c"]]);
    expect(report.scheduling?.nodes[0]?.rejections).toEqual([
      {
        plugin: "NodeResourcesFit",
        reason: "Insufficient cpu",
        lack: { of: "resource", resource: "cpu", wanted: "3", requested: "1500m", allocatable: "4" },
      },
    ]);
  });

  test("has the smallest change, and the node that takes it then", () => {
    expect(report.scheduling?.smallestChange).toEqual({
      edits: [{ of: "request", container: "app", resource: "cpu", from: "3", to: "2500m" }],
      accepts: ["b"],
    });
  });

  test("shows one row for nodes of a sort, with the range of what is left", async () => {
    const lines = (await textOf(report)).split("\n");
    const from = lines.findIndex((line) => line.startsWith("Nodes (3)"));
    expect(lines.slice(from, from + 3)).toEqual([
      "Nodes (3)  what stops the pod there",
      "  a, b     cpu: 1 to 2500m left of 3 asked",
      "  c        taint dedicated:NoSchedule",
    ]);
  });
});

describe("many sorts of nodes", () => {
  const nodes = Array.from({ length: 12 }, (_, index) => worker(`node-${index + 10}`, `pool-${index + 10}`));
  const report = reportOn([
    waitingFor("1", "0/12 nodes are available: 12 node(s) had untolerated taint(s)."),
    ...nodes,
  ]);

  test("end after a screenful", async () => {
    expect((await textOf(report)).match(/^ {2}node-\d+ /gm)).toHaveLength(7);
    expect(await textOf(report)).toContain("… 5 more nodes; --wide shows all");
  });

  test("are all there with --wide", async () => {
    expect((await textOf(report, true)).match(/^ {2}node-\d+ /gm)).toHaveLength(12);
  });
});

describe("where the scheduler says otherwise", () => {
  const rows: readonly (readonly [string, readonly KubeObject[], RegExp])[] = [
    ["room has come", [waitingFor("1", "0/1 nodes are available: 1 Insufficient cpu."), worker("a")], /next try/],
    [
      "it has a plugin of its own",
      [waitingFor("1", "0/1 nodes are available: 1 no licence seat."), worker("a")],
      /no licence seat/,
    ],
    [
      "it is another scheduler",
      [waitingFor("1", "0/1 nodes are available: 1 Insufficient cpu.", "volcano"), worker("a")],
      /volcano has rules of its own/,
    ],
    [
      "it stopped at a claim",
      [waitingFor("1", "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."), worker("a")],
      /stopped at the pod's claims/,
    ],
    [
      "a node has joined since",
      [
        waitingFor("8", "0/1 nodes are available: 1 Insufficient memory."),
        { ...worker("a"), metadata: { name: "a", creationTimestamp: ago(5) } },
      ],
      /older than a node/,
    ],
  ];
  test.each(rows)("%s", async (_, objects, words) => {
    const { scheduling } = reportOn(objects);
    expect(scheduling?.agrees).toBe(false);
    expect(plain(scheduling?.difference ?? [])).toMatch(words);
    expect((await textOf(reportOn(objects))).replace(/\s+/g, " ")).toMatch(/The scheduler says otherwise\./);
  });

  test("older words for the same are no difference", () => {
    const said =
      "0/1 nodes are available: 1 node(s) had untolerated taint {dedicated: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling..";
    expect(reportOn([waitingFor("1", said), worker("a", "dedicated")]).scheduling?.agrees).toBe(true);
  });
});

test.each([
  [["a"], "a"],
  [["a", "b"], "a, b"],
  [["worker-1", "worker-2", "worker-30"], "3 × worker-*"],
  [["x", "y", "z"], "x and 2 more"],
])("%j is written %s", (names, words) => {
  expect(nodeNames(names, false)).toBe(words);
});

describe("a cluster of 200 nodes", () => {
  const zones = ["a", "b", "c"];
  const nodes = Array.from({ length: 200 }, (_, at) =>
    node(`node-${String(at + 1).padStart(3, "0")}`, {
      metadata: {
        name: `node-${String(at + 1).padStart(3, "0")}`,
        labels: { "topology.kubernetes.io/zone": zones[at % 3] ?? "", disk: at % 5 === 0 ? "ssd" : "hdd" },
      },
      spec: {
        ...(at % 10 === 3 && { taints: [{ key: "dedicated", value: `team-${at % 4}`, effect: "NoSchedule" }] }),
        ...(at % 25 === 7 && { unschedulable: true }),
      },
      status: { allocatable: { cpu: String(4 + (at % 3) * 4), memory: "16Gi", pods: "110" } },
    }),
  );
  const held = nodes.map(({ metadata, status }, at) =>
    pod(`on-${metadata.name}`, {
      spec: {
        nodeName: metadata.name,
        containers: [
          { name: "app", resources: { requests: { cpu: `${Number(status?.allocatable?.cpu) * 1000 - 500 - at}m` } } },
        ],
      },
    }),
  );
  // What the scheduler would say is what our filters say: the agreement tests see to that.
  const asked = (message: string) =>
    pod("web", {
      spec: {
        nodeSelector: { disk: "ssd" },
        containers: [{ name: "app", resources: { requests: { cpu: "2" } } }],
      },
      status: {
        conditions: [
          { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: ago(60) },
        ],
      },
    });
  const first = reportOn([asked("0/200 nodes are available: 200 Insufficient cpu."), ...nodes, ...held]);
  const report = reportOn([asked(first.scheduling?.rebuiltMessage ?? ""), ...nodes, ...held]);

  test("fits on a screen", async () => {
    const lines = (await textOf(report)).trimEnd().split("\n");
    expect(report.scheduling?.agrees).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(50);
    // Only commands are never broken.
    const words = lines.filter((line) => !/^ +kubectl /.test(line));
    expect(Math.max(...words.map((line) => line.length))).toBeLessThanOrEqual(100);
    // All nodes are counted, few are named.
    expect(lines.join("\n")).toContain("Nodes (200)");
  });

  test("has all nodes where they are asked for", async () => {
    const all = await textOf(report, true);
    expect(all.split("\n").length).toBeLessThanOrEqual(80);
    for (const { metadata } of nodes) expect(all).toContain(metadata.name);
    expect((report.scheduling?.nodes ?? []).flatMap(({ names }) => names)).toHaveLength(200);
  });
});
