// Registries that misbehave. hostile.test does it over TLS, the first part of the repository says how; elsewhere.test is the
// other host that it sends clients to, and records what they bring along.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import { connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { RUN } from "../lib/machine.mjs";
import { certify } from "../lib/user.mjs";
import { addressOf } from "./hosts.mjs";
import { listenOn, requestLog, stop } from "./request-log.mjs";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const MB = 1 << 20;
/** No blob of it is anywhere, so that no node can pull it. */
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: MANIFEST,
  config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: `sha256:${"c".repeat(64)}`, size: 2 },
  layers: [],
});
export const sha256 = (content) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
/** The port of hostile.test that takes connections and says nothing. */
export const SILENT_PORT = 5800;

const say = (response, status, headers, body = "") => {
  response.writeHead(status, headers);
  response.end(body);
};
const sayJson = (response, status, body, headers = {}) =>
  say(response, status, { "content-type": "application/json", ...headers }, JSON.stringify(body));
const error = (code, message) => ({ errors: [{ code, message }] });
const sayManifest = (response, method, digest = sha256(manifest)) => {
  response.writeHead(200, {
    "content-type": MANIFEST,
    "docker-content-digest": digest,
    "content-length": Buffer.byteLength(manifest),
  });
  response.end(method === "HEAD" ? "" : manifest);
};
const unknownManifest = (response) => sayJson(response, 404, error("MANIFEST_UNKNOWN", "manifest unknown"));
const BASIC = { "www-authenticate": 'Basic realm="hostile"' };
const bearer = (realm) => ({ "www-authenticate": `Bearer realm="${realm}",service="hostile.test"` });
const unauthorized = (response, challenge) =>
  sayJson(response, 401, error("UNAUTHORIZED", "authentication required"), challenge);
const isManifest = (url) => url.includes("/manifests/");
/** Writes a piece each second for as long as somebody listens. */
function drip(response, piece) {
  const timer = setInterval(() => response.write(piece()), 1000);
  response.on("close", () => clearInterval(timer));
}

/** What hostile.test does, by the first part of the repository. Each is given `request` and `response`. */
const behaviours = {
  // Basic authentication first, so that the client has something to give away.
  redirect: ({ url, headers }, response) =>
    headers.authorization
      ? say(response, 307, { location: `https://elsewhere.test${url}` })
      : unauthorized(response, BASIC),
  "redirect-in-the-clear": ({ url, headers }, response) =>
    headers.authorization
      ? say(response, 307, { location: `http://hostile.test${url}` })
      : unauthorized(response, BASIC),
  "redirect-for-ever": ({ url }, response) => say(response, 307, { location: `${url.split("?")[0]}?${Date.now()}` }),
  "redirect-to-file": (_, response) => say(response, 302, { location: "file:///etc/passwd" }),
  "login-loop": (_, response) => unauthorized(response, BASIC),
  "token-loop": ({ url }, response) =>
    url.includes("/token?")
      ? sayJson(response, 200, { token: "token-of-hostile-test" })
      : unauthorized(response, bearer("https://hostile.test/v2/token-loop/token")),
  "realm-in-the-clear": (_, response) => unauthorized(response, bearer("http://elsewhere.test/token")),
  "limited-until": (_, response) =>
    sayJson(response, 429, error("TOOMANYREQUESTS", "You have reached your pull rate limit."), {
      "retry-after": "900",
      "ratelimit-limit": "100;w=21600",
      "ratelimit-remaining": "0;w=21600",
    }),
  limited: (_, response) => say(response, 429, {}, "Too Many Requests"),
  "many-left": ({ method, url }, response) => {
    if (!isManifest(url)) return sayJson(response, 404, error("NAME_UNKNOWN", "repository name not known"));
    response.setHeader("ratelimit-limit", "100;w=21600");
    response.setHeader("ratelimit-remaining", "76;w=21600");
    sayManifest(response, method);
  },
  "endless-tags": ({ url }, response) => {
    if (isManifest(url)) return unknownManifest(response);
    const last = Number(new URL(url, "https://hostile.test").searchParams.get("last") ?? 0);
    const tags = Array.from({ length: 100 }, (_, index) => `0.${last}.${index}`);
    const next = `<${url.split("?")[0]}?last=${last + 1}&n=100>; rel="next"`;
    sayJson(response, 200, { name: "endless-tags/app", tags }, { link: next });
  },
  "tags-elsewhere": ({ url, headers }, response) => {
    if (!headers.authorization) return unauthorized(response, BASIC);
    if (isManifest(url)) return unknownManifest(response);
    const next = `<https://elsewhere.test${url.split("?")[0]}?last=1>; rel="next"`;
    sayJson(response, 200, { name: "tags-elsewhere/app", tags: ["1.0.0"] }, { link: next });
  },
  huge: ({ method }, response) => {
    response.writeHead(200, { "content-type": MANIFEST });
    if (method === "HEAD") return response.end();
    const block = Buffer.alloc(MB, " ");
    let left = 50;
    const pour = () => {
      while (left > 0 && response.writable) {
        left -= 1;
        if (!response.write(block)) return response.once("drain", pour);
      }
      response.end();
    };
    pour();
  },
  "slow-drip": ({ method }, response) => {
    response.writeHead(200, { "content-type": MANIFEST, "content-length": manifest.length });
    if (method === "HEAD") return response.end();
    let sent = 0;
    drip(response, () => manifest[sent++] ?? "");
  },
  "slow-headers": (_, response) => {
    // One header line a second, and never the empty line.
    const { socket } = response;
    socket.write("HTTP/1.1 200 OK\r\n");
    const timer = setInterval(() => socket.write(`x-${Date.now()}: 1\r\n`), 1000);
    socket.on("close", () => clearInterval(timer));
    socket.on("error", () => {});
  },
  "no-answer": () => {},
  "cut-off": ({ method }, response) => {
    response.writeHead(200, { "content-type": MANIFEST, "content-length": manifest.length });
    if (method === "HEAD") return response.socket.destroy();
    response.write(manifest.slice(0, 40), () => response.socket.destroy());
  },
  garbage: ({ method }, response) => {
    const body = '{"schemaVersion": 2, "mediaType": ';
    say(
      response,
      200,
      { "content-type": MANIFEST, "docker-content-digest": sha256(body) },
      method === "HEAD" ? "" : body,
    );
  },
  "other-content": ({ method }, response) => sayManifest(response, method, `sha256:${"d".repeat(64)}`),
  "login-page": ({ method }, response) =>
    say(response, 200, { "content-type": "text/html" }, method === "HEAD" ? "" : "<html><h1>Please log in</h1></html>"),
  "login-redirect": ({ method, url }, response) =>
    url.endsWith("/login")
      ? behaviours["login-page"]({ method }, response)
      : say(response, 302, { location: "/v2/login-redirect/login" }),
  unavailable: (_, response) => say(response, 503, { "content-type": "text/plain" }, "upstream connect error"),
  broken: (_, response) => sayJson(response, 500, error("UNKNOWN", "unknown error")),
  "login-expired": ({ headers }, response) =>
    headers.authorization
      ? sayJson(response, 403, error("DENIED", "Your authorization token has expired. Reauthenticate and try again."))
      : unauthorized(response, BASIC),
  // The words hold what the client sent: a report or a snapshot must not.
  echo: ({ headers }, response) =>
    headers.authorization
      ? sayJson(
          response,
          403,
          error("DENIED", `no access with ${headers.authorization} (${decoded(headers.authorization)})`),
        )
      : unauthorized(response, BASIC),
  "ugly-words": (_, response) =>
    sayJson(response, 403, error("DENIED", `\u001b[2J\u001b]0;owned\u0007${"A".repeat(MB)}`)),
};

