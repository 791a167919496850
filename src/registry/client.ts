import { TooLarge } from "../cluster/connection.ts";
import type { ImageReference } from "../objects/image-reference.ts";
import type { RegistryOutcome } from "../snapshot/registry-answer.ts";
import type { Asking } from "./asking.ts";
import { authorize, challengesIn } from "./authorization.ts";
import type { Login } from "./credentials.ts";
import { errorIn, isPage, parsed, titleIn } from "./error-body.ts";
import type { Exchange, RegistryResponse } from "./exchange.ts";
import {
  ACCEPT_MANIFESTS,
  digestIn,
  digestOf,
  hasDigest,
  isSchema1,
  MOST_MANIFEST_BYTES,
  mediaTypeOf,
  readManifest,
} from "./manifest.ts";
import { rateIn, rateLimited } from "./rate-limit.ts";

/** Docker Hub's images are named for a host that serves none (distribution/reference; containerd v2.2 registry.go). */
const HUB = { name: "docker.io", host: "registry-1.docker.io" };

/** What a request asks for. */
interface Wanted {
  readonly method?: "HEAD";
  readonly accept?: string;
  readonly mostBytes?: number;
}

/** Long lists of tags have some hundred kilobytes a page; Google's registries list all digests too. */
const MOST_BYTES = 16 * 1024 * 1024;

/** One repository of a registry, asked as one login (OCI distribution spec v1.1). No blob is ever fetched. */
export class RepositoryClient {
  readonly #reference: ImageReference;
  readonly #login: Login;
  readonly #exchange: Exchange;
  readonly #asking: Asking;
  #authorization: string | undefined;
  /** Scopes that were asked for; a refusal after that is a refusal. */
  readonly #challenged = new Set<string>();

  constructor(reference: ImageReference, login: Login, exchange: Exchange, asking: Asking) {
    this.#reference = reference;
    this.#login = login;
    this.#exchange = exchange;
    this.#asking = asking;
    for (const secret of login.password?.secrets() ?? []) asking.hide(secret);
  }

  /**
   * What the registry says of the image. HEAD comes first: Docker Hub counts no pull for it, and where none is left, GET
   * would be refused. Throws an Outcome where there is no answer.
   */
  async manifest(): Promise<RegistryOutcome> {
    const { digest, tag = "latest" } = this.#reference;
    const path = `${this.#path}/manifests/${digest ?? tag}`;
    const head = await this.get(path, { method: "HEAD", accept: ACCEPT_MANIFESTS });
    const rate = rateIn(head.headers);
    this.#asking.rate ??= rate;
    if (head.status === 429) throw rateLimited(head, "too many requests");
    const known = digestIn(head);
    if (head.status === 200 && known && rate?.remaining === 0 && !this.#asking.holdsSecret(known)) {
      const mediaType = mediaTypeOf(head.headers["content-type"]);
      return { is: "found", digest: known, ...(mediaType && { mediaType }) };
    }
    if (head.status === 200 && Number(head.headers["content-length"]) > MOST_MANIFEST_BYTES) {
      return tooLarge(`${head.headers["content-length"]} bytes`);
    }
    try {
      const response = await this.get(path, { accept: ACCEPT_MANIFESTS, mostBytes: MOST_MANIFEST_BYTES });
      return response.status === 200 ? this.#found(response) : await this.#refused(response);
    } catch (error) {
      if (error instanceof TooLarge) return tooLarge("more");
      throw error;
    }
  }

