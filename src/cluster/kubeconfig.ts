import { accessSync, constants } from "node:fs";
import { posix, resolve } from "node:path";
import { readBounded } from "../snapshot/bounded-file.ts";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import { withoutEndSlashes } from "../text/path.ts";
import { keepSecret } from "../text/run-secrets.ts";
import { command, list, name, path, type Text, text, value } from "../text/text.ts";
import type { World } from "../world.ts";
import { usableCertificates } from "./certificates.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import type { ConnectionTarget } from "./connection-target.ts";
import { credentialsOf, headerValue, NO_CREDENTIALS } from "./credentials.ts";
import { type ExecCluster, execProblems } from "./exec-plugin.ts";
import { inClusterNamespace, inClusterTarget, isInCluster, SERVICE_ACCOUNT_FOLDER } from "./in-cluster.ts";
import {
  type Entry,
  type Kubeconfig,
  type KubeconfigCluster,
  type KubeconfigContext,
  type KubeconfigUser,
  loadKubeconfig,
  reasonOf,
} from "./kubeconfig-file.ts";

/**
 * The connection that kubectl would use for these flags (client-go v0.36 tools/clientcmd: client_config.go,
 * merged_client_builder.go, overrides as bound by cli-runtime's config_flags.go). Throws a Failure where kubectl refuses.
 */
export async function resolveTarget(
  options: ConnectionOptions,
  world: World,
  serviceAccountFolder = SERVICE_ACCOUNT_FOLDER,
): Promise<ConnectionTarget> {
  const config = await loadKubeconfig(options.kubeconfig, world, options.patienceMs);
  const selected = select(config, options, world);
  const problems = [...contextProblems(config, options), ...userProblems(selected), ...clusterProblems(selected)];
  if (problems.length > 0) throw unusable(problems);

  const inCluster = isInCluster(world, serviceAccountFolder);
  const namespace =
    options.namespace ||
    selected.context.namespace ||
    (inCluster ? inClusterNamespace(world, serviceAccountFolder) : "default");
  const headers = impersonationHeaders(selected.user);
  const timeout = options.requestTimeoutMs ?? 0;
  if (inCluster && isDefault(selected, headers.length > 0, timeout)) {
    return inClusterTarget(options, namespace, world, serviceAccountFolder);
  }
  return targetOf(selected, {
    options,
    namespace,
    headers,
    world,
    source: sourceOf(selected, config, options, inCluster),
  });
}

/** Context, cluster and user after the flags. */
interface Selected {
  readonly contextName: string | undefined;
  readonly clusterName: string;
  readonly userName: string;
  readonly context: KubeconfigContext;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  readonly clusterFile: string | undefined;
  readonly userFile: string | undefined;
  readonly defaultServer: string;
}

function select(config: Kubeconfig, options: ConnectionOptions, world: World): Selected {
  const contextName = options.context || config.currentContext;
  const context = pick("context", config.contexts, contextName, Boolean(options.context), config);
  const clusterName = options.cluster || context?.value.cluster || "";
  const userName = options.user || context?.value.user || "";
  const user = pick("user", config.users, userName, Boolean(options.user), config);
  const cluster = pick("cluster", config.clusters, clusterName, Boolean(options.cluster), config);
  const defaultServer = world.env.KUBERNETES_MASTER || "http://localhost:8080";
  return {
    contextName: context && contextName,
    clusterName,
    userName,
    context: context?.value ?? {},
    cluster: withClusterFlags({ ...cluster?.value, server: cluster?.value.server || defaultServer }, options, world),
    user: withUserFlags(user?.value ?? {}, options, world),
    clusterFile: cluster?.file,
    userFile: user?.file,
    defaultServer,
  };
}

/** Only what a flag names must be there: a context may name a cluster or user that no file has. */
function pick<T>(
  kind: "context" | "cluster" | "user",
  entries: ReadonlyMap<string, Entry<T>>,
  wanted: string,
  isFlag: boolean,
  config: Kubeconfig,
): Entry<T> | undefined {
  const entry = entries.get(wanted);
  if (!entry && isFlag) throw noSuch(kind, wanted, entries, config);
  return entry;
}

function noSuch(
  kind: string,
  wanted: string,
  entries: ReadonlyMap<string, unknown>,
  { files, isThere }: Kubeconfig,
): Failure {
  const like = nearest(wanted, entries.keys());
  const where = list(files.map(path));
  return new Failure(text`There is no ${kind} ${name(wanted)} in your kubeconfig.`, {
    seen: [
      isThere ? text`looked in ${where}` : text`there is no kubeconfig; looked for ${where}`,
      ...(like.length > 0 ? [text`nearest: ${list(like.map(name))}`] : []),
    ],
    todo: [text`${command(`kubectl config get-${kind}s`)} lists them.`],
  });
}