const decoded = (authorization) => Buffer.from(authorization.replace(/^Basic /, ""), "base64").toString();

function misbehave(request, response) {
  const [, , name] = request.url.split("/");
  if (behaviours[name]) behaviours[name](request, response);
  else sayJson(response, 200, {});
}

/** Starts them all; `requests` are those that came, with their host and whether they came in the clear. */
export async function startHostileServers() {
  const log = requestLog();
  await Promise.all([
    certify("hostile", "DNS:hostile.test,DNS:elsewhere.test"),
    certify("other-name", "DNS:quite-another.test"),
    certify("expired", "DNS:expired.test", -1),
  ]);
  const tls = (name) => ({
    key: readFileSync(join(RUN, "pki", `${name}.key`)),
    cert: readFileSync(join(RUN, "pki", `${name}.crt`)),
  });
  const welcome = ({ method }, response) => sayManifest(response, method);
  const overTls = (certificate, host, answer) =>
    listenOn(createServer(tls(certificate), log.listen(host, false, answer)), 443, addressOf(host));
  const inTheClear = (host) => listenOn(createPlainServer(log.listen(host, true, welcome)), 80, addressOf(host));
  const servers = await Promise.all([
    overTls("hostile", "hostile.test", misbehave),
    overTls("hostile", "elsewhere.test", welcome),
    overTls("expired", "expired.test", welcome),
    overTls("other-name", "other-name.test", welcome),
    inTheClear("hostile.test"),
    inTheClear("elsewhere.test"),
    listenOn(silentServer(), SILENT_PORT, addressOf("hostile.test")),
    listenOn(proxy(), 3128, addressOf("proxy.test")),
    listenOn(refusingProxy(), 3129, addressOf("proxy.test")),
  ]);
  return { requests: log.requests, close: () => servers.forEach(stop) };
}

/** A proxy for CONNECT. */
function proxy() {
  return createPlainServer().on("connect", ({ url }, socket) => {
    const [host, port] = url.split(":");
    const onward = connect(Number(port), addressOf(host), () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ])
      end.on("error", () => other.destroy());
  });
}

function refusingProxy() {
  return createPlainServer().on("connect", (_, socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
  });
}

/** Takes connections, and never says a word. */
function silentServer() {
  const sockets = new Set();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.closeAllConnections = () => {
    for (const socket of sockets) socket.destroy();
  };
  return server;
}
