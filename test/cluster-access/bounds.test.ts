import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { runExecPlugin } from "../../src/cluster/exec-plugin.ts";
import { idTokenOf } from "../../src/cluster/oidc.ts";
import { RESOURCES } from "../../src/cluster/resources.ts";
import { Failure } from "../../src/text/failure.ts";
import { plain } from "../../src/text/text.ts";
import {
  closeServers,
  type Handler,
  httpProxy,
  httpServer,
  httpsServer,
  json,
  pem,
  status,
} from "./support/servers.ts";
import { apiOf, closeApis, worldOf } from "./support/target.ts";

// Whatever a server or a plugin sends, and however slowly: there is a bound in bytes, pages or time, and the message has it.

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "why-pending-"));
});
afterEach(() => {
  closeApis();
  closeServers();
  rmSync(folder, { recursive: true });
});

/** Sends a byte each 100 ms, for ever. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.write("{");
  const timer = setInterval(() => response.write(" "), 100);
  response.on("close", () => clearInterval(timer));
}

/** Sends spaces as fast as they are taken, for ever. */
function flood(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const piece = Buffer.alloc(1024 * 1024, " ");
  let isOpen = true;
  response.on("close", () => {
    isOpen = false;
  });
  response.on("error", () => {});
  const send = () => {
    if (isOpen) response.write(piece, () => setImmediate(send));
  };
  send();
}

const messageOf = async (asking: Promise<unknown>): Promise<string> => {
  const error = await asking.then(
    (answer) => answer,
    (failure) => failure,
  );
  return error instanceof Failure ? plain(error.headline) : String((error as { message?: unknown }).message);
};

describe("answers of the API server", () => {
  const listOf = async (handler: Handler, more: Parameters<typeof apiOf>[1] = {}): Promise<string> => {
    const server = await httpsServer(handler);
    return messageOf(apiOf(server.url, more).list(RESOURCES.Pod, "shop"));
  };

  test("a gzip answer that inflates without bound", async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, " "));
    expect(
      await listOf((_request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
        response.end(bomb);
      }),
    ).toBe("the API server's answer is larger than 256 MiB");
  }, 20_000);

  test("a body without end", async () => {
    expect(await listOf((_request, response) => flood(response))).toBe(
      "the API server's answer is larger than 256 MiB",
    );
  }, 20_000);

  test("a body of one byte after the other", async () => {
    expect(await listOf((_request, response) => drip(response), { patienceMs: 1000 })).toMatch(/1 s/);
  });

  test("the same continue token again and again", async () => {
    expect(
      await listOf((_request, response) => json(response, { kind: "PodList", items: [], metadata: { continue: "a" } })),
    ).toBe("the API server sends the same page of the list again");
  });

  test("a new continue token for ever", async () => {
    let pages = 0;
    const message = await listOf(
      (_request, response) => json(response, { kind: "PodList", items: [], metadata: { continue: String(++pages) } }),
      { patienceMs: 30_000 },
    );
    expect(message).toBe("the list does not end after 500 pages");
    expect(pages).toBe(500);
  }, 30_000);

  test("objects without end", async () => {
    const items = Array.from({ length: 60_000 }, () => ({}));
    let pages = 0;
    expect(
      await listOf((_request, response) =>
        json(response, { kind: "PodList", items, metadata: { continue: `${pages++}` } }),
      ),
    ).toBe("the list has more than 150000 objects");
    expect(pages).toBe(3);
  });

  test("410 on each continue token, also of the list in one piece", async () => {
    let asked = 0;
    const message = await listOf((request, response) => {
      asked++;
      if (/continue=/.test(request.url ?? "")) status(response, 410, { reason: "Expired", message: "too old" });
      else json(response, { kind: "PodList", items: [], metadata: { continue: "a" } });
    });
    expect(message).toBe("too old");
    expect(asked).toBe(4);
  });

  test("redirects are not followed", async () => {
    expect(
      await listOf((request, response) => {
        response.writeHead(302, { location: request.url }).end();
      }),
    ).toMatch(/Kubernetes|302/);
  });
});