/** client_config.go getCluster. */
function withClusterFlags(
  cluster: KubeconfigCluster,
  options: ConnectionOptions,
  { workingDirectory }: World,
): KubeconfigCluster {
  const { certificateAuthority, insecureSkipTlsVerify, tlsServerName, server, disableCompression } = options;
  // A CA by flag replaces what the file says of CA and of verification, and so does not verifying.
  const { "certificate-authority": _file, "certificate-authority-data": _data, ...withoutCa } = cluster;
  const trust = certificateAuthority
    ? {
        ...withoutCa,
        "insecure-skip-tls-verify": insecureSkipTlsVerify ?? false,
        "certificate-authority": resolve(workingDirectory, certificateAuthority),
      }
    : insecureSkipTlsVerify
      ? { ...withoutCa, "insecure-skip-tls-verify": true }
      : cluster;
  return {
    ...trust,
    ...(server && { server }),
    // The server name in the file was meant for the server in the file.
    ...((tlsServerName || server) && { "tls-server-name": tlsServerName ?? "" }),
    ...(disableCompression && { "disable-compression": true }),
  };
}

/** client_config.go getAuthInfo. */
function withUserFlags(user: KubeconfigUser, options: ConnectionOptions, { workingDirectory }: World): KubeconfigUser {
  const { clientCertificate, clientKey, token, username, password, as, asUid, asGroup, asUserExtra } = options;
  const extra: Record<string, string[]> = {};
  for (const given of asUserExtra ?? []) {
    const [key = "", ...rest] = given.split("=");
    if (rest.length > 0) extra[key] = [...(extra[key] ?? []), rest.join("=")];
  }
  return {
    ...user,
    ...(token && { token }),
    ...(username && { username }),
    ...(password && { password }),
    ...(as && { as }),
    ...(asUid && { "as-uid": asUid }),
    ...(asGroup?.length && { "as-groups": [...asGroup] }),
    "as-user-extra": { ...user["as-user-extra"], ...extra },
    ...(clientCertificate && {
      "client-certificate": resolve(workingDirectory, clientCertificate),
      "client-certificate-data": "",
    }),
    ...(clientKey && { "client-key": resolve(workingDirectory, clientKey), "client-key-data": "" }),
  };
}

function contextProblems(config: Kubeconfig, options: ConnectionOptions): Text[] {
  const wanted = options.context || config.currentContext;
  if (!wanted || config.contexts.has(wanted)) return [];
  return [text`its current-context ${name(wanted)} is not among its contexts`];
}

/** validation.go validateAuthInfo. */
function userProblems({ user, userName }: Selected): Text[] {
  const problems: Text[] = [];
  const who = userName ? text`user ${name(userName)}` : text`the user`;
  const [certificate, key] = [user["client-certificate"], user["client-key"]];
  const [certificateData, keyData] = [user["client-certificate-data"], user["client-key-data"]];
  if (certificate || certificateData) {
    if (certificate && certificateData)
      problems.push(text`${who} has both client-certificate and client-certificate-data`);
    if (key && keyData) problems.push(text`${who} has both client-key and client-key-data`);
    if (!key && !keyData) problems.push(text`${who} has a client certificate without a key`);
    for (const file of [certificate, key]) problems.push(...unreadable(file, text`of ${who}`));
  }
  if (user.exec) {
    if (user["auth-provider"]) problems.push(text`${who} has both an exec plugin and an auth-provider`);
    problems.push(...execProblems(user.exec, userName));
  }
  if (user.token && (user.username || user.password))
    problems.push(text`${who} has both a token and a password; only one is allowed`);
  const hasMore = user["as-uid"] || user["as-groups"]?.length || Object.keys(user["as-user-extra"] ?? {}).length > 0;
  if (hasMore && !user.as)
    problems.push(text`${who} is to be impersonated by uid, group or extra without a user name (--as)`);
  return problems;
}

/** validation.go validateClusterInfo. */
function clusterProblems({ cluster, clusterName }: Selected): Text[] {
  const problems: Text[] = [];
  const which = clusterName ? text`cluster ${name(clusterName)}` : text`the cluster`;
  const proxy = cluster["proxy-url"];
  if (proxy && !/^(?:https?|socks5):/i.test(proxy)) {
    problems.push(text`the proxy-url of ${which} begins with none of http, https and socks5`);
  }
  if (cluster["certificate-authority"] && cluster["certificate-authority-data"]) {
    problems.push(text`${which} has both certificate-authority and certificate-authority-data`);
  }
  problems.push(...unreadable(cluster["certificate-authority"], text`of ${which}`));
  return problems;
}