  /** A GET below /v2/, with a login once the registry asks for one. Throws an Outcome, or TooLarge. */
  async get(path: string, { method, accept = "application/json", mostBytes = MOST_BYTES }: Wanted = {}) {
    const { host } = this.#reference;
    const base = await this.#exchange.base(host === HUB.name ? HUB.host : host, this.#asking);
    const send = () =>
      this.#exchange.send(
        { ...(method && { method }), url: new URL(path, base), accept, authorization: this.#authorization, mostBytes },
        this.#asking,
      );
    const response = await send();
    // Where a redirect led, nobody is to see credentials.
    if (response.status !== 401 || response.url.origin !== base.origin) return response;
    const challenges = challengesIn(response);
    const scope = challenges.map(({ scheme, parameters }) => `${scheme} ${parameters.scope ?? ""}`).join();
    if (this.#challenged.has(scope)) return response;
    this.#challenged.add(scope);
    const { repository } = this.#reference;
    const authorization = await authorize(challenges, this.#login, repository, this.#exchange, this.#asking);
    if (!authorization) return response;
    this.#authorization = authorization;
    return send();
  }

  get #path(): string {
    return `/v2/${this.#reference.repository}`;
  }

  #found(response: RegistryResponse): RegistryOutcome {
    const { status, body } = response;
    const manifest = readManifest(response);
    if (!manifest) {
      if (isPage(body)) return this.#notRegistry(response);
      return { is: "failed", status, message: "answers with content that is no manifest" };
    }
    const stated = digestIn(response);
    const isFalse = [stated, this.#reference.digest].some((digest) => digest && hasDigest(body, digest) === false);
    if (isFalse && !isSchema1(manifest.mediaType)) {
      return { is: "failed", status, message: "answers with content that is not its digest" };
    }
    const { mediaType, platforms } = manifest;
    return {
      is: "found",
      digest: this.#reference.digest ?? stated ?? digestOf(body),
      ...(mediaType && { mediaType }),
      ...(platforms && { platforms: platforms.filter((platform) => !this.#asking.holdsSecret(platform)) }),
    };
  }

  async #refused(response: RegistryResponse): Promise<RegistryOutcome> {
    const { status } = response;
    const { code, message } = errorIn(response, this.#asking);
    if (status === 429 || code === "TOOMANYREQUESTS") throw rateLimited(response, message);
    const speaks = code !== undefined || response.headers["docker-distribution-api-version"] !== undefined;
    if (status === 401 || status === 403) return this.#denied(response, speaks);
    if (status === 404) {
      if (speaks || (await this.#isRegistry())) return { is: "not-found", message };
      return this.#notRegistry(response);
    }
    return { is: "failed", status, message: message === `status ${status}` ? `answers with ${message}` : message };
  }

  #denied(response: RegistryResponse, speaks: boolean): RegistryOutcome {
    const { status } = response;
    const { message } = errorIn(response, this.#asking);
    const challenges = challengesIn(response);
    if (!speaks && challenges.length === 0) {
      return { is: "failed", status, message: `answers with ${message} and does not say how to log in` };
    }
    // Basic credentials that were taken are never answered with 401; Amazon's ECR answers 403 to an old token.
    const isRefused =
      this.#authorization?.startsWith("Basic ") && (status === 401 || /\btoken has expired\b/i.test(message));
    return { is: isRefused ? "login-refused" : "denied", status, message };
  }

  /** Whether the registry's API is there at all (distribution spec, "Determining Support"). */
  async #isRegistry(): Promise<boolean> {
    const response = await this.get("/v2/");
    if (response.headers["docker-distribution-api-version"] !== undefined) return true;
    if (response.status === 401) return challengesIn(response).length > 0;
    return response.status === 200 && (response.body.length === 0 || parsed(response.body) !== undefined);
  }

  #notRegistry({ status, body }: RegistryResponse): RegistryOutcome {
    const title = titleIn(body);
    const page = title
      ? `a web page titled "${this.#asking.quoted(title)}"`
      : isPage(body)
        ? "a web page"
        : `status ${status}`;
    return { is: "not-a-registry", message: `answers with ${page}` };
  }
}

function tooLarge(size: string): RegistryOutcome {
  return {
    is: "failed",
    status: 200,
    message: `the manifest has ${size === "more" ? "more than 4 MiB" : size}; container runtimes take 4 MiB at most`,
  };
}
