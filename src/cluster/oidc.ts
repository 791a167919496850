import { closeSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { readBounded } from "../snapshot/bounded-file.ts";
import { Failure } from "../text/failure.ts";
import { command, name, type Text, text, value } from "../text/text.ts";
import type { World } from "../world.ts";
import { type Connection, openConnection, TimedOut, TooLarge } from "./connection.ts";
import { DialFailure } from "./dial.ts";

/*
 * The auth-provider `oidc` (client-go v0.36 plugin/pkg/client/auth/oidc/oidc.go). client-node 2.0.1 has one too, but it
 * sends no client-secret, takes no user without an id-token, and does not keep the new refresh token: with a provider
 * that changes it at each use, the user's kubectl could not log in afterwards.
 */

/** kubectl takes a token for expired this long before it is. */
const LEEWAY_MS = 10_000;

/** What goes wrong here is told of the user's login. */
const failed = (why: Text) =>
  new Failure(text`The OIDC login of the kubeconfig gave no token: ${why}.`, {
    todo: [text`Log in again with the tool that wrote it; ${command("kubectl get --raw /readyz")} asks the same way.`],
  });

/** A token, and the config to keep where it is a new one. */
export interface IdToken {
  readonly idToken: string;
  readonly config: Readonly<Record<string, string>>;
}

/** The id-token while it is valid, else a new one for the refresh-token. */
export async function idTokenOf(
  config: Readonly<Record<string, string>>,
  world: World,
  patienceMs = PATIENCE_MS,
): Promise<IdToken> {
  const known = config["id-token"];
  if (known && world.now().getTime() + LEEWAY_MS < expiryOf(known)) return { idToken: known, config };
  const refreshToken = config["refresh-token"];
  if (!refreshToken) throw failed(text`the id-token has expired and there is no refresh-token`);
  const login: Login = { ca: authorityOf(config), world, patienceMs, deadline: Date.now() + patienceMs };
  const issuer = (config["idp-issuer-url"] ?? "").replace(/\/$/, "");
  const metadata = await ask(`${issuer}/.well-known/openid-configuration`, login);
  const endpoint = metadata.body.token_endpoint;
  if (metadata.status !== 200 || typeof endpoint !== "string") {
    throw failed(text`${value(issuer)} does not describe itself as an OIDC issuer (HTTP ${metadata.status})`);
  }
  const answer = await refresh(endpoint, refreshToken, config, login);
  const { id_token: idToken, refresh_token: newRefreshToken } = answer.body;
  if (answer.status < 200 || answer.status > 299) {
    const { error } = answer.body;
    throw failed(
      text`${value(endpoint)} refused the refresh-token (HTTP ${answer.status}${typeof error === "string" && `, ${error}`})`,
    );
  }
  if (typeof idToken !== "string") throw failed(text`${value(endpoint)} answered without an id_token`);
  return {
    idToken,
    config: {
      ...config,
      "id-token": idToken,
      ...(typeof newRefreshToken === "string" && newRefreshToken && { "refresh-token": newRefreshToken }),
    },
  };
}

function expiryOf(token: string): number {
  const [, payload, ...rest] = token.split(".");
  try {
    if (payload === undefined || rest.length !== 1) throw new Error("no JWT");
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { exp?: unknown };
    return Number(exp ?? 0) * 1000;
  } catch {
    throw failed(text`its id-token is no JWT`);
  }
}

function authorityOf(config: Readonly<Record<string, string>>): string | undefined {
  const data = config["idp-certificate-authority-data"];
  if (data) return Buffer.from(data, "base64").toString("utf8");
  const file = config["idp-certificate-authority"];
  if (!file) return undefined;
  try {
    return readBounded(file).toString("utf8");
  } catch {
    throw failed(text`its idp-certificate-authority ${name(file)} cannot be read`);
  }
}

/** As golang.org/x/oauth2 does: the client's secret in the Authorization header first, in the body where that is refused. */
async function refresh(endpoint: string, refreshToken: string, config: Readonly<Record<string, string>>, login: Login) {
  const grant = { grant_type: "refresh_token", refresh_token: refreshToken };
  const id = config["client-id"] ?? "";
  const secret = config["client-secret"] ?? "";
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  const first = await ask(endpoint, login, {
    form: grant,
    authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
  });
  if (first.status >= 200 && first.status < 300) return first;
  return ask(endpoint, login, { form: { ...grant, client_id: id, ...(secret && { client_secret: secret }) } });
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The default of --patience. */
const PATIENCE_MS = 30_000;
const MOST_BYTES = 1024 * 1024;

/** What all requests of one login share. */
interface Login {
  readonly ca: string | undefined;
  readonly world: World;
  readonly patienceMs: number;
  /** When the patience ends. */
  readonly deadline: number;
}

/**
 * One request over the transport that reaches the API server too: the proxy is that of the environment, as for kubectl,
 * whose OIDC client knows nothing of the cluster's proxy-url.
 */
async function ask(
  address: string,
  { ca, world, patienceMs, deadline }: Login,
  post?: { readonly form: Readonly<Record<string, string>>; readonly authorization?: string },
): Promise<Answer> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw failed(text`${value(address)} is no URL`);
  const target = {
    server: url.origin,
    ...(ca && { certificateAuthority: ca }),
    insecureSkipTlsVerify: false,
  };
  const left = () => Math.max(1, deadline - Date.now());
  let connection: Connection | undefined;
  try {
    connection = await openConnection({ target, proof: {}, world }, left());
    const { status, body } = await connection.send({
      ...(post && { method: "POST", body: new URLSearchParams(post.form).toString() }),
      path: `${url.pathname}${url.search}`,
      headers: [
        ["Accept", "application/json"],
        ...(post ? [["Content-Type", "application/x-www-form-urlencoded"] as const] : []),
        ...(post?.authorization ? [["Authorization", post.authorization] as const] : []),
      ],
      timeoutMs: left(),
      mostBytes: MOST_BYTES,
    });
    return { status, body: objectIn(body.toString("utf8")) };
  } catch (error) {
    throw failed(text`${value(address)} ${unanswered(error, patienceMs)}`);
  } finally {
    connection?.close();
  }
}

function unanswered(error: unknown, patienceMs: number): Text {
  if (error instanceof TooLarge) return text`answers with more than ${MOST_BYTES / 2 ** 20} MiB`;
  const isLate = error instanceof TimedOut || (error instanceof DialFailure && error.code === "TIMED_OUT");
  if (isLate) return text`did not answer within ${patienceMs / 1000} s (${command("--patience")})`;
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const through = error instanceof DialFailure && error.proxy && text` through the proxy ${value(error.proxy.shown)}`;
  return text`cannot be reached${through} (${code || cause?.code || "no answer"})`;
}

function objectIn(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed && typeof parsed === "object" ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * Puts new tokens in the place of the old ones in the kubeconfig, as kubectl does: a provider may take each refresh
 * token once. Only the tokens' own characters change. False where the file does not have them as they are, or is locked.
 */
export function keepTokens(
  file: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): boolean {
  const lock = `${file}.lock`;
  try {
    closeSync(openSync(lock, "wx", 0));
  } catch {
    return false;
  }
  try {
    let content = readBounded(file).toString("utf8");
    for (const field of ["id-token", "refresh-token"]) {
      const [old, fresh] = [before[field], after[field]];
      if (!fresh || fresh === old) continue;
      if (old && content.includes(old)) content = content.replaceAll(old, () => fresh);
      else if (field === "refresh-token") return false;
    }
    writeFileSync(file, content);
    return true;
  } catch {
    return false;
  } finally {
    unlinkSync(lock);
  }
}
