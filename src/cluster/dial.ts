import { connect as connectTcp, isIP, type Socket } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import type { World } from "../world.ts";
import type { Request } from "./connection.ts";
import type { Proof, ServerTarget } from "./connection-target.ts";
import type { ProxyServer } from "./proxy.ts";
import { certificatesIn, systemRoots } from "./system-roots.ts";

/** How far a connection came: what a failure is about. */
export type Step = "certificates" | "proxy" | "connect" | "tls";

/** A connection that could not be made. */
export class DialFailure extends Error {
  override readonly name = "DialFailure";
  readonly step: Step;
  /** Of Node: `ECONNREFUSED`, `CERT_HAS_EXPIRED`; of ours: `TIMED_OUT`, `NO_NAMES`, `NO_CERTIFICATE`. */
  readonly code: string;
  readonly proxy: ProxyServer | undefined;

  constructor(step: Step, cause: unknown, proxy?: ProxyServer, code = codeOf(cause)) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.step = step;
    this.code = code;
    this.proxy = proxy;
  }
}

/** The code of an error; of several tries at one name's addresses the first. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly { code?: unknown }[] };
  return String(code ?? errors?.[0]?.code ?? "");
}

/** Makes connections to one server as one user. */
export interface Dialler {
  readonly url: URL;
  /** Resolves when requests can be written. */
  connect(timeoutMs: number): Promise<Socket>;
  /** What to write for a request: a proxy that passes plain HTTP on needs the whole URL. */
  forwarded(request: Request): Pick<Request, "path" | "headers">;
}

/** Works out how to connect: proxy, trust and client certificate. Throws DialFailure where those cannot be used. */
export async function dialler({
  target,
  proof,
  world,
}: {
  readonly target: ServerTarget;
  readonly proof: Proof;
  readonly world: World;
}): Promise<Dialler> {
  const url = new URL(target.server);
  const address = addressOf(url);
  const isTls = url.protocol === "https:";
  const proxy = await proxyOf(target, url, world.env);
  const trust = isTls || proxy?.protocol === "https" ? trustOf(target, proof, world.env) : undefined;
  const expectedName = target.tlsServerName ?? address.host;

  async function connect(timeoutMs: number): Promise<Socket> {
    if (!proxy) {
      if (!trust) return connected(connectTcp(address), "connect", timeoutMs);
      return connected(connectTls(tlsOptions(trust, target, expectedName, address)), "secureConnect", timeoutMs);
    }
    const deadline = Date.now() + timeoutMs;
    const { tunnel } = await import("./proxy.ts");
    let socket: Socket;
    try {
      socket = await connected(connectTcp(proxy), "connect", timeoutMs);
      if (proxy.protocol === "https" && trust) {
        // As Go does it (net/http transport.go, dialConn): the proxy is held to the cluster's trust, not to the system's.
        const options = tlsOptions(trust, target, target.tlsServerName ?? proxy.host, proxy);
        socket = await connected(
          connectTls({ ...options, ALPNProtocols: ["http/1.1"], socket }),
          "secureConnect",
          timeLeft(deadline),
        );
      }
      if (isTls || proxy.protocol === "socks5") await tunnel(socket, proxy, address, timeLeft(deadline));
    } catch (error) {
      if (error instanceof DialFailure) throw new DialFailure("proxy", error.cause ?? error, proxy, error.code);
      throw new DialFailure("proxy", error, proxy);
    }
    if (!isTls || !trust) return socket;
    try {
      const options = tlsOptions(trust, target, expectedName, address);
      return await connected(connectTls({ ...options, socket }), "secureConnect", timeLeft(deadline));
    } catch (error) {
      const { step, cause, code } = error as DialFailure;
      throw new DialFailure(step, cause, proxy, code);
    }
  }

  const isForwarded = proxy !== undefined && !isTls && proxy.protocol !== "socks5";
  return {
    url,
    connect,
    forwarded: ({ path, headers }) =>
      isForwarded
        ? {
            path: `${url.origin}${path}`,
            headers: proxy.authorization ? [["Proxy-Authorization", proxy.authorization], ...headers] : headers,
          }
        : { path, headers },
  };
}

const timeLeft = (deadline: number) => Math.max(1, deadline - Date.now());

