import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../src/objects/object.ts";
import { RUNTIMES, runCli } from "./support/cli.ts";
import { type FakeApi, startFakeApi } from "./support/fake-api.ts";
import { event, pod } from "./support/objects.ts";

// Fifty pods on a server: five are not as the API has them, and five are odd in ways that once ended the whole run.

const names = Array.from({ length: 50 }, (_, index) => `web-${index}`);
const INVALID = new Map<string, (object: Odd) => void>([
  ["web-3", ({ spec }) => Object.assign(spec, { volumes: "all" })],
  ["web-11", ({ spec }) => Object.assign(spec, { affinity: { nodeAffinity: [] } })],
  ["web-25", ({ metadata }) => Object.assign(metadata, { labels: { app: 5 } })],
  ["web-31", ({ status }) => Object.assign(status, { message: 5 })],
  ["web-47", ({ spec }) => Object.assign(spec, { containers: [{ name: 7 }] })],
]);
const ODD = new Map<string, (object: Odd) => void>([
  [
    "web-4",
    ({ metadata }) =>
      Object.assign(metadata, {
        deletionTimestamp: "2026-11-24T10:00:00Z",
        deletionGracePeriodSeconds: 9_000_000_000_000,
      }),
  ],
  ["web-5", ({ metadata }) => Object.assign(metadata, { labels: { constructor: "__proto__" } })],
  ["web-6", ({ metadata }) => Object.assign(metadata, { creationTimestamp: "0001-99-99T99:99:99Z" })],
  ["web-7", ({ spec }) => Object.assign(spec, { nodeSelector: { toString: "valueOf" } })],
  ["web-8", ({ status }) => Object.assign(status, { reason: "constructor" })],
]);

interface Odd {
  readonly metadata: object;
  readonly spec: object;
  readonly status: object;
}

let folder: string;
let api: FakeApi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "why-pending-"));
  const objects: KubeObject[] = names.flatMap((name) => {
    const one = pod(name, { namespace: "shop", waiting: "ErrImagePull" });
    const about = event(name, "rpc error: code = constructor desc = toString", { namespace: "shop" });
    (INVALID.get(name) ?? ODD.get(name))?.(one as unknown as Odd);
    const { message: _, ...silent } = about as KubeObject & { message: string };
    return [one, name === "web-9" ? (silent as KubeObject) : about];
  });
  api = await startFakeApi({
    objects: [...objects, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
  });
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server: api.url } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  };
  writeFileSync(join(folder, "config"), JSON.stringify(kubeconfig));
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

describe.each(RUNTIMES)("-A over fifty pods, %s", (runtime) => {
  test("gives 45 reports, names the five that are not valid, and ends with exit code 1", async () => {
    const argv = ["-A", `--kubeconfig=${join(folder, "config")}`];
    const { code, stdout, stderr } = await runCli(runtime, [...argv, "-o", "json"], { env: { HOME: folder } });
    expect(stderr).toBe("");
    const { items } = JSON.parse(stdout) as {
      items: readonly { verdict: string; target: { name: string }; remarks: readonly string[] }[];
    };
    const odd = items.filter(({ verdict }) => verdict === "not-analysed");
    expect(odd.map(({ target }) => target.name).sort()).toEqual([...INVALID.keys()].sort());
    for (const { remarks } of odd)
      expect(remarks.join()).toMatch(/^The object is not valid: \S+ is not as the API has it/);
    const others = items.filter(({ verdict }) => verdict !== "not-analysed");
    expect(others.map(({ target }) => target.name).sort()).toEqual(names.filter((name) => !INVALID.has(name)).sort());
    expect(code).toBe(1);

    const text = await runCli(runtime, argv, { env: { HOME: folder } });
    expect(text.stdout).toMatch(/5 could not be analysed\./);
    expect(text.code).toBe(1);
  });
});
