import { describe, expect, test } from "@jest/globals";
import type { Options } from "../../src/cli/options.ts";
import { reportOn } from "../../src/cli/report-on.ts";
import { render } from "../../src/report/render/index.ts";
import { maskCredentials } from "../../src/snapshot/mask.ts";
import { parseObject } from "../../src/snapshot/parse-objects.ts";
import { parseSnapshot, snapshotText } from "../../src/snapshot/snapshot-file.ts";
import { CANARIES, FORMATS, ORDINARY } from "./credential-formats.ts";

/** The canaries, and their pieces: what is cut in two leaks too. */
const leaksIn = (content: string): string[] =>
  CANARIES.filter((canary) => content.includes(canary.slice(0, 10)) || content.includes(canary.slice(-10)));

test("there are at least 99 formats and 30 ordinary lines", () => {
  expect(FORMATS.length).toBeGreaterThanOrEqual(99);
  expect(ORDINARY.length).toBeGreaterThanOrEqual(30);
  for (const [, text] of FORMATS) expect(leaksIn(text)).not.toEqual([]);
});

describe("a credential in a log is masked", () => {
  test.each(FORMATS)("%s", (_what, text) => {
    const masked = maskCredentials(text);
    expect(leaksIn(masked)).toEqual([]);
    expect(masked.split("\n")).toHaveLength(text.split("\n").length);
    // What is masked once stays as it is, when a saved snapshot is read again.
    expect(maskCredentials(masked)).toBe(masked);
  });
});

describe("what is no credential stays", () => {
  test.each(ORDINARY)("%s", (line) => {
    expect(maskCredentials(line)).toBe(line);
  });
});

describe("nowhere in what is printed or saved", () => {
  test.each(FORMATS)("%s", async (_what, text) => {
    const snapshot = await parseSnapshot([{ path: "saved.json", content: JSON.stringify(saved(text)) }]);
    const printed = [snapshotText(snapshot)];
    const result = await reportOn(snapshot, { targets: [] } as unknown as Options);
    for (const format of ["text", "json", "yaml", "markdown"] as const)
      printed.push(await render(result, format, { color: false, width: 200, wide: true, kubectlFlags: [] }));
    for (const one of printed) expect(leaksIn(one)).toEqual([]);
  });
});

test("annotations that repeat the object are dropped, of whatever kind it is", () => {
  const copy = JSON.stringify({ apiVersion: "v1", kind: "Deployment", spec: { env: [{ setting: "Zq7canaryXw93" }] } });
  const annotations = {
    "kubectl.kubernetes.io/last-applied-configuration": copy,
    "kapp.k14s.io/original": copy,
    "objectset.rio.cattle.io/applied": "H4sIAAAAZq7canaryXw93",
    note: "stays",
  };
  const template = { metadata: { annotations }, spec: { containers: [] } };
  for (const kind of ["Pod", "Deployment", "ServiceAccount", "Node", "Widget"]) {
    const spec = kind === "Pod" ? { containers: [] } : { template };
    const parsed = parseObject(
      structuredClone({ apiVersion: "v1", kind, metadata: { name: "web", annotations }, spec }),
    );
    expect(JSON.stringify(parsed)).toContain("stays");
    expect(leaksIn(JSON.stringify(parsed))).toEqual([]);
  }
});

/** A pod that crashes, with a text in every place that its owner, the kubelet or the container may write. */
function saved(text: string) {
  const named = [{ name: "SETTINGS", value: text }];
  const probe = { exec: { command: ["sh", "-c", text] }, httpGet: { port: 80, path: "/", httpHeaders: named } };
  const container = {
    name: "app",
    image: "web:1",
    command: ["sh", "-c", text],
    args: [text],
    env: named,
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    lifecycle: { postStart: probe, preStop: probe },
  };
  const spec = { initContainers: [{ ...container, name: "init" }], containers: [container] };
  const terminated = { exitCode: 1, reason: "Error", message: text, finishedAt: "2026-11-24T10:14:00Z" };
  const metadata = {
    name: "web",
    namespace: "shop",
    uid: "u1",
    annotations: { note: text, "kubectl.kubernetes.io/last-applied-configuration": text },
  };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec,
    status: {
      phase: "Running",
      message: text,
      conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady", message: text }],
      containerStatuses: [
        {
          name: "app",
          ready: false,
          restartCount: 4,
          state: { waiting: { reason: "CrashLoopBackOff", message: text } },
          lastState: { terminated },
        },
      ],
    },
  };
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "web.1", namespace: "shop" },
    involvedObject: { kind: "Pod", namespace: "shop", name: "web", uid: "u1" },
    type: "Warning",
    reason: "Unhealthy",
    message: text,
    lastTimestamp: "2026-11-24T10:14:00Z",
  };
  const template = { metadata: { annotations: metadata.annotations }, spec };
  const workloads = [
    { kind: "Deployment", apiVersion: "apps/v1", spec: { template } },
    { kind: "CronJob", apiVersion: "batch/v1", spec: { jobTemplate: { spec: { template } } } },
    { kind: "Rollout", apiVersion: "argoproj.io/v1alpha1", spec: { template } },
    { kind: "ControllerRevision", apiVersion: "apps/v1", data: { spec: { template } } },
    { kind: "ServiceAccount", apiVersion: "v1" },
    { kind: "Node", apiVersion: "v1", status: { conditions: [{ type: "Ready", status: "True", message: text }] } },
    {
      kind: "PersistentVolume",
      apiVersion: "v1",
      spec: { csi: { volumeAttributes: { password: text } }, mountOptions: [text] },
    },
    { kind: "Secret", apiVersion: "v1", data: { a: text }, stringData: { b: text } },
    { kind: "ConfigMap", apiVersion: "v1", data: { a: text }, binaryData: { b: text } },
  ].map((one) => ({ metadata: { ...metadata, name: one.kind.toLowerCase(), uid: one.kind }, ...one }));
  const log = { namespace: "shop", pod: "web", container: "app", previous: true, text };
  const whyPending = {
    takenAt: "2026-11-24T10:15:00Z",
    targets: [{ kind: "Pod", namespace: "shop", name: "web", uid: "u1" }],
    notCollected: [],
    logs: [log],
  };
  return { apiVersion: "v1", kind: "List", whyPending, items: [pod, event, ...workloads] };
}
