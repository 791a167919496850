import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "@jest/globals";
import { chooseProxy } from "../../src/cluster/proxy.ts";
import { RESOURCES } from "../../src/cluster/resources.ts";
import { systemRoots } from "../../src/cluster/system-roots.ts";
import {
  closedPort,
  closeServers,
  type Handler,
  httpProxy,
  httpServer,
  httpsServer,
  json,
  pem,
  socksProxy,
  status,
  tcpServer,
} from "./support/servers.ts";
import { apiOf, closeApis, credentials, failureOf, type targetOf } from "./support/target.ts";

afterEach(() => {
  closeApis();
  closeServers();
});

const { Pod } = RESOURCES;
const answer: Handler = (_, response) => json(response, { kind: "Pod", metadata: { name: "web" } });
const ask = (server: string, more: Partial<ReturnType<typeof targetOf>> = {}, env: Record<string, string> = {}) =>
  apiOf(server, more, env).get(Pod, "shop", "web");
const failure = (...args: Parameters<typeof ask>) => failureOf(ask(...args));
const ok = { state: "ok", body: { kind: "Pod", metadata: { name: "web" } } };
describe("trust", () => {
  test.each(["root", "intermediate", "server"])("%s may be the authority, as in Go", async (authority) => {
    const server = await httpsServer(answer);
    expect(await ask(server.url, { certificateAuthority: pem(authority) })).toEqual(ok);
  });

  test("an authority may stand among others and among text", async () => {
    const server = await httpsServer(answer);
    expect(await ask(server.url, { certificateAuthority: `# ours\n${pem("stranger")}\n${pem("root")}` })).toEqual(ok);
  });

  test("a name that the certificate has may be expected in place of the address", async () => {
    const names: unknown[] = [];
    const server = await httpsServer(
      (request, response) => {
        names.push((request.socket as TLSSocket & { servername?: string }).servername);
        answer(request, response);
      },
      { certificate: "elsewhere", isHttp1: true },
    );
    expect(await ask(server.url, { tlsServerName: "kubernetes" })).toEqual(ok);
    expect(names).toEqual(["kubernetes"]);
    expect(await ask(server.url, { tlsServerName: "10.96.0.1" })).toEqual(ok);
  });

  test("nothing is checked with insecure-skip-tls-verify", async () => {
    const server = await httpsServer(answer, { certificate: "expired" });
    expect(await ask(server.url, { certificateAuthority: "", insecureSkipTlsVerify: true })).toEqual(ok);
  });

  test.each([
    ["HTTP/2", {}],
    ["HTTP/1.1", { isHttp1: true }],
  ])("the client certificate is shown over %s", async (_, options) => {
    const server = await httpsServer(answer, { clients: "require", ...options });
    const proof = { clientCertificate: pem("client"), clientKey: pem("client-key") };
    expect(await ask(server.url, { credentials: credentials(proof) })).toEqual(ok);
  });

  describe("without an authority is the system's", () => {
    const directory = mkdtempSync(join(tmpdir(), "roots-"));
    const file = join(directory, "bundle.pem");
    writeFileSync(file, `${pem("stranger")}${pem("root")}`);
    const target = { certificateAuthority: "" };

    test("SSL_CERT_FILE", async () => {
      const server = await httpsServer(answer);
      expect(await ask(server.url, target, { SSL_CERT_FILE: file })).toEqual(ok);
      const told = await failure(server.url, target, {
        SSL_CERT_FILE: "/nonexistent",
        SSL_CERT_DIR: "/nonexistent",
      });
      expect(told).toContain("signed by an authority that is not trusted here");
      expect(told).toContain("trusted: the authorities of this system");
    });

    test("SSL_CERT_DIR, a list", () => {
      const roots = systemRoots({ SSL_CERT_FILE: "/nonexistent", SSL_CERT_DIR: `/nonexistent:${directory}` }, "linux");
      expect(roots).toEqual([pem("stranger").trim(), pem("root").trim()]);
      rmSync(directory, { recursive: true });
    });
  });
});