function unreadable(file: string | undefined, whose: Text): Text[] {
  if (!file) return [];
  try {
    accessSync(file, constants.R_OK);
    return [];
  } catch (error) {
    return [text`the file ${path(file)} ${whose} cannot be read: ${reasonOf((error as NodeJS.ErrnoException).code)}`];
  }
}

function unusable(problems: readonly Text[]): Failure {
  const todo = [
    text`${command("kubectl config view")} shows what is merged from flags and files; kubectl refuses it as well.`,
  ];
  const [only, ...more] = problems;
  if (only && more.length === 0) return new Failure(text`The kubeconfig cannot be used: ${only}.`, { todo });
  return new Failure(text`The kubeconfig cannot be used.`, { seen: problems, todo });
}

/**
 * Whether this is what kubectl would have without any kubeconfig; only then it takes the pod's service account. A flag
 * that changes the connection otherwise, such as --as or --request-timeout, stands against it
 * (merged_client_builder.go ClientConfig, loader.go IsDefaultConfig).
 */
function isDefault({ cluster, defaultServer }: Selected, isImpersonated: boolean, timeout: number): boolean {
  const { server, "proxy-url": proxy, "disable-compression": disableCompression } = cluster;
  return (
    server === defaultServer && !isTls(server) && !proxy && !disableCompression && !isImpersonated && timeout === 0
  );
}

/** A server without a scheme is http:// for kubectl (rest/url_utils.go DefaultServerURL). */
const isTls = (server: string) => /^https:/i.test(server);

