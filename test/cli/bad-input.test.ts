import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { load } from "js-yaml";
import { documentSchema } from "../../src/report/schema.ts";
import { RUNTIMES, runCli } from "./support/cli.ts";
import { type FakeApi, startFakeApi } from "./support/fake-api.ts";
import { event, pod } from "./support/objects.ts";

const ESC = "\u001b";

let folder: string;
let api: FakeApi;
const file = (name: string) => join(folder, name);

function kubeconfig(name: string, server: string, context = "test"): string {
  const content = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [{ name: "test", cluster: { server } }],
    users: [{ name: "test", user: { token: "sesame" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "shop" } }],
  };
  writeFileSync(file(name), JSON.stringify(content));
  return file(name);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "why-pending-"));
  api = await startFakeApi({
    objects: [
      pod("web-7d4b9c6f5-x2lqk", { namespace: "shop", waiting: "ErrImagePull" }),
      pod("evil", { namespace: "shop", waiting: `Err${ESC}[31mor` }),
      event("evil", `${ESC}]0;owned\u0007${ESC}[2J\u202ereversed \u0000 end`, { namespace: "shop" }),
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    ],
    forbidden: ["get pods in closed", "list pods in closed"],
  });
  kubeconfig("good", api.url);
  kubeconfig("down", "http://127.0.0.1:9");
  kubeconfig("no-context", api.url, "prod");
  writeFileSync(file("broken.yaml"), "apiVersion: v1\nkind: Config\nusers: [{name: x, user: {token: sesame}\n");
  writeFileSync(file("empty.json"), "");
  writeFileSync(file("binary.json"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]));
  writeFileSync(file("truncated.json"), '{"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod", "meta');
  writeFileSync(file("no-objects.json"), '{"hello": "world"}');
  mkdirSync(file("empty-folder"));
  const good = pod("web-1", { namespace: "shop", waiting: "ErrImagePull" });
  const malformed = [
    { kind: "Pod", spec: { containers: [] } },
    { ...good, metadata: { name: "web-2", labels: [1] } },
    7,
    null,
  ];
  writeFileSync(
    file("some-malformed.json"),
    JSON.stringify({ apiVersion: "v1", kind: "List", items: [...malformed, good] }),
  );
  const many = Array.from({ length: 20_000 }, (_, n) =>
    event("web-1", `message ${n} ${"x".repeat(300)}`, { namespace: "shop", name: `e${n}` }),
  );
  writeFileSync(
    file("odd-provider"),
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server: "https://127.0.0.1:9" } }],
      users: [{ name: "test", user: { "auth-provider": { name: "constructor" } } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "shop" } }],
    }),
  );
  const withHeader = (whyPending: object) =>
    JSON.stringify({ apiVersion: "v1", kind: "List", whyPending, items: [good] });
  writeFileSync(file("odd-header.json"), withHeader({ schemaVersion: 1, targets: [{ kind: "Pod", name: ["web-1"] }] }));
  writeFileSync(file("new-header.json"), withHeader({ schemaVersion: 2 }));
  writeFileSync(file("many-events.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items: [good, ...many] }));
});

afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

