import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { connect } from "../../src/cluster/connect.ts";
import type { ConnectionOptions } from "../../src/cluster/connection-options.ts";
import type { ConnectionTarget } from "../../src/cluster/connection-target.ts";
import { resolveTarget } from "../../src/cluster/kubeconfig.ts";
import { Failure } from "../../src/text/failure.ts";
import { type Lab, type Seen, startLab } from "./parity/lab.ts";
import { send } from "./parity/send.ts";
import { emptied, filled, SITUATIONS, type Situation } from "./parity/situations.ts";
import { testWorld } from "./parity/world.ts";

/** What kubectl did: written by scripts/parity.mjs. */
interface Expected {
  readonly view: View | { readonly refused: string };
  readonly get:
    | { readonly request: Seen }
    | { readonly dials: string }
    | { readonly untrusted: string }
    | { readonly refused: string };
  readonly namespace?: string;
  readonly execInfo?: unknown;
  readonly execCall?: string;
}

/** `kubectl config view --minify --flatten --raw -o json`. */
interface View {
  readonly clusters: readonly [{ readonly name: string; readonly cluster: Readonly<Record<string, unknown>> }];
  readonly contexts: readonly [{ readonly name: string; readonly context: { readonly namespace?: string } }];
  readonly users: readonly [{ readonly name: string; readonly user: Readonly<Record<string, unknown>> }] | null;
}

const { situations } = JSON.parse(readFileSync(new URL("./parity/expected.json", import.meta.url), "utf8")) as {
  situations: Readonly<Record<string, Expected>>;
};

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.close());

/** Flags of a situation as the command line hands them over: `--as-group=a` twice is `asGroup: ["a", …]`. */
function optionsOf(flags: readonly string[]): ConnectionOptions {
  const words = flags.map((flag) => flag.replace(/^-n$/, "--namespace").replace(/^-s$/, "--server"));
  const options: Record<string, unknown> = { patienceMs: 30_000 };
  for (let index = 0; index < words.length; index += 1) {
    const [, flag = "", given] = /^--([^=]+)(?:=(.*))?$/s.exec(words[index] ?? "") ?? [];
    const key = flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    if (/^(insecure-skip-tls-verify|disable-compression)$/.test(flag)) options[key] = given !== "false";
    else if (/^as-(group|user-extra)$/.test(flag)) options[key] = [...((options[key] as string[]) ?? []), given];
    else if (flag === "request-timeout") options.requestTimeoutMs = Number.parseInt(given ?? "", 10) * 1000;
    else if (given !== undefined) options[key] = given;
    else {
      index += 1;
      options[key] = words[index];
    }
  }
  return options as unknown as ConnectionOptions;
}

async function resolved(situation: Situation): Promise<ConnectionTarget> {
  const { env, flags } = lab.layOut(situation);
  const world = testWorld(env, { workingDirectory: lab.filling.DIR });
  return resolveTarget(optionsOf(flags), world, lab.serviceAccountFolder);
}

/** What we do in a situation, in the words of expected.json. */
async function outcome(situation: Situation): Promise<unknown> {
  let target: ConnectionTarget;
  try {
    target = await resolved(situation);
    if (target.server.includes(":8080")) return { dials: new URL(target.server).host };
    if (target.proxyUrl) {
      expect(target.proxyUrl).toBe(`http://127.0.0.1:${lab.filling.PROXY_PORT}`);
      await target.credentials.get();
      const path = emptied(new URL(target.server).host, lab.filling);
      return { request: { scheme: "proxy", path, headers: {} } };
    }
    await target.credentials.get();
  } catch (error) {
    if (error instanceof Failure) return "refused";
    throw error;
  }
  lab.take();
  try {
    await send(target);
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (code === "ECONNREFUSED") return { dials: new URL(target.server).host };
    if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET|ALTNAME/.test(code)) return "untrusted";
    throw error;
  }
  return { request: JSON.parse(emptied(JSON.stringify(lab.take()[0]), lab.filling)) };
}

/** Names in TLS have no case, and Go sends them as they are written. */
const lowerCaseName = (got: unknown) => JSON.parse(JSON.stringify(got).replace("LOCALHOST", "localhost"));

