import { readBounded } from "../snapshot/bounded-file.ts";
import { Failure } from "../text/failure.ts";
import { keepSecret } from "../text/run-secrets.ts";
import { command, name, path, type Text, text } from "../text/text.ts";
import type { World } from "../world.ts";
import { checkPair } from "./certificates.ts";
import type { Credentials, Proof } from "./connection-target.ts";
import { checkApiVersion, type ExecCluster, type ExecCredential, runExecPlugin } from "./exec-plugin.ts";
import { type KubeconfigUser, reasonOf } from "./kubeconfig-file.ts";

/** Whose credentials, and where their kubeconfig entry comes from. */
export interface Owner {
  readonly user: KubeconfigUser;
  readonly userName: string;
  /** The kubeconfig that has the user. */
  readonly file?: string;
  /** How long a login may take without a person at a terminal. */
  readonly patienceMs?: number;
}

/** Of the header's value: bytes above ASCII one a character, as Node sends them. kubectl sends UTF-8. */
export function headerValue(given: string, what: Text): string {
  // Go refuses these too (golang.org/x/net/http/httpguts ValidHeaderFieldValue).
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(given)) {
    throw new Failure(text`${what} cannot be sent: it holds a line break or another control character.`);
  }
  keepSecret(given);
  return Buffer.from(given, "utf8").toString("latin1");
}

/** No certificate, no Authorization: http:// servers get none, as kubectl keeps credentials for TLS. */
export const NO_CREDENTIALS: Credentials = { what: "nothing", get: async () => ({}), renew: () => false };

/**
 * The credentials that kubectl would use of all that a user has: a client certificate beside one of token, password,
 * auth-provider; an exec plugin only where there is neither certificate, token nor password (client-go v0.36
 * rest/transport.go TransportConfig, transport/round_trippers.go HTTPWrappersForConfig).
 */
export function credentialsOf(owner: Owner, cluster: () => ExecCluster, world: World): Credentials {
  const { user, userName } = owner;
  // Both must be sound even where something else is used in their place.
  if (user.exec) checkApiVersion(user.exec);
  if (user["auth-provider"]) checkAuthProvider(user["auth-provider"]);
  const hasToken = Boolean(user.token || user.tokenFile);
  const certificate = certificateOf(user);
  const login = loginOf(owner, world);
  if (login) {
    return {
      what: certificate ? `client certificate and ${login.what}` : login.what,
      get: async () => ({ ...certificate?.(), ...(await login.get()) }),
      renew: login.renew,
    };
  }
  if (certificate)
    return { what: `client certificate of user ${userName}`, get: async () => certificate(), renew: () => false };
  if (user.exec && !hasToken) return execCredentials(user.exec, cluster, world, owner.patienceMs);
  throw new Failure(
    userName
      ? text`User ${name(userName)} has no credentials: no token, certificate or login plugin.`
      : text`There are no credentials for this cluster: no token, certificate or login plugin.`,
    {
      todo: [
        text`kubectl asks for a user name and password here; ${command("--token")} or ${command("--username")} with ${command("--password")} give them.`,
      ],
    },
  );
}

/** The part that goes into the Authorization header. */
function loginOf(owner: Owner, world: World): Credentials | undefined {
  const { user, userName } = owner;
  if (user.token || user.tokenFile) {
    if (user.username)
      throw new Failure(text`User ${name(userName)} has both a password and a token; only one can be sent.`);
    return tokenCredentials(
      user.token,
      user.tokenFile,
      userName ? `token of user ${userName}` : "the given token",
      world,
    );
  }
  if (user.username) {
    keepSecret(user.password);
    const pair = Buffer.from(`${user.username}:${user.password ?? ""}`, "utf8").toString("base64");
    keepSecret(pair);
    return {
      what: `password of user ${userName}`,
      get: async () => ({ authorization: `Basic ${pair}` }),
      renew: () => false,
    };
  }
  return user["auth-provider"] && authProviderCredentials(user["auth-provider"], owner, world);
}

/** client-go reads a token file again after this long (transport/token_source.go: a minute, less 10 seconds). */
const TOKEN_FILE_FRESH_MS = 50_000;

/** A token file that can be read wins over the token beside it, also over --token: that is what kubectl sends. */
export function tokenCredentials(
  token: string | undefined,
  file: string | undefined,
  what: string,
  world: World,
): Credentials {
  let read: { token: string; at: number } | undefined;
  const current = (): string => {
    if (!file) return token ?? "";
    const now = world.now().getTime();
    if (read && now - read.at < TOKEN_FILE_FRESH_MS) return read.token;
    try {
      const content = readBounded(file).toString("utf8").trim();
      if (content) read = { token: content, at: now };
      else if (!token && !read) throw new Failure(text`The token file ${path(file)} is empty.`);
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (!token && !read) throw unreadable("The token file", file, error);
    }
    return read?.token ?? token ?? "";
  };
  return {
    what,
    get: async () => ({ authorization: headerValue(`Bearer ${current()}`, text`The ${what}`) }),
    renew: () => {
      read = undefined;
      return Boolean(file);
    },
  };
}