describe("credential plugins", () => {
  const run = (script: string, patienceMs: number): Promise<string> => {
    const plugin = join(folder, "plugin");
    writeFileSync(plugin, `#!/bin/sh\n${script}\n`);
    chmodSync(plugin, 0o755);
    const exec = {
      command: plugin,
      apiVersion: "client.authentication.k8s.io/v1",
      interactiveMode: "Never",
    };
    const cluster = { server: "https://example.test", config: null };
    return messageOf(
      runExecPlugin(
        exec,
        cluster,
        { ...worldOf({ PATH: process.env.PATH ?? "" }), workingDirectory: folder },
        patienceMs,
      ),
    );
  };

  test.each([
    ["never ends", "sleep 600", "it did not end within 0.5 s (--patience)"],
    ["drips", "while :; do echo x; sleep 0.1; done", "it did not end within 0.5 s (--patience)"],
    ["ends and leaves one behind that holds its output", "sleep 600 &", "it did not end within 0.5 s (--patience)"],
  ])("one that %s", async (_name, script, why) => {
    expect(await run(script, 500)).toContain(why);
  });

  test("one that prints without end", async () => {
    expect(await run("yes", 10_000)).toContain("it printed more than 1 MiB");
  });
});

describe("OIDC", () => {
  const loginAt = (
    issuer: string,
    env: Record<string, string> = {},
    config: Record<string, string> = {},
    patienceMs = 10_000,
  ) =>
    messageOf(
      idTokenOf(
        { "idp-issuer-url": issuer, "client-id": "me", "refresh-token": "r1", ...config },
        worldOf(env),
        patienceMs,
      ).then(({ idToken }) => ({ message: idToken })),
    );

  test("an issuer that drips", async () => {
    const { url } = await httpServer((_request, response) => drip(response));
    expect(await loginAt(url, {}, {}, 1000)).toContain("did not answer within 1 s (--patience)");
  });

  test("an issuer that never ends", async () => {
    const { url } = await httpServer((_request, response) => flood(response));
    expect(await loginAt(url)).toContain("answers with more than 1 MiB");
  });

  const provider = () =>
    httpsServer((request, response) => {
      let form = "";
      request.on("data", (chunk) => {
        form += chunk;
      });
      request.on("end", () => {
        if (request.method === "GET")
          json(response, {
            token_endpoint: `https://${request.headers.host ?? request.headers[":authority"]}/token`,
          });
        else json(response, { id_token: `${request.method} ${new URLSearchParams(form).get("refresh_token")}` });
      });
    });

  test("a private authority is trusted where the kubeconfig names it, and only there", async () => {
    const { url } = await provider();
    const data = Buffer.from(pem("root")).toString("base64");
    expect(await loginAt(url, {}, { "idp-certificate-authority-data": data })).toBe("POST r1");
    expect(await loginAt(url)).toContain("cannot be reached");
  });

  test("the roots of SSL_CERT_FILE count, as for the API server", async () => {
    const { url } = await provider();
    const roots = join(folder, "roots.pem");
    writeFileSync(roots, pem("root"));
    expect(await loginAt(url, { SSL_CERT_FILE: roots })).toBe("POST r1");
  });

  test("the proxy of the environment leads to the issuer", async () => {
    const { url } = await provider();
    const proxy = await httpProxy();
    // This machine's own addresses are never asked for through a proxy, so the issuer has a name.
    const issuer = url.replace("127.0.0.1", "api.example.test").replace("localhost", "api.example.test");
    const data = Buffer.from(pem("root")).toString("base64");
    const said = await loginAt(issuer, { HTTPS_PROXY: proxy.url }, { "idp-certificate-authority-data": data });
    expect(proxy.asked[0]).toMatch(/^CONNECT api\.example\.test:\d+$/);
    expect(said).toMatch(/^POST r1$|cannot be reached/);
  });
});