describe("each request is the one that kubectl sends", () => {
  test("every situation has been shown to kubectl", () => {
    expect(Object.keys(situations)).toEqual(SITUATIONS.map(({ name }) => name));
  });

  test.each(SITUATIONS.map((situation) => [situation.name, situation] as const))("%s", async (name, situation) => {
    const { get, execInfo, execCall } = situations[name] as Expected;
    const ours = await outcome(situation);
    if ("refused" in get) expect(ours).toBe("refused");
    // Where there is nothing to trust, to say so at once is as good as a handshake that fails.
    else if ("untrusted" in get) expect(["untrusted", "refused"]).toContain(ours);
    else expect(ours).toEqual(lowerCaseName(get));
    const info = lab.read("exec-info.json");
    expect(info && JSON.parse(info)).toEqual(execInfo);
    expect(lab.read("exec-call.txt")).toEqual(execCall);
  });

  const withNamespace = SITUATIONS.filter(({ name }) => situations[name]?.namespace);
  test.each(withNamespace.map((situation) => [situation.name, situation] as const))(
    "namespace: %s",
    async (name, situation) => {
      expect((await resolved(situation)).namespace).toBe(situations[name]?.namespace);
    },
  );
});

/** Where kubectl got an answer, so do we over our own connection; a proxy of the situations refuses to connect. */
const ANSWERED = SITUATIONS.filter(({ name }) => {
  const { get } = situations[name] as Expected;
  return "request" in get && get.request.scheme !== "proxy";
});

describe("our own connection sends what kubectl sends", () => {
  test.each(ANSWERED.map((situation) => [situation.name, situation] as const))("%s", async (name, situation) => {
    const target = await resolved(situation);
    lab.take();
    const api = connect(target, testWorld({}));
    try {
      await api.version();
    } finally {
      api.close();
    }
    const { get } = situations[name] as Expected;
    const seen = JSON.parse(
      emptied(JSON.stringify({ request: lab.take()[0] }), lab.filling).replace("/version", "/api"),
    );
    expect(seen).toEqual(lowerCaseName(get));
  });
});

/** Situations that flags, environment or a pod do not change: there `kubectl config view` shows what counts. */
const VIEWED = SITUATIONS.filter(({ name, flags = [], serviceAccount }) => {
  const { view, get } = situations[name] as Expected;
  const isPlain = !serviceAccount && flags.every((flag) => /^--(kubeconfig|context)=/.test(flag));
  return isPlain && !("refused" in view) && !("refused" in get) && !("dials" in get);
});

describe("each target has what kubectl config view shows", () => {
  test.each(VIEWED.map((situation) => [situation.name, situation] as const))("%s", async (name, situation) => {
    const view = situations[name]?.view as View;
    const [{ name: clusterName, cluster }] = view.clusters;
    const [{ name: contextName, context }] = view.contexts;
    let target: ConnectionTarget;
    try {
      target = await resolved(situation);
    } catch (error) {
      // Not usable, and kubectl finds that out later.
      expect(error).toBeInstanceOf(Failure);
      expect(situations[name]?.get).toHaveProperty("untrusted");
      return;
    }
    const text = (field: string) => filled(String(cluster[field] ?? ""), lab.filling);
    const isTls = text("server").toLowerCase().startsWith("https:");
    expect(target).toMatchObject({
      context: contextName,
      cluster: clusterName,
      ...(view.users && { user: view.users[0].name }),
      namespace: context.namespace ?? "default",
      disableCompression: cluster["disable-compression"] ?? false,
      insecureSkipTlsVerify: isTls && (cluster["insecure-skip-tls-verify"] ?? false),
    });
    expect(target.proxyUrl ?? "").toBe(text("proxy-url"));
    expect(target.tlsServerName ?? "").toBe(isTls ? text("tls-server-name") : "");
    const authority = isTls ? Buffer.from(text("certificate-authority-data"), "base64").toString("utf8").trim() : "";
    expect(target.certificateAuthority ?? "").toBe(authority);
  });
});