/** Host without brackets, and the port that the scheme implies where none is given. */
export function addressOf(url: URL): { readonly host: string; readonly port: number } {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || (url.protocol === "https:" ? 443 : 80),
  };
}

async function proxyOf(target: ServerTarget, url: URL, env: World["env"]): Promise<ProxyServer | undefined> {
  const isSet = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].some((variable) => env[variable]);
  if (target.proxyUrl === undefined && !isSet) return undefined;
  const { chooseProxy } = await import("./proxy.ts");
  try {
    return chooseProxy(target.proxyUrl, url, env);
  } catch (error) {
    throw new DialFailure("proxy", error);
  }
}

function trustOf(target: ServerTarget, proof: Proof, env: World["env"]): SecureContext {
  const { certificateAuthority, insecureSkipTlsVerify } = target;
  const { clientCertificate, clientKey } = proof;
  let ca: readonly string[] | undefined;
  if (certificateAuthority) {
    ca = certificatesIn(certificateAuthority);
    if (ca.length === 0) throw new DialFailure("certificates", "no certificate", undefined, "NO_CERTIFICATE");
  } else if (!insecureSkipTlsVerify) {
    ca = systemRoots(env);
  }
  try {
    return createSecureContext({
      ...(ca && { ca: [...ca] }),
      ...(clientCertificate && { cert: clientCertificate }),
      ...(clientKey && { key: clientKey }),
      // Go trusts what it is given, also when that is an intermediate or the server's certificate itself.
      allowPartialTrustChain: true,
    });
  } catch (error) {
    throw new DialFailure("certificates", error);
  }
}

function tlsOptions(
  secureContext: SecureContext,
  { insecureSkipTlsVerify }: ServerTarget,
  expectedName: string,
  address: { readonly host: string; readonly port: number },
): ConnectionOptions {
  return {
    ...address,
    secureContext,
    ALPNProtocols: ["h2", "http/1.1"],
    // An IP address is never sent as server name (RFC 6066), but the certificate is checked for it.
    ...(isIP(expectedName) === 0 && { servername: expectedName }),
    rejectUnauthorized: !insecureSkipTlsVerify,
    checkServerIdentity: (_host, certificate) => checkNames(expectedName, certificate),
  };
}

/** As Go: the common name of a certificate without alternative names counts for nothing. */
function checkNames(expectedName: string, certificate: PeerCertificate): Error | undefined {
  if (!certificate.subjectaltname) return Object.assign(new Error("no alternative names"), { code: "NO_NAMES" });
  return checkServerIdentity(expectedName, certificate);
}

/** Waits until a socket can be written to. */
function connected<S extends Socket>(socket: S, event: "connect" | "secureConnect", timeoutMs: number): Promise<S> {
  return new Promise((resolve, reject) => {
    let step: Step = "connect";
    const fail = (error: unknown, code?: string) => {
      clearTimeout(timer);
      reject(new DialFailure(step, error, undefined, code));
    };
    const timer = setTimeout(() => {
      fail(`no answer in ${timeoutMs} ms`, "TIMED_OUT");
      socket.destroy();
    }, timeoutMs);
    const onError = (error: Error) => fail(error);
    const onClose = () => fail("closed", "ECONNRESET");
    // A socket that is handed on for TLS is connected already.
    if (!socket.connecting) step = event === "secureConnect" ? "tls" : "connect";
    else if (event === "secureConnect") {
      socket.once("connect", () => {
        step = "tls";
      });
    }
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off("error", onError);
      socket.off("close", onClose);
      // Until somebody reads from it, an error of the socket has no listener; what reads next notices the end itself.
      socket.on("error", () => {});
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}

/** What a server's certificate says, for messages; nothing is sent, and nothing trusted. */
export function peerCertificate(target: ServerTarget): Promise<PeerCertificate | undefined> {
  const address = addressOf(new URL(target.server));
  const name = target.tlsServerName ?? address.host;
  return new Promise((resolve) => {
    const socket: TLSSocket = connectTls(
      { ...address, ...(isIP(name) === 0 && { servername: name }), rejectUnauthorized: false },
      () => {
        resolve(socket.getPeerCertificate());
        socket.destroy();
      },
    );
    socket.setTimeout(3000, () => socket.destroy());
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(undefined));
  });
}