/** transport/round_trippers.go impersonatingRoundTripper. */
function impersonationHeaders(user: KubeconfigUser): (readonly [string, string])[] {
  if (!user.as) return [];
  const extra = Object.entries(user["as-user-extra"] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const all: (readonly [string, string])[] = [
    ["Impersonate-User", user.as],
    ...(user["as-uid"] ? [["Impersonate-Uid", user["as-uid"]] as const] : []),
    ...(user["as-groups"] ?? []).map((group) => ["Impersonate-Group", group] as const),
    ...extra.flatMap(([key, values]) =>
      values.map((one) => [`Impersonate-Extra-${escapedHeaderKey(key)}`, one] as const),
    ),
  ];
  return all.map(([header, content]) => [header, headerValue(content, text`The header ${name(header)}`)] as const);
}

/** Bytes that a header's name cannot have become %XX, and so does the percent sign. */
function escapedHeaderKey(key: string): string {
  return Buffer.from(key, "utf8")
    .toString("latin1")
    .replace(
      /[^A-Za-z0-9!#$&'*+\-.^_`|~]/g,
      (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
}

interface Rest {
  readonly options: ConnectionOptions;
  readonly namespace: string;
  readonly headers: ConnectionTarget["headers"];
  readonly source: string;
  readonly world: World;
}

function targetOf(selected: Selected, { options, namespace, headers, source, world }: Rest): ConnectionTarget {
  const { cluster, user, userName, clusterName, contextName, userFile, clusterFile } = selected;
  const { url, server, login } = serverUrl(cluster.server ?? "", source);
  const isSecure = url.protocol === "https:";
  const insecureSkipTlsVerify = isSecure && (cluster["insecure-skip-tls-verify"] ?? false);
  const certificateAuthority = isSecure ? authorityOf(cluster, clusterName) : undefined;
  if (insecureSkipTlsVerify && certificateAuthority !== undefined) {
    throw new Failure(text`A certificate authority and insecure-skip-tls-verify do not go together.`, {
      seen: [text`both are set for ${clusterName ? text`cluster ${name(clusterName)}` : "the server"}`],
      todo: [text`Leave one of them out; kubectl refuses them together as well.`],
    });
  }
  const tlsServerName = isSecure ? cluster["tls-server-name"] : undefined;
  const execCluster = (): ExecCluster => ({
    server: withoutQuery(cluster.server ?? ""),
    ...(tlsServerName && { "tls-server-name": tlsServerName }),
    ...(insecureSkipTlsVerify && { "insecure-skip-tls-verify": true }),
    ...(certificateAuthority && {
      "certificate-authority-data": Buffer.from(certificateAuthority, "utf8").toString("base64"),
    }),
    ...(cluster["proxy-url"] && { "proxy-url": cluster["proxy-url"] }),
    ...(cluster["disable-compression"] && { "disable-compression": true }),
    config: cluster.extensions?.find((one) => one.name === "client.authentication.k8s.io/exec")?.extension ?? null,
  });
  const own = isSecure
    ? credentialsOf(
        { user, userName, patienceMs: options.patienceMs, ...(userFile && { file: userFile }) },
        execCluster,
        world,
      )
    : NO_CREDENTIALS;
  return {
    server,
    ...(contextName && { context: contextName }),
    ...(clusterFile && clusterName && { cluster: clusterName }),
    ...(userFile && userName && { user: userName }),
    namespace,
    source,
    ...(certificateAuthority && { certificateAuthority: usableCertificates(certificateAuthority) }),
    insecureSkipTlsVerify,
    ...(tlsServerName && { tlsServerName }),
    ...(cluster["proxy-url"] && { proxyUrl: cluster["proxy-url"] }),
    disableCompression: cluster["disable-compression"] ?? false,
    requestTimeoutMs: options.requestTimeoutMs ?? 0,
    patienceMs: options.patienceMs,
    headers,
    credentials: login ? { ...own, get: async () => ({ ...(await own.get()), authorization: login }) } : own,
  };
}

/** rest/url_utils.go DefaultServerURL: a host alone is http; a path without a scheme is refused. */
function serverUrl(given: string, source: string): { url: URL; server: string; login: string | undefined } {
  const wrong = (why: Text) =>
    new Failure(text`${value(given.replace(/\/\/[^/]*@/, "//"))} is no address of an API server: ${why}.`, {
      seen: [text`from ${source}`],
    });
  // Go takes no space in a host, where Node's URL cuts it off or escapes it.
  if (/[\s\\]/.test(given)) throw wrong(text`it has spaces or backslashes`);
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(given);
  let url: URL;
  try {
    url = new URL(hasScheme ? given : `http://${given}`);
  } catch {
    throw wrong(text`it is neither a URL nor host:port`);
  }
  if (!hasScheme && url.pathname !== "/") throw wrong(text`with a path it needs https:// before it`);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw wrong(text`only https:// and http:// are spoken`);
  // Go's HTTP client sends the login of a URL before any other.
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  keepSecret(password);
  const login = url.username ? `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}` : undefined;
  return { url, server: `${url.protocol}//${url.host}${cleanPath(given, wrong)}`, login };
}

/** The path as Go joins it with the rest (rest/request.go, path.Join): unescaped, cleaned, escaped anew. */
function cleanPath(given: string, wrong: (why: Text) => Failure): string {
  const [, escaped = ""] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*([^?#]*)/i.exec(given) ?? [];
  try {
    const path = withoutEndSlashes(posix.normalize(`/${decodeURIComponent(escaped)}`));
    return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  } catch {
    throw wrong(text`its path has a percent sign that escapes nothing`);
  }
}

/** client_config.go ClientConfig: a server with a path loses its query before plugins see it. */
function withoutQuery(server: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+\/./i.test(server) ? server.replace(/[?#].*$/s, "") : server;
}

function authorityOf(cluster: KubeconfigCluster, clusterName: string): string | undefined {
  const { "certificate-authority-data": data, "certificate-authority": file } = cluster;
  if (data) return Buffer.from(data, "base64").toString("utf8");
  if (!file) return undefined;
  try {
    return readBounded(file).toString("utf8");
  } catch (error) {
    const why = reasonOf((error as NodeJS.ErrnoException).code);
    throw new Failure(
      text`The certificate authority ${path(file)} of cluster ${name(clusterName)} cannot be read: ${why}.`,
    );
  }
}

/** Where the address comes from, in words: where it is nobody's choice, what is missing. */
function sourceOf(selected: Selected, config: Kubeconfig, options: ConnectionOptions, inCluster: boolean): string {
  const { contextName, clusterName, clusterFile, cluster, defaultServer } = selected;
  if (options.server) return "--server";
  const context = contextName ? `context ${contextName}` : undefined;
  if (clusterFile && cluster.server !== defaultServer) return `${clusterFile}, ${context ?? `cluster ${clusterName}`}`;
  const files = config.files.join(", ");
  const last =
    defaultServer === cluster.server && defaultServer.startsWith("http://localhost:8080")
      ? "kubectl's default address"
      : "KUBERNETES_MASTER";
  if (clusterFile) return `${clusterFile}, ${context ?? `cluster ${clusterName}`}`;
  if (!config.isThere) {
    const ignored = inCluster ? "; a flag keeps kubectl from taking the pod's service account" : "";
    return `${last}, as there is no kubeconfig${files && ` (looked for ${files})`}${ignored}`;
  }
  if (context && clusterName) return `${last}, as ${context} names the cluster ${clusterName}, which ${files} has not`;
  if (context) return `${last}, as ${context} names no cluster`;
  return `${last}, as ${files} has no current-context`;
}
