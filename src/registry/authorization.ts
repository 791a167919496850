import { TooLarge } from "../cluster/connection.ts";
import { type Asking, Outcome } from "./asking.ts";
import type { Login } from "./credentials.ts";
import { errorIn, parsed } from "./error-body.ts";
import type { Exchange, RegistryResponse } from "./exchange.ts";
import { rateLimited } from "./rate-limit.ts";

/** What a registry wants to see, from WWW-Authenticate (RFC 9110, 11.6.1). */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The challenges of a 401, in their order. */
export function challengesIn({ headers }: Pick<RegistryResponse, "headers">): readonly Challenge[] {
  const text = [headers["www-authenticate"] ?? []].flat().join(", ");
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  // A name with = is a parameter of the scheme before it, any other word is a scheme.
  for (const match of text.matchAll(/([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g)) {
    const [, word = "", quoted, bare] = match;
    const value = quoted?.replace(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) challenges.push({ scheme: word.toLowerCase(), parameters: {} });
    else Object.assign(challenges.at(-1)?.parameters ?? {}, { [word.toLowerCase()]: value });
  }
  return challenges;
}

/** A token is a few kilobytes. */
const MOST_TOKEN_BYTES = 256 * 1024;

/**
 * What to send for a challenge; undefined where this login has nothing for it. For Bearer the token service is asked,
 * with GET as distribution describes it; containerd tries OAuth's POST first, for the same token. Throws an Outcome
 * where the token service refuses or fails.
 */
export async function authorize(
  challenges: readonly Challenge[],
  { password }: Login,
  repository: string,
  exchange: Exchange,
  asking: Asking,
): Promise<string | undefined> {
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (!bearer) {
    const isBasic = challenges.some(({ scheme }) => scheme === "basic");
    return isBasic ? password?.authorization() : undefined;
  }
  const { realm = "", service, scope = `repository:${repository}:pull` } = bearer.parameters;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Outcome({ is: "failed", status: 401, message: "names no token service that could be asked" });
  }
  if (url.protocol === "http:" && !exchange.isInsecure(url)) {
    const message = `names a token service without TLS, ${url.host}: nothing is sent there`;
    throw new Outcome({ is: "failed", status: 401, message });
  }
  if (service) url.searchParams.set("service", service);
  for (const one of scope.split(" ").filter(Boolean)) url.searchParams.append("scope", one);
  return token(url, password?.authorization(), exchange, asking);
}

async function token(url: URL, authorization: string | undefined, exchange: Exchange, asking: Asking): Promise<string> {
  const failed = (message: string, status?: number) =>
    new Outcome({ is: "failed", ...(status && { status }), message: `its token service ${url.host} ${message}` });
  let response: RegistryResponse;
  try {
    response = await exchange.send(
      { url, accept: "application/json", authorization, mostBytes: MOST_TOKEN_BYTES },
      asking,
    );
  } catch (error) {
    if (error instanceof TooLarge) throw failed("answers with more than any token has");
    throw error;
  }
  const { status } = response;
  const message = `its token service ${url.host}: ${errorIn(response, asking).message}`;
  if (status === 429) throw rateLimited(response, message);
  if (status === 401) throw new Outcome({ is: authorization ? "login-refused" : "denied", status, message });
  if (status === 403) throw new Outcome({ is: "denied", status, message });
  if (status !== 200) throw failed(errorIn(response, asking).message, status);
  const { token: one, access_token: other } = (parsed(response.body) ?? {}) as Record<string, unknown>;
  const found = other || one;
  // Whatever is no token of RFC 6750 cannot be sent.
  if (typeof found !== "string" || !/^[\x21-\x7e]+$/.test(found)) throw failed("answers without a token");
  asking.hide(found);
  return `Bearer ${found}`;
}