/** argv; what the one message must say. */
const FAILURES: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["no such kubeconfig", ["--kubeconfig=FOLDER/nothing"], /nothing/],
  ["a kubeconfig that is no YAML", ["--kubeconfig=FOLDER/broken.yaml"], /broken\.yaml/],
  ["a context that there is not", ["--kubeconfig=FOLDER/good", "--context=prod"], /context "?prod"?/],
  ["a current-context that there is not", ["--kubeconfig=FOLDER/no-context"], /context "?prod"?/],
  ["a server that is down", ["--kubeconfig=FOLDER/down"], /connection refused.*127\.0\.0\.1:9/s],
  [
    "an unknown pod, with the nearest",
    ["wbe-7d4b9c6f5-x2lqk", "--kubeconfig=FOLDER/good"],
    /no pod wbe-7d4b9c6f5-x2lqk in namespace shop.*web-7d4b9c6f5-x2lqk/s,
  ],
  ["an unknown namespace, with the nearest", ["-n", "shpo", "--kubeconfig=FOLDER/good"], /no namespace shpo.*shop/s],
  [
    "a forbidden namespace, with the right it takes",
    ["web", "-n", "closed", "--kubeconfig=FOLDER/good"],
    /get pods in namespace closed.*kubectl .*-n closed auth can-i get pods/s,
  ],
  ["an unknown workload", ["deployment/web", "--kubeconfig=FOLDER/good"], /no Deployment web in namespace shop/],
  ["a bad selector", ["-l", "a=b=c"], /no label selector/],
  ["a name with -A", ["web", "-A"], /lives in one namespace/],
  ["an unknown output", ["-o", "xml"], /--output takes .*, not xml/],
  ["an unknown flag", ["--frm=x"], /no flag --frm.*--from/],
  ["a flag that every object of JavaScript has", ["--toString"], /no flag --toString/],
  ["another of them", ["--constructor=x"], /no flag --constructor/],
  ["an auth-provider with such a name", ["--kubeconfig=FOLDER/odd-provider"], /no auth-provider constructor/],
  ["a header that is no header", ["--from", "FOLDER/odd-header.json"], /header of .*whyPending\.targets\.0\.name/],
  ["a header of a later version", ["--from", "FOLDER/new-header.json"], /newer version/],
  ["an unknown rule", ["--explain", "image/notfound"], /no rule image\/notfound.*image\/not-found/s],
  ["--from a missing file", ["--from", "FOLDER/nothing.json"], /no file or folder/],
  ["--from an empty file", ["--from", "FOLDER/empty.json"], /is empty/],
  ["--from a binary file", ["--from", "FOLDER/binary.json"], /binary file/],
  ["--from a truncated file", ["--from", "FOLDER/truncated.json"], /neither complete JSON nor YAML/],
  ["--from a file without objects", ["--from", "FOLDER/no-objects.json"], /holds no Kubernetes objects/],
  ["--from an empty folder", ["--from", "FOLDER/empty-folder"], /holds no Kubernetes objects/],
  ["a pod that the saved objects lack", ["web-9", "--from", "FOLDER/some-malformed.json"], /hold no Pod web-9.*web-1/s],
  [
    "a snapshot that cannot be written",
    ["--from", "FOLDER/some-malformed.json", "--save-snapshot=FOLDER/no/such/place"],
    /could not be written/,
  ],
];

describe.each(RUNTIMES)("bad input, %s", (runtime) => {
  const cli = (argv: readonly string[]) =>
    runCli(
      runtime,
      argv.map((word) => word.replace("FOLDER", folder)),
      { env: { HOME: folder, KUBECONFIG: "" } },
    );

  test.each(FAILURES)("%s is told in one message, with exit code 2", async (_, argv, expected) => {
    const { code, stdout, stderr } = await cli(argv);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/\n\s+at |Error:|undefined|\[object/);
    expect(stderr).not.toContain("sesame");
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test.each([
    ["json", ["--from", "FOLDER/nothing.json", "-o", "json"]],
    ["json of a wrong command line", ["--frm=x", "-ojson"]],
    ["yaml", ["--from", "FOLDER/nothing.json", "--output=yaml"]],
  ])("a failure with -o %s is the document Failure on stdout", async (_, argv) => {
    const { code, stdout, stderr } = await cli(argv);
    const document = load(stdout);
    expect(documentSchema.safeParse(document).error).toBeUndefined();
    expect(document).toMatchObject({ apiVersion: "why-pending/v1", kind: "Failure" });
    expect(stderr).toBe("");
    expect(code).toBe(2);
  });

  test("objects that are malformed are left out and named; the rest is diagnosed", async () => {
    const { code, stdout } = await cli(["--from", "FOLDER/some-malformed.json", "-o", "json"]);
    expect(code).toBe(1);
    expect(stdout).toContain("web-1");
    const text = await cli(["--from", "FOLDER/some-malformed.json"]);
    expect(text.stdout + text.stderr).toMatch(/Pod web-2 is left out: metadata\.labels/);
  });

  test("what a cluster says cannot drive the terminal", async () => {
    for (const output of ["text", "markdown", "json", "yaml"]) {
      const { stdout, stderr } = await cli(["evil", "--kubeconfig=FOLDER/good", "-o", output, "--color=never"]);
      expect(stdout).toContain("evil");
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });

  test("six megabytes of events are no reason to hang", async () => {
    const { code, stdout } = await cli(["--from", "FOLDER/many-events.json"]);
    expect(code).toBe(1);
    expect(stdout.length).toBeLessThan(20_000);
  });
});