function unreadable(what: string, file: string, error: unknown): Failure {
  return new Failure(text`${what} ${path(file)} cannot be read: ${reasonOf((error as NodeJS.ErrnoException).code)}.`);
}

function certificateOf(user: KubeconfigUser): (() => Pick<Proof, "clientCertificate" | "clientKey">) | undefined {
  const [certificateFile, keyFile] = [user["client-certificate"], user["client-key"]];
  const [certificateData, keyData] = [user["client-certificate-data"], user["client-key-data"]];
  if (!certificateFile && !certificateData) return undefined;
  return () => {
    const clientCertificate = pem(certificateData, certificateFile, "client certificate");
    const clientKey = pem(keyData, keyFile, "client key");
    keepSecret(clientKey);
    checkPair(clientCertificate, clientKey, certificateFile);
    return { clientCertificate, clientKey };
  };
}

function pem(data: string | undefined, file: string | undefined, what: string): string {
  if (data) return Buffer.from(data, "base64").toString("utf8");
  try {
    return readBounded(file ?? "").toString("utf8");
  } catch (error) {
    throw unreadable(`The ${what}`, file ?? "", error);
  }
}

/** The plugin runs once, when the first credential is needed, and again when that has expired or was refused. */
function execCredentials(
  exec: NonNullable<KubeconfigUser["exec"]>,
  cluster: () => ExecCluster,
  world: World,
  patienceMs: number | undefined,
): Credentials {
  let running: Promise<ExecCredential> | undefined;
  let expiresAt: number | undefined;
  return {
    what: `credential plugin ${exec.command}`,
    get: async () => {
      if (expiresAt !== undefined && world.now().getTime() > expiresAt) running = undefined;
      running ??= runExecPlugin(exec, cluster(), world, patienceMs);
      const credential = await running;
      expiresAt = credential.expiresAt;
      const { token, clientCertificate, clientKey } = credential;
      if (clientCertificate && clientKey) checkPair(clientCertificate, clientKey);
      return {
        ...(clientCertificate && clientKey && { clientCertificate, clientKey }),
        ...(token && {
          authorization: headerValue(`Bearer ${token}`, text`The token of plugin ${name(exec.command ?? "")}`),
        }),
      };
    },
    renew: () => {
      running = undefined;
      expiresAt = undefined;
      return true;
    },
  };
}

/** Where kubectl says what took the place of an auth-provider that it had once. */
const REPLACEMENTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    gcp: "gke-gcloud-auth-plugin",
    azure: "kubelogin",
  }),
);

type AuthProvider = NonNullable<KubeconfigUser["auth-provider"]>;

function checkAuthProvider({ name: kind = "", config = {} }: AuthProvider): void {
  const todo = [text`Write a new kubeconfig with your provider's tool; it then has an exec plugin for the user.`];
  const replacement = REPLACEMENTS.get(kind);
  if (replacement) {
    throw new Failure(
      text`The auth-provider ${name(kind)} was removed from kubectl in 1.26; the credential plugin ${name(replacement)} took its place.`,
      { todo },
    );
  }
  if (kind !== "oidc")
    throw new Failure(text`kubectl has no auth-provider ${name(kind)}; ${name("oidc")} is the only one.`, { todo });
  for (const field of ["idp-issuer-url", "client-id"]) {
    if (!config[field])
      throw new Failure(text`The auth-provider ${name(kind)} of the kubeconfig has no ${name(field)}.`, { todo });
  }
}

function authProviderCredentials(provider: AuthProvider, { file, patienceMs }: Owner, world: World): Credentials {
  let config: Readonly<Record<string, string>> = provider.config ?? {};
  for (const field of ["id-token", "refresh-token", "client-secret"]) keepSecret(config[field]);
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    // Loaded only here: few kubeconfigs still have an auth-provider.
    const { idTokenOf, keepTokens } = await import("./oidc.ts");
    const { idToken, config: fresh } = await idTokenOf(config, world, patienceMs);
    if (
      fresh !== config &&
      file &&
      !keepTokens(file, config, fresh) &&
      fresh["refresh-token"] !== config["refresh-token"]
    ) {
      world.stderr.write(
        `The new OIDC refresh token could not be kept in ${file}; kubectl may ask you to log in again.\n`,
      );
    }
    config = fresh;
    keepSecret(config["refresh-token"]);
    return idToken;
  };
  return {
    what: "OIDC login",
    get: async () => {
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return { authorization: headerValue(`Bearer ${await asking}`, text`The OIDC token`) };
    },
    renew: () => false,
  };
}
