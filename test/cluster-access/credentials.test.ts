import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ConnectionTarget } from "../../src/cluster/connection-target.ts";
import { resolveTarget } from "../../src/cluster/kubeconfig.ts";
import { Failure } from "../../src/text/failure.ts";
import { plain } from "../../src/text/text.ts";
import { testWorld } from "./parity/world.ts";

let folder: string;
let now: Date;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  now = new Date("2030-01-01T00:00:00Z");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string) => join(folder, path);

function configOf(user: string): string {
  const path = file("config");
  writeFileSync(
    path,
    `current-context: dev
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
users:
- name: u
  user: ${user}
contexts: [{name: dev, context: {cluster: c, user: u}}]
`,
  );
  return path;
}

function target(user: string, isInteractive = false): Promise<ConnectionTarget> & { written?: string[] } {
  const world = testWorld({ HOME: folder, PATH: "/usr/bin:/bin" }, { now: () => now, isInteractive });
  const resolving: Promise<ConnectionTarget> & { written?: string[] } = resolveTarget(
    { kubeconfig: configOf(user), patienceMs: 30_000 },
    world,
  );
  resolving.written = world.written;
  return resolving;
}

const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

/** Everything that a Failure tells. */
async function failureOf(doing: Promise<unknown>): Promise<string> {
  try {
    await doing;
  } catch (error) {
    if (error instanceof Failure) return [error.headline, ...error.seen, ...error.todo].map(plain).join("\n");
    throw error;
  }
  throw new Error("no Failure was thrown");
}

describe("token file", () => {
  test("is read again after a minute less ten seconds, and at once after a 401", async () => {
    writeFileSync(file("token"), "one\n");
    const { credentials } = await target("{tokenFile: token}");
    expect(await credentials.get()).toEqual({ authorization: "Bearer one" });
    writeFileSync(file("token"), "two\n");
    later(49);
    expect(await credentials.get()).toEqual({ authorization: "Bearer one" });
    later(2);
    expect(await credentials.get()).toEqual({ authorization: "Bearer two" });
    writeFileSync(file("token"), "three\n");
    expect(credentials.renew()).toBe(true);
    expect(await credentials.get()).toEqual({ authorization: "Bearer three" });
  });

  test("keeps its last token when it is gone", async () => {
    writeFileSync(file("token"), "one\n");
    const { credentials } = await target("{tokenFile: token}");
    await credentials.get();
    rmSync(file("token"));
    later(60);
    expect(await credentials.get()).toEqual({ authorization: "Bearer one" });
  });

  test("that is absent is named", async () => {
    const { credentials } = await target("{tokenFile: absent}");
    expect(await failureOf(credentials.get())).toContain(`The token file ${file("absent")} cannot be read`);
  });

  test("a plain token is nothing to renew", async () => {
    const { credentials } = await target("{token: t}");
    expect(credentials.renew()).toBe(false);
  });
});

describe("exec plugin", () => {
  const exec = (more = "") =>
    `{exec: {command: ./login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable${more}}}`;

  /** A plugin that counts its runs in its token, and writes down what it was told. */
  function plugin(status: (run: string) => string): void {
    writeFileSync(
      file("login"),
      `#!/bin/sh
echo run >> "${file("runs")}"
printf '%s' "$KUBERNETES_EXEC_INFO" > "${file("info")}"
n=$(wc -l < "${file("runs")}" | tr -d ' ')
echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": '"${status("$n").replaceAll('"', '\\"')}"'}'
`,
    );
    chmodSync(file("login"), 0o755);
  }
  const runs = () => readFileSync(file("runs"), "utf8").split("\n").length - 1;

  test("runs once for all requests that go out together", async () => {
    plugin((run) => `{"token": "t${run}"}`);
    const { credentials } = await target(exec());
    const proofs = await Promise.all([credentials.get(), credentials.get(), credentials.get()]);
    expect(proofs).toEqual(Array(3).fill({ authorization: "Bearer t1" }));
    expect(runs()).toBe(1);
  });

  test("runs again when its credential has expired", async () => {
    plugin((run) => `{"token": "t${run}", "expirationTimestamp": "2030-01-01T00:10:00Z"}`);
    const { credentials } = await target(exec());
    await credentials.get();
    later(600);
    expect(await credentials.get()).toEqual({ authorization: "Bearer t1" });
    later(1);
    expect(await credentials.get()).toEqual({ authorization: "Bearer t2" });
  });

  test("runs again after a 401", async () => {
    plugin((run) => `{"token": "t${run}"}`);
    const { credentials } = await target(exec());
    await credentials.get();
    expect(credentials.renew()).toBe(true);
    expect(await credentials.get()).toEqual({ authorization: "Bearer t2" });
  });

  test.each([
    [true, true],
    [false, false],
  ])("is told whether somebody can answer: %s", async (isInteractive, told) => {
    plugin(() => `{"token": "t"}`);
    await (await target(exec(), isInteractive)).credentials.get();
    expect(JSON.parse(readFileSync(file("info"), "utf8"))).toEqual({
      kind: "ExecCredential",
      apiVersion: "client.authentication.k8s.io/v1",
      spec: { interactive: told },
    });
  });

  test("that never asks is told so on a terminal too", async () => {
    plugin(() => `{"token": "t"}`);
    await (await target(exec().replace("IfAvailable", "Never"), true)).credentials.get();
    expect(JSON.parse(readFileSync(file("info"), "utf8")).spec).toEqual({ interactive: false });
  });

  test("that is missing: name and hint, without control characters", async () => {
    const { credentials } = await target(
      exec(', installHint: "run: brew install \\u001b[31mlogin"').replace("./login", "no-such-login"),
    );
    const told = await failureOf(credentials.get());
    expect(told).toContain("The credential plugin no-such-login was not found.");
    expect(told).toContain("run: brew install [31mlogin");
  });

  test("that fails: its exit code, and that its own words stand above", async () => {
    writeFileSync(file("login"), "#!/bin/sh\nexit 7\n");
    chmodSync(file("login"), 0o755);
    const told = await failureOf((await target(exec())).credentials.get());
    expect(told).toContain("it ended with exit code 7");
    expect(told).toContain("stands above");
  });

  test("what it printed is never repeated", async () => {
    plugin(() => `{"token": "s3cret", "clientKeyData": "s3cret"}`);
    expect(await failureOf((await target(exec())).credentials.get())).not.toContain("s3cret");
  });

  test("a failure is not kept: the next request may ask again", async () => {
    writeFileSync(file("login"), "#!/bin/sh\nexit 7\n");
    chmodSync(file("login"), 0o755);
    const { credentials } = await target(exec());
    await failureOf(credentials.get());
    plugin((run) => `{"token": "t${run}"}`);
    credentials.renew();
    expect(await credentials.get()).toEqual({ authorization: "Bearer t1" });
  });
});

