import { BlockList, isIP, isIPv4, type Socket } from "node:net";
import { keepSecret } from "../text/run-secrets.ts";
import type { World } from "../world.ts";

/** A proxy between us and the API server. */
export interface ProxyServer {
  readonly protocol: "http" | "https" | "socks5";
  readonly host: string;
  readonly port: number;
  /** The value of Proxy-Authorization. */
  readonly authorization: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Without the password, for messages. */
  readonly shown: string;
  /** Who wants it: `proxy-url in the kubeconfig`, `HTTPS_PROXY`. */
  readonly source: string;
}

/** The proxy said no, or is none. */
export class ProxyRefusal extends Error {
  override readonly name = "ProxyRefusal";
  readonly code = "PROXY_REFUSED";
}

/**
 * The proxy to use for a server. `proxyUrl` of the kubeconfig wins; else the environment decides, as in Go
 * (golang.org/x/net/http/httpproxy, and k8s.io/apimachinery v0.36 util/net NewProxierWithNoProxyCIDR).
 */
export function chooseProxy(proxyUrl: string | undefined, server: URL, env: World["env"]): ProxyServer | undefined {
  if (proxyUrl !== undefined) return parsed(proxyUrl, "proxy-url in the kubeconfig");
  const base = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const variable = [base, base.toLowerCase()].find((one) => env[one]);
  if (!variable || isExcluded(server, env.NO_PROXY || env.no_proxy || "")) return undefined;
  const text = env[variable] ?? "";
  return parsed(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`, variable);
}

const PORTS = { http: 80, https: 443, socks5: 1080 };

function parsed(text: string, source: string): ProxyServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = url?.protocol.replace(/^socks5h:$/, "socks5:").slice(0, -1) as ProxyServer["protocol"];
  if (!url?.hostname || !(protocol in PORTS)) {
    throw new ProxyRefusal(
      `${source} is no address of a proxy: it wants http://, https:// or socks5://, host and port`,
    );
  }
  const user = url.username ? decodeURIComponent(url.username) : undefined;
  const password = decodeURIComponent(url.password);
  keepSecret(password);
  const port = Number(url.port) || PORTS[protocol];
  return {
    protocol,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    authorization:
      user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`,
    user,
    password: user === undefined ? undefined : password,
    shown: `${protocol}://${url.hostname}:${port}`,
    source,
  };
}

/** Whether NO_PROXY excludes a server. This machine's own addresses are never asked for through a proxy. */
function isExcluded(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const port = server.port || (server.protocol === "https:" ? "443" : "80");
  if (host === "localhost") return true;
  const isAddress = isIP(host) !== 0;
  if (isAddress && inSubnet(host, isIPv4(host) ? "127.0.0.0/8" : "::1/128")) return true;
  const entries = noProxy.split(",").map((entry) => entry.trim().toLowerCase());
  return entries.includes("*") || entries.some((entry) => entry !== "" && covers(entry, host, port, isAddress));
}

function covers(entry: string, host: string, port: string, isAddress: boolean): boolean {
  if (entry.includes("/")) return isAddress && inSubnet(host, entry);
  if (isIP(entry) !== 0) return isAddress && sameAddress(entry, host);
  const [, name = "", itsPort] = /^(.*?)(?::(\d*))?$/.exec(entry) ?? [];
  if (itsPort && itsPort !== port) return false;
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) return isAddress && sameAddress(bare, host);
  if (isAddress || bare === "") return false;
  const domain = bare.replace(/^\*\./, ".");
  // A name stands for itself and what is below it; with a dot before it only for what is below.
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

const sameAddress = (a: string, b: string) => inSubnet(b, `${a}/${isIPv4(a) ? 32 : 128}`);

