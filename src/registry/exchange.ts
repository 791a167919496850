import { type Connection, LostConnection, openConnection, type Response } from "../cluster/connection.ts";
import type { ServerTarget } from "../cluster/connection-target.ts";
import { DialFailure } from "../cluster/dial.ts";
import { systemRoots } from "../cluster/system-roots.ts";
import type { World } from "../world.ts";
import { type Asking, Outcome } from "./asking.ts";
import { noAnswer } from "./unreachable.ts";

/** What makes a registry trusted. */
export interface RegistryTrust {
  /** PEM, beside the system's roots. */
  readonly certificateAuthority?: string;
  /** `registry.test:5000`: plain HTTP, or TLS with a certificate that nobody checks. */
  readonly insecureHosts: readonly string[];
}

/** One GET or HEAD. */
export interface RegistryRequest {
  readonly method?: "HEAD";
  readonly url: URL;
  readonly accept: string;
  /** Sent to this URL's origin only. */
  readonly authorization?: string | undefined;
  readonly mostBytes: number;
}

/** An answer, and where it came from at last. */
export interface RegistryResponse extends Response {
  readonly url: URL;
}

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends requests to registries and to their token services, over one connection a server. A server that could not be
 * reached is not tried again.
 */
export class Exchange {
  readonly #certificateAuthority: string | undefined;
  readonly #insecureHosts: ReadonlySet<string>;
  readonly #world: World;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #bases = new Map<string, Promise<URL>>();
  #roots: string | undefined;

  constructor({ certificateAuthority, insecureHosts }: RegistryTrust, world: World) {
    this.#certificateAuthority = certificateAuthority;
    // As URLs have them, without the port that the scheme implies.
    this.#insecureHosts = new Set(
      insecureHosts.flatMap((host) => ["https", "http"].map((scheme) => new URL(`${scheme}://${host}`).host)),
    );
    this.#world = world;
  }

  /** Where a registry listens: HTTPS; for a host that may do without, HTTP where it does not speak TLS. */
  base(host: string, asking: Asking): Promise<URL> {
    const base = this.#bases.get(host) ?? this.#findBase(host, asking);
    this.#bases.set(host, base);
    return base;
  }

  /** Whether the user said that a host may be spoken to without TLS, or with a certificate that is not checked. */
  isInsecure({ host }: URL): boolean {
    return this.#insecureHosts.has(host);
  }

  /** Throws an Outcome where there is no answer, TooLarge where it is too long. Redirects are followed, without credentials. */
  async send(request: RegistryRequest, asking: Asking): Promise<RegistryResponse> {
    let { url, authorization } = request;
    for (let redirects = 0; ; redirects++) {
      const response = await this.#exchange({ ...request, url, authorization }, asking);
      const location = REDIRECTS.has(response.status) ? String(response.headers.location ?? "") : "";
      if (location === "") return { ...response, url };
      const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      const refused = (message: string) => new Outcome({ is: "failed", status: response.status, message });
      if (!next || !/^https?:$/.test(next.protocol)) throw refused("redirects to what is no address");
      if (url.protocol === "https:" && next.protocol === "http:") throw refused("redirects from HTTPS to plain HTTP");
      if (redirects === MOST_REDIRECTS) throw refused(`redirects more than ${MOST_REDIRECTS} times`);
      // Once gone it stays away: a way back would let another host choose what is asked with it.
      if (next.origin !== url.origin) authorization = undefined;
      url = next;
    }
  }

  close(): void {
    for (const connection of this.#connections.values()) {
      connection.then(
        (open) => open.close(),
        () => {},
      );
    }
  }

  async #findBase(host: string, asking: Asking): Promise<URL> {
    const url = new URL(`https://${host}`);
    if (!this.isInsecure(url)) return url;
    asking.asks(url);
    try {
      await this.#connect(url, asking.timeoutMs());
      return url;
    } catch (error) {
      // Whatever keeps TLS from working, plain HTTP is allowed here.
      if (!(error instanceof DialFailure) || error.step === "proxy") return url;
      return new URL(`http://${host}`);
    }
  }

  async #exchange(request: RegistryRequest, asking: Asking): Promise<Response> {
    const { url, method, accept, authorization, mostBytes } = request;
    asking.asks(url);
    for (let losses = 0; ; losses++) {
      const timeoutMs = asking.timeoutMs();
      const deadline = Date.now() + timeoutMs;
      try {
        const connection = await this.#connect(url, timeoutMs);
        return await connection.send({
          ...(method && { method }),
          path: url.pathname + url.search,
          headers: [
            ["Accept", accept],
            ...(authorization ? [["Authorization", authorization] as const] : []),
            ["User-Agent", `kubectl-why_pending/v${__VERSION__}`],
          ],
          timeoutMs: Math.max(1, deadline - Date.now()),
          mostBytes,
        });
      } catch (error) {
        // A server may close a connection that was idle just as it is used again.
        if (error instanceof LostConnection && losses === 0) continue;
        throw (await noAnswer(error, url, this.#target(url), timeoutMs, asking)) ?? error;
      }
    }
  }

  async #connect(url: URL, timeoutMs: number): Promise<Connection> {
    const known = this.#connections.get(url.origin);
    const connection = await known;
    if (connection?.isUsable) return connection;
    // Whoever noticed it first has opened another one already.
    const newer = this.#connections.get(url.origin);
    if (newer && newer !== known) return newer;
    const opened = openConnection({ target: this.#target(url), proof: {}, world: this.#world }, timeoutMs);
    this.#connections.set(url.origin, opened);
    return opened;
  }

  #target(url: URL): ServerTarget {
    const authority = this.#certificateAuthority;
    if (authority) this.#roots ??= [...systemRoots(this.#world.env), authority].join("\n");
    return {
      server: url.origin,
      insecureSkipTlsVerify: this.isInsecure(url),
      ...(this.#roots && !this.isInsecure(url) && { certificateAuthority: this.#roots }),
    };
  }
}
