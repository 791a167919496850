import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ConnectionOptions } from "../../src/cluster/connection-options.ts";
import { resolveTarget } from "../../src/cluster/kubeconfig.ts";
import { Failure } from "../../src/text/failure.ts";
import { plain } from "../../src/text/text.ts";
import { testWorld } from "./parity/world.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const GOOD = `current-context: dev
clusters: [{name: c, cluster: {server: "https://10.0.4.12:6443"}}]
users: [{name: u, user: {token: s3cret}}]
contexts: [{name: dev, context: {cluster: c, user: u}}]
`;

function write(content: string, path = ".kube/config"): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const resolve = (options: Partial<ConnectionOptions> = {}, env: Record<string, string> = {}) =>
  resolveTarget(
    { patienceMs: 30_000, ...options },
    testWorld({ HOME: home, ...env }),
    join(home, "no-service-account"),
  );

async function told(options: Partial<ConnectionOptions> = {}, env: Record<string, string> = {}): Promise<string> {
  try {
    await resolve(options, env);
  } catch (error) {
    if (error instanceof Failure) return [error.headline, ...error.seen, ...error.todo].map(plain).join("\n");
    throw error;
  }
  throw new Error("no Failure was thrown");
}

describe("where the address comes from", () => {
  test("the kubeconfig and its context", async () => {
    const file = write(GOOD);
    expect((await resolve()).source).toBe(`${file}, context dev`);
  });

  test("no kubeconfig: what was looked for", async () => {
    const { server, source, credentials } = await resolve();
    expect(server).toBe("http://localhost:8080");
    expect(source).toBe(
      `kubectl's default address, as there is no kubeconfig (looked for ${join(home, ".kube/config")})`,
    );
    expect(await credentials.get()).toEqual({});
  });

  test("no current-context", async () => {
    const file = write(GOOD.replace("current-context: dev\n", ""));
    expect((await resolve()).source).toBe(`kubectl's default address, as ${file} has no current-context`);
  });

  test("a context whose cluster is not there", async () => {
    const file = write(GOOD.replace("cluster: c,", "cluster: gone,"));
    expect((await resolve()).source).toBe(
      `kubectl's default address, as context dev names the cluster gone, which ${file} has not`,
    );
  });

  test("a flag", async () => {
    write(GOOD);
    expect((await resolve({ server: "https://10.0.0.1" })).source).toBe("--server");
  });

  test("KUBERNETES_MASTER", async () => {
    const { server, source } = await resolve({}, { KUBERNETES_MASTER: "http://10.0.0.1:80" });
    expect(server).toBe("http://10.0.0.1");
    expect(source).toContain("KUBERNETES_MASTER");
  });
});

describe("what cannot be used is told", () => {
  test.each([
    ["context", { context: "devv" }, "There is no context devv in your kubeconfig.", "nearest: dev", "get-contexts"],
    ["cluster", { cluster: "cc" }, "There is no cluster cc in your kubeconfig.", "looked in", "get-clusters"],
    ["user", { user: "root" }, "There is no user root in your kubeconfig.", "looked in", "get-users"],
  ])("no such %s", async (_kind, options, ...sentences) => {
    write(GOOD);
    const message = await told(options);
    for (const sentence of sentences) expect(message).toContain(sentence);
  });

  test("--context without any kubeconfig", async () => {
    expect(await told({ context: "dev" })).toContain("there is no kubeconfig; looked for");
  });

  test("broken YAML: the file and the line, nothing of its content", async () => {
    const file = write(GOOD.replace("users: [", "users: [[\n"));
    const message = await told();
    expect(message).toContain(`The kubeconfig ${file} cannot be used: it is neither YAML nor JSON; line `);
    expect(message).not.toContain("s3cret");
  });

  test("a field of a wrong type: its path, not its value", async () => {
    write(GOOD.replace("token: s3cret", "token: 31337"));
    const message = await told();
    expect(message).toContain("users.0.user.token is not of type string; quotes around it may be missing");
    expect(message).not.toContain("31337");
  });

  test("two users of one name: the name, not what is in them", async () => {
    write(GOOD.replace("users: [", "users: [{name: u, user: {token: other}}, "));
    const message = await told();
    expect(message).toContain("two entries named u");
    expect(message).not.toMatch(/s3cret|other/);
  });

  test("a certificate that is not there", async () => {
    write(GOOD.replace('6443"', '6443", certificate-authority: ca.crt'));
    expect(await told()).toContain(
      `the file ${join(home, ".kube/ca.crt")} of cluster c cannot be read: there is no such file`,
    );
  });

  test("several problems: one line each", async () => {
    write(GOOD.replace("token: s3cret", "token: s3cret, username: me, as-uid: '1'"));
    const message = await told();
    expect(message).toContain("user u has both a token and a password");
    expect(message).toContain("without a user name (--as)");
  });

  test("no credentials", async () => {
    write(GOOD.replace("token: s3cret", ""));
    expect(await told()).toContain("User u has no credentials");
  });

  test("the login in a server's address is not repeated", async () => {
    write(GOOD.replace("https://10.0.4.12:6443", "ftp://me:s3cret@10.0.4.12"));
    const message = await told();
    expect(message).toContain("ftp://10.0.4.12 is no address of an API server: only https:// and http:// are spoken.");
    expect(message).not.toContain("s3cret");
  });
});

test("times come from the flags", async () => {
  write(GOOD);
  expect(await resolve({ requestTimeoutMs: 1500, patienceMs: 7 })).toMatchObject({
    requestTimeoutMs: 1500,
    patienceMs: 7,
  });
  expect(await resolve()).toMatchObject({ requestTimeoutMs: 0, patienceMs: 30_000 });
});

test("a certificate authority may hold text and other blocks around its certificates", async () => {
  const pem = new URL("./parity/pki/ca.crt", import.meta.url).pathname;
  const { readFileSync } = await import("node:fs");
  const certificate = readFileSync(pem, "utf8");
  const junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const file = write(`# our CA\n${junk}${certificate}`, "ca.crt");
  write(GOOD);
  expect((await resolve({ certificateAuthority: file })).certificateAuthority).toBe(certificate.trim());
});