function inSubnet(address: string, subnet: string): boolean {
  const [network = "", bits = ""] = subnet.split("/");
  const version = isIP(network);
  const prefix = Number(bits);
  if (version === 0 || !/^\d+$/.test(bits) || prefix > (version === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, version === 4 ? "ipv4" : "ipv6");
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** Asks a proxy for a way through to the server. Afterwards the socket is as if connected to the server itself. */
export async function tunnel(
  socket: Socket,
  proxy: ProxyServer,
  to: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Promise<void> {
  const reader = new Reader(socket, timeoutMs);
  try {
    await (proxy.protocol === "socks5" ? socks5(socket, reader, proxy, to) : connect(socket, reader, proxy, to));
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    reader.release();
  }
}

/** HTTP's CONNECT (RFC 9110, 9.3.6). */
async function connect(
  socket: Socket,
  reader: Reader,
  proxy: ProxyServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  socket.write(
    [
      `CONNECT ${authority} HTTP/1.1`,
      `Host: ${authority}`,
      `User-Agent: kubectl-why_pending/v${__VERSION__}`,
      ...(proxy.authorization ? [`Proxy-Authorization: ${proxy.authorization}`] : []),
      "\r\n",
    ].join("\r\n"),
  );
  const head = (await reader.until("\r\n\r\n")).toString("latin1");
  const [, status, reason = ""] = /^HTTP\/1\.[01] (\d{3}) ?(.*)/.exec(head) ?? [];
  if (!status) throw new ProxyRefusal("its answer is not HTTP");
  if (!status.startsWith("2")) throw new ProxyRefusal(`it answered ${status} ${reason}`.trim());
}

/** What the reply codes mean (RFC 1928, section 6). */
const SOCKS_REPLIES: Readonly<Record<number, string>> = {
  1: "general failure",
  2: "its rules do not allow this connection",
  3: "network unreachable",
  4: "host unreachable",
  5: "the server refused the connection",
  6: "time to live expired",
  7: "it does not know the command",
  8: "it does not know this kind of address",
};

/** RFC 1928 and RFC 1929. Names are looked up by the proxy, as Go does for socks5 and socks5h alike. */
async function socks5(
  socket: Socket,
  reader: Reader,
  { user, password }: ProxyServer,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const NONE = 0;
  const PASSWORD = 2;
  socket.write(Buffer.from(user === undefined ? [5, 1, NONE] : [5, 2, NONE, PASSWORD]));
  const [version, method] = await reader.take(2);
  if (version !== 5) throw new ProxyRefusal("its answer is not SOCKS5");
  if (method === PASSWORD && user !== undefined) {
    socket.write(Buffer.concat([Buffer.from([1]), counted(user), counted(password ?? "")]));
    const [, status] = await reader.take(2);
    if (status !== 0) throw new ProxyRefusal("it does not accept the user and password");
  } else if (method !== NONE) {
    throw new ProxyRefusal(
      user === undefined ? "it wants a user and password" : "it knows no way to log in that we know",
    );
  }
  socket.write(Buffer.concat([Buffer.from([5, 1, 0]), socksAddress(host), Buffer.from([port >> 8, port & 0xff])]));
  const [, reply = 1, , kind] = await reader.take(4);
  if (reply !== 0) throw new ProxyRefusal(SOCKS_REPLIES[reply] ?? `reply ${reply}`);
  const length = kind === 1 ? 4 : kind === 4 ? 16 : ((await reader.take(1))[0] ?? 0);
  await reader.take(length + 2);
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > 255) throw new ProxyRefusal("SOCKS5 takes at most 255 bytes of host, user and password each");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function socksAddress(host: string): Buffer {
  if (isIPv4(host)) return Buffer.from([1, ...host.split(".").map(Number)]);
  if (isIP(host) === 6) return Buffer.concat([Buffer.from([4]), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.from([3]), counted(host)]);
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const words = (part: string) => (part ? part.split(":").map((word) => Number.parseInt(word, 16)) : []);
  const before = words(head);
  const after = words(tail ?? "");
  const zeros = new Array<number>(tail === undefined ? 0 : 8 - before.length - after.length).fill(0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((word) => [word >> 8, word & 0xff]));
}

/** The longest answer to CONNECT that we read; it is a status line and a few headers. */
const MOST_HEAD_BYTES = 64 * 1024;

/** Reads a socket in pieces of known length, and gives back what it did not use. */
class Reader {
  readonly #socket: Socket;
  readonly #timer: NodeJS.Timeout;
  #held = Buffer.alloc(0);
  #error: Error | undefined;
  #wake: () => void = () => {};
  readonly #onReadable = () => this.#pull();
  readonly #onError = (error: Error) => this.#stop(error);
  readonly #onEnd = () => this.#stop(new ProxyRefusal("it closed the connection without an answer"));

  constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timer = setTimeout(
      () => this.#stop(Object.assign(new Error("no answer from the proxy"), { code: "TIMED_OUT" })),
      timeoutMs,
    );
    socket.on("readable", this.#onReadable);
    socket.on("error", this.#onError);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onEnd);
  }

  async take(length: number): Promise<Buffer> {
    await this.#wait(() => this.#held.length >= length);
    return this.#cut(length);
  }

  async until(mark: string): Promise<Buffer> {
    await this.#wait(() => this.#held.includes(mark));
    return this.#cut(this.#held.indexOf(mark) + mark.length);
  }

  release(): void {
    clearTimeout(this.#timer);
    this.#socket.off("readable", this.#onReadable);
    this.#socket.off("error", this.#onError);
    this.#socket.off("end", this.#onEnd);
    this.#socket.off("close", this.#onEnd);
    if (this.#held.length > 0 && !this.#socket.destroyed) this.#socket.unshift(this.#held);
  }

  #cut(length: number): Buffer {
    const part = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return part;
  }

  async #wait(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      if (this.#error) throw this.#error;
      if (this.#held.length > MOST_HEAD_BYTES) throw new ProxyRefusal("its answer is longer than any to CONNECT");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#pull();
      });
    }
  }

  #pull(): void {
    let chunk: Buffer | null = this.#socket.read();
    if (chunk === null) return;
    while (chunk !== null) {
      this.#held = Buffer.concat([this.#held, chunk]);
      chunk = this.#socket.read();
    }
    this.#wake();
  }

  #stop(error: Error): void {
    this.#error ??= error;
    this.#wake();
  }
}