describe("proxies", () => {
  const secret = { login: "me:p@ss" };

  test.each([
    ["http", {}, ""],
    ["http with a login", secret, "me:p%40ss@"],
    ["https", { certificate: "server" }, ""],
  ])("%s: CONNECT, then HTTP/2 to the server", async (_, options, login) => {
    const [server, proxy] = await Promise.all([httpsServer(answer), httpProxy(options)]);
    expect(await ask(server.url, { proxyUrl: proxy.url.replace("://", `://${login}`) })).toEqual(ok);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
    expect(server.requests).toEqual(["2.0 GET /api/v1/namespaces/shop/pods/web"]);
  });

  test("http, and an API server that speaks HTTP/1.1", async () => {
    const [server, proxy] = await Promise.all([httpsServer(answer, { isHttp1: true }), httpProxy()]);
    expect(await ask(server.url, { proxyUrl: proxy.url })).toEqual(ok);
    expect(server.requests).toEqual(["1.1 GET /api/v1/namespaces/shop/pods/web"]);
  });

  test("http, and a server that is http: the proxy passes requests on", async () => {
    const [server, proxy] = await Promise.all([httpServer(answer), httpProxy(secret)]);
    expect(await ask(server.url, { proxyUrl: proxy.url.replace("://", "://me:p%40ss@") })).toEqual(ok);
    expect(proxy.asked).toEqual([`GET ${server.url}/api/v1/namespaces/shop/pods/web`]);
  });

  test.each([
    ["without a login", {}, ""],
    ["with a login", secret, "me:p%40ss@"],
  ])("socks5 %s; the proxy looks names up", async (_, options, login) => {
    const [server, proxy] = await Promise.all([httpsServer(answer, { certificate: "elsewhere" }), socksProxy(options)]);
    const url = `https://api.prod.example:${server.port}`;
    expect(await ask(url, { proxyUrl: proxy.url.replace("://", `://${login}`) })).toEqual(ok);
    expect(proxy.asked).toEqual([`api.prod.example:${server.port}`]);
    expect(server.requests[0]).toMatch(/^2\.0/);
  });

  test("socks5 and a server that is http", async () => {
    const [server, proxy] = await Promise.all([httpServer(answer), socksProxy()]);
    expect(await ask(server.url, { proxyUrl: proxy.url })).toEqual(ok);
    expect(proxy.asked).toEqual([`127.0.0.1:${server.port}`]);
  });

  test("of the environment are used for servers that are not on this machine", async () => {
    const [server, proxy] = await Promise.all([httpsServer(answer, { certificate: "elsewhere" }), httpProxy()]);
    expect(await ask(`https://api.prod.example:${server.port}`, {}, { HTTPS_PROXY: proxy.url })).toEqual(ok);
    expect(proxy.asked).toEqual([`CONNECT api.prod.example:${server.port}`]);
  });

  test.each([
    [
      "refused",
      async () => `http://127.0.0.1:${await closedPort()}`,
      /its proxy: connection refused by 127\.0\.0\.1:\d+\.\n/,
    ],
    ["wants a login", async () => (await httpProxy(secret)).url, /does not let me through: it answered 407 Proxy Auth/],
    [
      "wants another login",
      async () => (await socksProxy(secret)).url.replace("://", "://me:no@"),
      /it does not accept the user and password/,
    ],
    ["forbids", async () => (await socksProxy({ reply: 2 })).url, /its rules do not allow this connection/],
    [
      "is no proxy",
      async () => (await tcpServer((socket) => socket.end("SSH-2.0\r\n\r\n"))).url.replace("https", "http"),
      /its answer is not HTTP/,
    ],
    [
      "closes",
      async () => (await tcpServer((socket) => socket.end())).url.replace("https", "socks5"),
      /closed the connection without an answer/,
    ],
    ["is of an unknown kind", async () => "ftp://x:1", /the proxy's address is of no use: proxy-url in the kubeconfig/],
  ])("one that %s is named, without its password", async (_, start, expected) => {
    const proxyUrl = await start();
    const told = await failure("https://api.prod.example:6443", { proxyUrl });
    expect(told).toMatch(expected);
    expect(told).toContain("remove proxy-url from the cluster's entry");
    if (proxyUrl.startsWith("ftp") === false)
      expect(told).toMatch(/proxy \w+:\/\/127\.0\.0\.1:\d+ \(from proxy-url in the kubeconfig\)/);
    expect(told).not.toContain("me:");
  });

  test("one that says nothing is waited for within bounds", async () => {
    const { url } = await tcpServer(() => {});
    const told = await failure("https://api.prod.example:6443", {
      proxyUrl: url.replace("https", "http"),
      patienceMs: 200,
    });
    expect(told).toContain("the 0.2 s that this run may take are over");
  });

  // golang.org/x/net/http/httpproxy proxy_test.go, UseProxyTests, with NO_PROXY as there.
  const noProxy =
    "foobar.com, .barbaz.net, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64";
  test.each([
    ["localhost", false],
    ["127.0.0.1", false],
    ["127.0.0.2", false],
    ["[::1]", false],
    ["[::2]", true],
    ["192.168.1.1", false],
    ["192.168.1.2", true],
    ["192.168.1.3", false],
    ["192.168.1.4", true],
    ["10.0.0.2", false],
    ["[2001:db8::52:0:1]", false],
    ["[2001:db8::52:0:2]", true],
    ["[2001:db8::52:0:3]", false],
    ["[2002:db8:a::123]", false],
    ["[fe80::424b:c8be:1643:a1b6]", true],
    ["barbaz.net", true],
    ["www.barbaz.net", false],
    ["foobar.com", false],
    ["www.foobar.com", false],
    ["foofoobar.com", true],
    ["baz.com", true],
    ["localhost.net", true],
    ["local.localhost", true],
    ["barbarbaz.net", true],
  ])("NO_PROXY: %s goes through the proxy: %s", (host, isProxied) => {
    const env = { HTTP_PROXY: "http://proxy:3128", NO_PROXY: noProxy };
    expect(chooseProxy(undefined, new URL(`http://${host}`), env) !== undefined).toBe(isProxied);
  });

  test.each([
    [
      "HTTPS_PROXY goes before https_proxy",
      "https://a",
      { HTTPS_PROXY: "http://up:1", https_proxy: "http://low:1" },
      "http://up:1",
    ],
    ["lower case will do", "https://a", { https_proxy: "http://low:1" }, "http://low:1"],
    ["an address without scheme is http", "https://a", { HTTPS_PROXY: "proxy:3128" }, "http://proxy:3128"],
    ["the port may be missing", "https://a", { HTTPS_PROXY: "socks5://p" }, "socks5://p:1080"],
    ["HTTP_PROXY is not for https", "https://a", { HTTP_PROXY: "http://p:1" }, undefined],
    ["HTTPS_PROXY is not for http", "http://a", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["ALL_PROXY is not looked at", "https://a", { ALL_PROXY: "http://p:1" }, undefined],
    ["* excludes all", "https://a", { HTTPS_PROXY: "http://p:1", NO_PROXY: "*" }, undefined],
    ["*.domain is as .domain", "https://a.b.c", { HTTPS_PROXY: "http://p:1", no_proxy: "*.b.c" }, undefined],
    ["a port in NO_PROXY counts", "https://b.c:6443", { HTTPS_PROXY: "http://p:1", NO_PROXY: "b.c:443" }, "http://p:1"],
    ["socks5h is socks5", "https://a", { HTTPS_PROXY: "socks5h://p" }, "socks5://p:1080"],
  ])("%s", (_, server, env, expected) => {
    expect(chooseProxy(undefined, new URL(server), env)?.shown).toBe(expected);
  });

  test("proxy-url goes before NO_PROXY", () => {
    expect(chooseProxy("http://p:1", new URL("https://localhost"), { NO_PROXY: "*" })?.shown).toBe("http://p:1");
  });
});

describe("a failure says what happened, where, and what to do", () => {
  const page =
    (code: number, headers: Record<string, string> = {}) =>
    (_: unknown, response: ServerResponse) => {
      response.writeHead(code, { "content-type": "text/html", ...headers });
      response.end("<!doctype html><html><head><title>Sign in</title></head></html>");
    };

  test("in full", async () => {
    const port = await closedPort();
    expect(await failure(`https://127.0.0.1:${port}`)).toBe(
      [
        `I cannot reach the cluster of context prod: connection refused by 127.0.0.1:${port}.`,
        `server https://127.0.0.1:${port} (from /home/me/.kube/config, context prod)`,
        "start what should listen there: the cluster, a tunnel, or kubectl proxy; or choose another context",
        "kubectl --context prod get --raw /readyz asks the same server",
      ].join("\n"),
    );
  });

  test("for all requests that were under way", async () => {
    const api = apiOf(`https://127.0.0.1:${await closedPort()}`);
    const told = await Promise.all(["a", "b", "c"].map((name) => failureOf(api.get(Pod, "shop", name))));
    expect(new Set(told).size).toBe(1);
  });

  test("DNS does not know the name", async () => {
    const told = await failure("https://api.nowhere.invalid:6443");
    expect(told).toMatch(/DNS does not know the name api\.nowhere\.invalid|api\.nowhere\.invalid cannot be looked up/);
  });

  test.each([
    [
      "expired",
      {},
      "a certificate of the server has expired; its own is good until Jan  1 00:00:00 2021 GMT",
      "this machine's clock says 2026-05-01T10:00:00.000Z",
    ],
    [
      "future",
      {},
      "a certificate of the server is not valid yet; its own is good from Jan  1 00:00:00 2090 GMT",
      "set this machine's clock right",
    ],
    [
      "server",
      { certificateAuthority: pem("stranger") },
      "signed by an authority that is not trusted here",
      "certificate test-server, signed by test-intermediate",
    ],
    [
      "stranger",
      {},
      "signed by an authority that is not trusted here",
      "trusted: only the certificate authority of the cluster's entry",
    ],
    [
      "elsewhere",
      {},
      "the server's certificate is not for 127.0.0.1",
      "it is for api.prod.example, kubernetes and 10.96.0.1",
    ],
    [
      "server",
      { tlsServerName: "api.prod" },
      "the server's certificate is not for api.prod",
      "it is for localhost and 127.0.0.1",
    ],
    [
      "nameless",
      { tlsServerName: "localhost" },
      "the server's certificate is not for localhost",
      "a common name alone does not count",
    ],
  ])("certificate %s, %j", async (certificate, more, headline, line) => {
    const server = await httpsServer(answer, { certificate });
    const told = await failure(server.url, more);
    expect(told.split("\n")[0]).toContain(headline);
    expect(told).toContain(line);
    expect(server.requests).toEqual([]);
  });

  test.each([
    ["HTTP/2", {}],
    ["HTTP/1.1", { isHttp1: true }],
  ])("the server wants a client certificate, over %s", async (_, options) => {
    const server = await httpsServer(answer, { clients: "require", ...options });
    const told = await failure(server.url);
    expect(told).toContain("the server refuses the client certificate");
    expect(told).toContain("certificate required");
  });

  test.each([
    [
      "no authority",
      { certificateAuthority: "bm8=" },
      "the certificate authority that I was given holds no certificate",
    ],
    [
      "a key of another certificate",
      { credentials: credentials({ clientCertificate: pem("client"), clientKey: pem("server-key") }) },
      "the client certificate and the client key do not belong together",
    ],
    [
      "no certificate",
      { credentials: credentials({ clientCertificate: "x", clientKey: "y" }) },
      "the certificates that I was given cannot be used",
    ],
  ])("files that cannot be used: %s", async (_, more, expected) => {
    expect(await failure("https://127.0.0.1:1", more)).toContain(expected);
  });

  test("HTTPS to a server that speaks HTTP", async () => {
    const { port } = await httpServer(answer);
    const told = await failure(`https://127.0.0.1:${port}`);
    expect(told).toContain(`127.0.0.1:${port} does not speak TLS`);
    expect(told).toContain(`http://127.0.0.1:${port}`);
  });

  test("HTTP to a server that speaks HTTPS, as Go answers it", async () => {
    const { url } = await httpServer((_, response) => {
      response.writeHead(400, { "content-type": "text/plain" });
      response.end("Client sent an HTTP request to an HTTPS server.\n");
    });
    expect(await failure(url)).toContain(`change the address to ${url.replace("http:", "https:")}`);
  });

  test.each([
    ["during TLS", "closes the connection before TLS is set up"],
    ["silent", "accepts the connection, but TLS does not begin: the 0.3 s that this run may take are over"],
  ])("connections that end: %s", async (how, expected) => {
    const { url } = await tcpServer((socket) => {
      if (how === "during TLS") socket.once("data", () => socket.destroy());
    });
    expect(await failure(url, { patienceMs: 300 })).toContain(expected);
  });

  test("connections that end after the request", async () => {
    const server = await httpsServer((request) => request.socket.destroy(), { isHttp1: true });
    expect(await failure(server.url)).toContain("closes the connection without an answer");
    expect(server.requests).toHaveLength(2);
  });

  test.each([
    ["a page", page(200), "status 200 and a page with the title Sign in"],
    ["a redirect", page(302, { location: "/login" }), "status 302"],
    ["a forbidden page", page(403), "status 403"],
    ["a page that is not found", page(404), "status 404"],
  ])("what answers is no API server: %s", async (_, handler, expected) => {
    const server = await httpsServer(handler);
    const told = await failure(server.url);
    expect(told).toContain(`What answers at ${server.url} is not a Kubernetes API server.`);
    expect(told).toContain(expected);
  });

  test("a load balancer's 502 is the answer to one request", async () => {
    const server = await httpsServer(page(502));
    expect(await ask(server.url)).toEqual({ state: "failed", message: "the API server answers with status 502" });
  });

  test("once the server has spoken, a lost connection fails the request, not the run", async () => {
    const server = await httpsServer((request, response) => {
      if (request.url?.endsWith("/version")) json(response, { gitVersion: "v1.36.3" });
      else if (request.url?.endsWith("/html")) page(200)(request, response);
      else status(response, 500, { message: "x" });
    });
    const api = apiOf(server.url);
    await api.version();
    await api.get(Pod, "shop", "first");
    expect((await api.get(Pod, "shop", "html")).state).toBe("failed");
    server.close();
    const gone = await api.get(Pod, "shop", "web");
    expect(gone).toEqual({
      state: "failed",
      message: `I cannot reach the cluster of context prod: connection refused by 127.0.0.1:${server.port}.`,
    });
  });
});
