import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { RegistryOutcome } from "../../src/snapshot/registry-answer.ts";
import {
  closedPort,
  closeServers,
  type Handler,
  httpProxy,
  httpServer,
  httpsServer,
  json,
  pem,
  tcpServer,
} from "../cluster-access/support/servers.ts";
import {
  type AskedWith,
  ask,
  askAll,
  indexOf,
  MANIFEST,
  refuse,
  registry,
  sendManifest,
  sha256,
  startRegistry,
} from "./support.ts";

afterEach(closeServers);

/** What is said of shop/cart:1.0, asked anonymously. */
async function outcomeOf(handler: Handler, options: AskedWith = {}): Promise<RegistryOutcome | undefined> {
  const { port } = await startRegistry(handler);
  return (await ask(`127.0.0.1:${port}/shop/cart:1.0`, options)).tries.at(-1)?.outcome;
}

const text =
  (status: number, body: string, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(status, { "content-type": "text/html", ...headers });
    response.end(body);
  };

const errors =
  (status: number, code: string, message: string, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    refuse(response, status, code, message, headers);

describe("answers that are none", () => {
  const PAGE = "<!doctype html><html><head><title>Sign in to Acme</title></head></html>";
  test.each<[string, Handler, RegistryOutcome]>([
    [
      "a login page",
      text(200, PAGE),
      { is: "not-a-registry", message: 'answers with a web page titled "Sign in to Acme"' },
    ],
    [
      "a page for whatever is asked",
      text(404, PAGE),
      { is: "not-a-registry", message: 'answers with a web page titled "Sign in to Acme"' },
    ],
    ["404 without a word", text(404, ""), { is: "not-a-registry", message: "answers with status 404" }],
    [
      "garbage that is no JSON",
      text(200, "\u0000\u0001{]"),
      { is: "failed", status: 200, message: "answers with content that is no manifest" },
    ],
    [
      "JSON that is no manifest",
      (_, response) => json(response, { hello: "world" }),
      { is: "failed", status: 200, message: "answers with content that is no manifest" },
    ],
    [
      "an array of arrays without end",
      text(200, "[".repeat(1_000_000)),
      { is: "failed", status: 200, message: "answers with content that is no manifest" },
    ],
    [
      "401 without a word about logging in",
      text(401, ""),
      { is: "failed", status: 401, message: "answers with status 401 and does not say how to log in" },
    ],
    [
      "a page with 403",
      text(403, "<title>Blocked</title>"),
      {
        is: "failed",
        status: 403,
        message: 'answers with status 403 and a web page titled "Blocked" and does not say how to log in',
      },
    ],
    [
      "403 of a registry",
      errors(403, "DENIED", "requested access is denied"),
      { is: "denied", status: 403, message: "requested access is denied" },
    ],
    [
      "a server error",
      errors(503, "UNAVAILABLE", "storage is down"),
      { is: "failed", status: 503, message: "storage is down" },
    ],
    ["a server error without words", text(502, ""), { is: "failed", status: 502, message: "answers with status 502" }],
  ])("%s", async (_, handler, outcome) => {
    expect(await outcomeOf(handler)).toEqual(outcome);
  });

  test("where the tags may not be listed, what is missing stays open", async () => {
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      request.url?.includes("/tags/")
        ? refuse(response, 403, "DENIED", "no listing")
        : refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
    expect(await outcomeOf(answer)).toEqual({ is: "not-found", message: "manifest unknown" });
  });

  test("control characters and long texts of a server are cut to one line", async () => {
    const outcome = await outcomeOf(errors(403, "DENIED", `no\n\n\u001b[31m${"x".repeat(1000)}`));
    expect(outcome).toMatchObject({ is: "denied", message: expect.stringMatching(/^no \S{297}$/) });
  });
});

describe("contents that are wrong", () => {
  const served =
    (content: string, headers: Record<string, string> = {}): Handler =>
    (request, response) =>
      sendManifest(response, content, request.method === "HEAD", headers);
  const FALSE = { is: "failed", status: 200, message: "answers with content that is not its digest" };

  test("a digest in the header that is not the content's", async () => {
    expect(await outcomeOf(served(MANIFEST, { "docker-content-digest": sha256("x") }))).toEqual(FALSE);
  });

  test("content that is not the digest that was asked for", async () => {
    const { port } = await startRegistry(served(MANIFEST));
    const { tries } = await ask(`127.0.0.1:${port}/shop/cart@${sha256("x")}`);
    expect(tries[0]?.outcome).toEqual(FALSE);
  });

  test("by its digest an image is found, whatever tag stands beside it", async () => {
    const { port, requests } = await startRegistry({ images: { [`shop/cart@${sha256(MANIFEST)}`]: MANIFEST } });
    const { tries } = await ask(`127.0.0.1:${port}/shop/cart:gone@${sha256(MANIFEST)}`);
    expect(tries[0]?.outcome).toMatchObject({ is: "found", digest: sha256(MANIFEST) });
    expect(requests[0]).toContain(`/manifests/sha256:`);
  });

  test("the old form of manifests is told as such; its digest is of other bytes", async () => {
    const old = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    const content = JSON.stringify({ schemaVersion: 1, name: "shop/cart" });
    const digest = sha256("payload");
    const headers = { "content-type": old, "docker-content-digest": digest };
    expect(await outcomeOf(served(content, headers))).toEqual({ is: "found", digest, mediaType: old });
  });

  test("a manifest of 50 MB is refused before it is read", async () => {
    let written = 0;
    const chunk = Buffer.alloc(256 * 1024, 0x20);
    const outcome = await outcomeOf((request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      if (request.method === "HEAD") {
        response.end();
        return;
      }
      const write = () => {
        let isFree = true;
        while (isFree && written < 50 * 1024 * 1024 && !response.destroyed) {
          written += chunk.length;
          isFree = response.write(chunk);
        }
        if (isFree) response.end();
        else response.once("drain", write);
      };
      write();
    });
    expect(outcome).toEqual({
      is: "failed",
      status: 200,
      message: "the manifest has more than 4 MiB; container runtimes take 4 MiB at most",
    });
    expect(written).toBeLessThan(40 * 1024 * 1024);
  });

  test("one that announces its size is not even asked for", async () => {
    const { port, requests } = await startRegistry((_, response) => {
      response.writeHead(200, { "content-length": "52428800", "docker-content-digest": sha256("x") }).end();
    });
    const { tries } = await ask(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(tries[0]?.outcome).toMatchObject({
      message: "the manifest has 52428800 bytes; container runtimes take 4 MiB at most",
    });
    expect(requests.every((request) => request.includes("HEAD"))).toBe(true);
  });

  test("platforms that are no names are left out", async () => {
    const content = indexOf("linux/amd64", "linux/arm/v7", "windows/amd64", "evil\u001b/x y", "linux/amd64");
    expect(await outcomeOf(served(content))).toMatchObject({
      platforms: ["linux/amd64", "linux/arm/v7", "windows/amd64"],
    });
  });

  test("a registry that does not know HEAD is asked with GET", async () => {
    const outcome = await outcomeOf((request, response) =>
      request.method === "HEAD" ? response.writeHead(405).end() : sendManifest(response, MANIFEST, false),
    );
    expect(outcome).toMatchObject({ is: "found", digest: sha256(MANIFEST) });
  });
});

describe("rate limits", () => {
  test.each([
    ["seconds", { "retry-after": "120" }, 120],
    ["a number of seconds until the reset", { "ratelimit-reset": "300" }, 300],
    ["a date", { "retry-after": new Date(Date.now() + 600_000).toUTCString() }, 600],
    ["a time since 1970", { "x-ratelimit-reset": String(Math.round(Date.now() / 1000) + 900) }, 900],
  ])("429 with %s", async (_, headers: Record<string, string>, seconds) => {
    const outcome = await outcomeOf(errors(429, "TOOMANYREQUESTS", "slow down", headers));
    expect(outcome).toMatchObject({ is: "rate-limited", message: "too many requests" });
    const until = Date.parse((outcome as { until: string }).until);
    expect(Math.abs(until - Date.now() - seconds * 1000)).toBeLessThan(30_000);
  });

  test.each([
    ["nothing", {}],
    ["nonsense", { "retry-after": "soon", "ratelimit-reset": "-1" }],
    ["a time beyond all calendars", { "retry-after": "999999999999" }],
  ])("429 with %s says no time", async (_, headers: Record<string, string>) => {
    expect(await outcomeOf(errors(429, "TOOMANYREQUESTS", "slow down", headers))).toEqual({
      is: "rate-limited",
      message: "too many requests",
    });
  });

  test("a GET that is refused where HEAD was not tells the registry's words", async () => {
    const outcome = await outcomeOf((request, response) => {
      if (request.method === "HEAD") sendManifest(response, MANIFEST, true);
      else refuse(response, 429, "TOOMANYREQUESTS", "You have reached your pull rate limit");
    });
    expect(outcome).toEqual({ is: "rate-limited", message: "You have reached your pull rate limit" });
  });

  test("pulls that are left are told, and the last is not used up", async () => {
    const headers = (left: number) => ({ "ratelimit-limit": "100;w=21600", "ratelimit-remaining": `${left};w=21600` });
    const handler =
      (left: number): Handler =>
      (request, response) =>
        sendManifest(response, MANIFEST, request.method === "HEAD", headers(left));
    const [some, none] = [await startRegistry(handler(76)), await startRegistry(handler(0))];
    expect(await ask(`127.0.0.1:${some.port}/shop/cart:1.0`)).toMatchObject({ rate: { limit: 100, remaining: 76 } });
    const answer = await ask(`127.0.0.1:${none.port}/shop/cart:1.0`);
    expect(answer).toMatchObject({ rate: { limit: 100, remaining: 0 }, tries: [{ outcome: { is: "found" } }] });
    expect(none.requests).toEqual(["2.0 HEAD /v2/shop/cart/manifests/1.0"]);
  });
});

describe("no answer", () => {
  const unreachable = (image: string, options: AskedWith = {}) =>
    ask(image, options).then(({ tries }) => tries.map(({ outcome }) => outcome));

  test("nobody listens", async () => {
    const port = await closedPort();
    expect(await unreachable(`127.0.0.1:${port}/shop/cart:1.0`)).toEqual([
      { is: "unreachable", step: "connect", code: "ECONNREFUSED", message: `127.0.0.1:${port} refuses the connection` },
    ]);
  });

  test("a name that DNS does not know", async () => {
    const [outcome] = await unreachable("registry.invalid/shop/cart:1.0");
    expect(outcome).toMatchObject({ is: "unreachable", step: "dns" });
    expect((outcome as { message: string }).message).toMatch(/^DNS does not (know|answer for) registry\.invalid$/);
  });

  test.each([
    ["expired", "expired", "CERT_HAS_EXPIRED", /has expired; its own is good until Jan {1,2}1 00:00:00 2021 GMT$/],
    [
      "for other names",
      "elsewhere",
      "ERR_TLS_CERT_ALTNAME_INVALID",
      /is not for 127\.0\.0\.1, but for api\.prod\.example, kubernetes, 10\.96\.0\.1$/,
    ],
    [
      "of a stranger",
      "stranger",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      /is signed by an authority that this machine does not trust: test-stranger$/,
    ],
  ])("a certificate that is %s", async (_, certificate, code, message) => {
    const { port } = await httpsServer(registry({}), { certificate });
    const [outcome] = await unreachable(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(outcome).toMatchObject({ is: "unreachable", step: "tls", code, message: expect.stringMatching(message) });
  });

  test("an authority that only --registry-ca knows", async () => {
    const { port } = await startRegistry({ images: { "shop/cart:1.0": MANIFEST } });
    const image = `127.0.0.1:${port}/shop/cart:1.0`;
    const stranger = await unreachable(image, { trust: { insecureHosts: [] } });
    expect(stranger).toMatchObject([{ is: "unreachable", step: "tls" }]);
    const several = { certificateAuthority: `${pem("stranger")}\n${pem("root")}`, insecureHosts: [] };
    expect(await unreachable(image, { trust: several })).toMatchObject([{ is: "found" }]);
  });

  test("plain HTTP where TLS is expected, and what --registry-insecure makes of it", async () => {
    const { port } = await httpServer(registry({ images: { "shop/cart:1.0": MANIFEST } }));
    const image = `127.0.0.1:${port}/shop/cart:1.0`;
    const [outcome] = await unreachable(image);
    expect(outcome).toMatchObject({
      is: "unreachable",
      step: "tls",
      message: `127.0.0.1:${port} does not speak TLS; it may speak plain HTTP`,
    });
    const insecure = { insecureHosts: [`127.0.0.1:${port}`] };
    expect(await unreachable(image, { trust: insecure })).toMatchObject([{ is: "found" }]);
    expect(await unreachable(image, { trust: { insecureHosts: ["127.0.0.1"] } })).toMatchObject([
      { is: "unreachable" },
    ]);
  });

  test("with --registry-insecure a certificate is not checked, for that host only", async () => {
    const { port } = await httpsServer(registry({ images: { "shop/cart:1.0": MANIFEST } }), {
      certificate: "stranger",
    });
    const other = await httpsServer(registry({}), { certificate: "stranger" });
    const trust = { insecureHosts: [`127.0.0.1:${port}`] };
    expect(await unreachable(`127.0.0.1:${port}/shop/cart:1.0`, { trust })).toMatchObject([{ is: "found" }]);
    expect(await unreachable(`127.0.0.1:${other.port}/shop/cart:1.0`, { trust })).toMatchObject([
      { is: "unreachable", step: "tls" },
    ]);
  });

  test("a server that closes every connection", async () => {
    const { port } = await tcpServer((socket) => socket.destroy());
    const [outcome] = await unreachable(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(outcome).toMatchObject({
      is: "unreachable",
      step: "tls",
      message: expect.stringContaining("closes the connection"),
    });
  });

  test("one that never begins TLS is given five seconds", async () => {
    const { port } = await tcpServer(() => {});
    const begin = Date.now();
    const [outcome] = await unreachable(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(outcome).toMatchObject({
      is: "unreachable",
      step: "tls",
      code: "TIMED_OUT",
      message: expect.stringMatching(/within 5 s$/),
    });
    expect(Date.now() - begin).toBeGreaterThan(4900);
    expect(Date.now() - begin).toBeLessThan(8000);
  }, 15_000);

  test("a drip of bytes ends with the request's time", async () => {
    const outcome = await outcomeOf(
      (request, response) => {
        if (request.method === "HEAD") return sendManifest(response, MANIFEST, true);
        response.writeHead(200, { "content-type": "application/json" });
        const timer = setInterval(() => response.write(" "), 20);
        return response.on("close", () => clearInterval(timer));
      },
      { patienceMs: 700 },
    );
    expect(outcome).toMatchObject({ is: "unreachable", step: "answer", code: "TIMED_OUT" });
  });

  test("what lets every request wait for most of its time is given up after 15 seconds", async () => {
    const { port, requests } = await startRegistry((request, response) => {
      const wait = setTimeout(() => {
        if (request.url?.includes("/tags/"))
          json(response, { tags: [`1.${requests.length}`] }, 200, {
            link: `</v2/shop/cart/tags/list?last=${requests.length}>; rel="next"`,
          });
        else refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      }, 3500);
      response.on("close", () => clearTimeout(wait));
    });
    const begin = Date.now();
    const { tries, tags } = await ask(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(Date.now() - begin).toBeGreaterThan(13_000);
    expect(Date.now() - begin).toBeLessThan(18_000);
    expect(tries).toMatchObject([{ outcome: { is: "no-manifest" } }]);
    expect(tags).toMatchObject({ seen: 2, isComplete: false });
  }, 30_000);

  test("a proxy that refuses is named, with who set it", async () => {
    const proxy = await httpProxy({ login: "jane:secret" });
    const [outcome] = await unreachable("docker.io/library/nginx:1.25", { env: { HTTPS_PROXY: proxy.url } });
    expect(outcome).toEqual({
      is: "unreachable",
      step: "proxy",
      code: "PROXY_REFUSED",
      message: `the proxy ${proxy.url} (HTTPS_PROXY) does not let through: it answered 407 Proxy Authentication Required`,
    });
    expect(proxy.asked).toEqual(["CONNECT registry-1.docker.io:443"]);
  });

  test("many images on a host that is down cost one connection and have the same answer", async () => {
    const { port, connections } = await httpsServer(registry({}), { certificate: "expired" });
    const images = Array.from({ length: 30 }, (_, n) => `127.0.0.1:${port}/shop/cart:${n}`);
    const answers = await askAll(images);
    expect(answers).toHaveLength(30);
    expect(new Set(answers.map(({ tries }) => JSON.stringify(tries))).size).toBe(1);
    // One more reads the certificate.
    expect(connections()).toBeLessThanOrEqual(2);
  });
});

describe("how much is asked", () => {
  test("at most four images at once", async () => {
    let [now, most] = [0, 0];
    const { port } = await startRegistry((request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        registry({ images: {} })(request, response);
      }, 30);
    });
    await askAll(Array.from({ length: 12 }, (_, n) => `127.0.0.1:${port}/shop/cart:${n}`));
    expect(most).toBe(4);
  });

  test("an image that pods of several namespaces want is asked about once", async () => {
    const { port, requests } = await startRegistry({ images: { "shop/cart:1.0": MANIFEST } });
    const image = `127.0.0.1:${port}/shop/cart:1.0`;
    const answers = await askAll([image, image, image]);
    expect(answers).toHaveLength(3);
    expect(requests).toHaveLength(2);
  });

  test("what cannot be begun in time is left out", async () => {
    expect(await askAll(["registry.invalid/shop/cart:1.0"], { patienceMs: 0 })).toEqual([]);
  });

  test("endless pages of tags end", async () => {
    let pages = 0;
    const { port } = await startRegistry((request, response) => {
      if (!request.url?.includes("/tags/")) return refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      const tags = Array.from({ length: 100 }, (_, n) => `0.${pages}.${n}`);
      return json(response, { tags }, 200, { link: `</v2/shop/cart/tags/list?last=${pages++}&n=100>; rel="next"` });
    });
    const { tags } = await ask(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(tags).toMatchObject({ seen: 5000, isComplete: false });
    expect(pages).toBe(50);
  });

  test("a page that leads to itself ends at once", async () => {
    let pages = 0;
    const { port } = await startRegistry((request, response) => {
      if (!request.url?.includes("/tags/")) return refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      pages++;
      return json(response, { tags: ["1.1"] }, 200, { link: '</v2/shop/cart/tags/list?last=1.1>; rel="next"' });
    });
    const { tags } = await ask(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(tags).toEqual({ nearest: ["1.1"], seen: 1, isComplete: false });
    expect(pages).toBe(2);
  });

  test("pages are read to their end, and tags that are none are left out", async () => {
    const pages = [["0.9", "../evil", "a".repeat(200)], ["1.1"]];
    const { port } = await startRegistry((request, response) => {
      if (!request.url?.includes("/tags/")) return refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      const last = request.url.includes("last=x");
      return json(response, { tags: pages[last ? 1 : 0] }, 200, last ? {} : { link: '<?last=x>; rel="next"' });
    });
    const { tags } = await ask(`127.0.0.1:${port}/shop/cart:1.0`);
    expect(tags).toEqual({ nearest: ["1.1", "0.9"], seen: 2, isComplete: true });
  });
});