describe("auth-provider oidc", () => {
  const jwt = (expires: string) =>
    `e30.${Buffer.from(JSON.stringify({ exp: Date.parse(expires) / 1000 })).toString("base64url")}.x`;
  const OLD = jwt("2029-01-01T00:00:00Z");
  const NEW = jwt("2031-01-01T00:00:00Z");

  let server: Server;
  let asked: { path: string; authorization: string | undefined; form: Record<string, string> }[];
  let answerToken: (request: IncomingMessage, form: Record<string, string>) => [number, unknown];
  let issuer: string;

  beforeEach(async () => {
    asked = [];
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      const form = Object.fromEntries(new URLSearchParams(body));
      asked.push({ path: request.url ?? "", authorization: request.headers.authorization, form });
      const [status, answer] =
        request.url === "/.well-known/openid-configuration"
          ? [200, { token_endpoint: `${issuer}/token` }]
          : answerToken(request, form);
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((done) => server.close(done)));

  const user = (config: Record<string, string>) =>
    JSON.stringify({
      "auth-provider": { name: "oidc", config: { "idp-issuer-url": issuer, "client-id": "me", ...config } },
    });

  test("a valid id-token is sent as it is", async () => {
    const { credentials } = await target(user({ "id-token": NEW }));
    expect(await credentials.get()).toEqual({ authorization: `Bearer ${NEW}` });
    expect(asked).toEqual([]);
  });

  test("ten seconds before its end an id-token is renewed, and both tokens are kept in the kubeconfig", async () => {
    answerToken = () => [200, { id_token: NEW, refresh_token: "r2" }];
    const soon = jwt("2030-01-01T00:00:10Z");
    const { credentials } = await target(user({ "id-token": soon, "refresh-token": "r1", "client-secret": "s" }));
    expect(await credentials.get()).toEqual({ authorization: `Bearer ${NEW}` });
    expect(asked[1]).toMatchObject({
      path: "/token",
      authorization: `Basic ${Buffer.from("me:s").toString("base64")}`,
      form: { grant_type: "refresh_token", refresh_token: "r1" },
    });
    const kept = readFileSync(file("config"), "utf8");
    expect(kept).toContain(NEW);
    expect(kept).toContain('"refresh-token":"r2"');
    expect(kept).not.toContain(soon);
    expect(kept).toContain("current-context: dev");
  });

  test("a provider that takes the secret only in the form gets it there", async () => {
    answerToken = (request) =>
      request.headers.authorization ? [401, { error: "invalid_client" }] : [200, { id_token: NEW }];
    const { credentials } = await target(user({ "refresh-token": "r1", "client-secret": "s" }));
    expect(await credentials.get()).toEqual({ authorization: `Bearer ${NEW}` });
    expect(asked[2]?.form).toEqual({
      grant_type: "refresh_token",
      refresh_token: "r1",
      client_id: "me",
      client_secret: "s",
    });
  });

  test("a refused refresh token is told without the token", async () => {
    answerToken = () => [400, { error: "invalid_grant" }];
    const { credentials } = await target(user({ "id-token": OLD, "refresh-token": "r-s3cret" }));
    const told = await failureOf(credentials.get());
    expect(told).toContain("invalid_grant");
    expect(told).not.toContain("r-s3cret");
  });

  test("where the kubeconfig is locked the user is told that the new refresh token is lost", async () => {
    answerToken = () => [200, { id_token: NEW, refresh_token: "r2" }];
    const resolving = target(user({ "id-token": OLD, "refresh-token": "r1" }));
    const { credentials } = await resolving;
    writeFileSync(file("config.lock"), "");
    await credentials.get();
    expect(resolving.written?.join("")).toContain("could not be kept");
    expect(readFileSync(file("config"), "utf8")).toContain('"r1"');
  });

  test("requests that go out together refresh once", async () => {
    answerToken = () => [200, { id_token: NEW }];
    const { credentials } = await target(user({ "refresh-token": "r1" }));
    await Promise.all([credentials.get(), credentials.get()]);
    expect(asked.map(({ path }) => path)).toEqual(["/.well-known/openid-configuration", "/token"]);
  });
});
