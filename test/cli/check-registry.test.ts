import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RegistryAnswer } from "../../src/snapshot/registry-answer.ts";
import { closeServers, httpServer, type TestServer } from "../cluster-access/support/servers.ts";
import { base64, MANIFEST, registry } from "../registry/support.ts";
import { RUNTIMES, runCli } from "./support/cli.ts";
import { type FakeApi, startFakeApi } from "./support/fake-api.ts";
import { pod } from "./support/objects.ts";

const LOGIN = "puller:correct-horse";

let folder: string;
let api: FakeApi;
let store: TestServer;
let host: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "why-pending-"));
  store = await httpServer(registry({ images: { "shop/cart:2.0.1": MANIFEST }, basic: LOGIN }));
  host = `127.0.0.1:${store.port}`;
  const waiting = pod("cart-1", { namespace: "shop", waiting: "ImagePullBackOff", image: `${host}/shop/cart:2.0.2` });
  const auths = { [host]: { auth: base64(LOGIN) } };
  api = await startFakeApi({
    objects: [
      { ...waiting, spec: { ...(waiting.spec as object), imagePullSecrets: [{ name: "login" }] } },
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "login", namespace: "shop" },
        type: "kubernetes.io/dockerconfigjson",
        data: { ".dockerconfigjson": base64(JSON.stringify({ auths })) },
      },
    ],
  });
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server: api.url } }],
    users: [{ name: "test", user: { token: "sesame" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "shop" } }],
  };
  writeFileSync(file("config"), JSON.stringify(kubeconfig));
  writeFileSync(file("empty.pem"), "no certificate\n");
});

afterAll(async () => {
  closeServers();
  await api.close();
  rmSync(folder, { recursive: true });
});

const why = (runtime: (typeof RUNTIMES)[number], ...argv: string[]) =>
  runCli(runtime, ["cart-1", "--kubeconfig", file("config"), ...argv], { cwd: folder });

/** The answers and the whole text of a saved snapshot. */
function saved(name: string): { text: string; answers: readonly RegistryAnswer[] | undefined } {
  const text = readFileSync(file(name), "utf8");
  return { text, answers: JSON.parse(text).whyPending.registryAnswers };
}

describe.each(RUNTIMES)("--check-registry on %s", (runtime) => {
  test("the pod's pull secret is used, and the answer is part of the snapshot", async () => {
    const { code, stdout, stderr } = await why(
      runtime,
      "--check-registry",
      `--registry-insecure=${host}`,
      "--save-snapshot=asked.json",
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const { text, answers } = saved("asked.json");
    expect(stdout).toContain(`Asked        ${host} (as secret shop/login, user puller)`);
    expect(answers).toEqual([
      {
        image: `${host}/shop/cart:2.0.2`,
        namespace: "shop",
        secrets: ["login"],
        askedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        isInsecure: true,
        hosts: [host],
        tries: [
          {
            login: { as: "secret", secret: "login", entry: host, user: "puller" },
            outcome: { is: "no-manifest", message: "manifest unknown" },
          },
        ],
        tags: { nearest: ["2.0.1"], seen: 1, isComplete: true },
      },
    ]);
    for (const secret of ["correct-horse", base64(LOGIN)]) {
      expect(text).not.toContain(secret);
      expect(stdout).not.toContain(secret);
    }
  });

  test("without the flag no registry gets a packet", async () => {
    const before = store.connections();
    const { code } = await why(runtime, "--save-snapshot=not-asked.json");
    expect(code).toBe(1);
    expect(store.connections()).toBe(before);
    expect(saved("not-asked.json").answers).toBeUndefined();
  });

  test("with --registry-auth=none no credential is sent, and no Secret is read for one", async () => {
    const before = store.headers.length;
    await why(
      runtime,
      "--check-registry",
      "--registry-auth=none",
      `--registry-insecure=${host}`,
      "--save-snapshot=anonymous.json",
    );
    expect(saved("anonymous.json").answers?.[0]?.tries).toEqual([
      { login: { as: "anonymous" }, outcome: { is: "denied", status: 401, message: "authentication required" } },
    ]);
    const sent = store.headers.slice(before).flat();
    expect(sent.filter(([name]) => name === "authorization")).toEqual([]);
  });

  test("--redact hides the registry and the namespace in the answers too", async () => {
    await why(runtime, "--check-registry", `--registry-insecure=${host}`, "--redact", "--save-snapshot=redacted.json");
    const { text, answers } = saved("redacted.json");
    expect(text).not.toContain(host);
    expect(answers?.[0]).toMatchObject({ namespace: "namespace-1", image: "registry-1.example/shop/cart:2.0.2" });
  });
});

test.each([
  [
    "a file that is not there",
    ["--check-registry", "--registry-ca=none.pem"],
    "--registry-ca none.pem cannot be read: ENOENT.",
  ],
  [
    "a file without a certificate",
    ["--check-registry", "--registry-ca=empty.pem"],
    "--registry-ca empty.pem holds no certificate.",
  ],
  [
    "a URL for a host",
    ["--check-registry", "--registry-insecure=http://x"],
    "--registry-insecure takes a host as it stands in images, not http://x.",
  ],
  [
    "a flag for asking without asking",
    ["--registry-ca=empty.pem"],
    "--registry-ca says how registries are asked, and none is asked without --check-registry.",
  ],
  [
    "an unknown way to log in",
    ["--check-registry", "--registry-auth=nobody"],
    "--registry-auth takes pod and none, not nobody",
  ],
  [
    "a saved snapshot",
    ["--check-registry", "--from=empty.pem"],
    "--check-registry and --from do not go together: what registries say is part of a snapshot.",
  ],
])("%s is told in one sentence", async (_, argv, sentence) => {
  const { code, stdout, stderr } = await why("node", ...argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.replace(/\s+/g, " ")).toContain(sentence);
});
