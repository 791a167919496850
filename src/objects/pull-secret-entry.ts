import { Buffer } from "node:buffer";
import type { ImageReference } from "./image-reference.ts";

// What the kubelet reads in a pull secret and for which images it uses it: k8s.io/kubernetes v1.36.3
// pkg/credentialprovider/config.go and keyring.go. Values pass through here; none is kept, and none is in a message.

/** What a login is looked up for: `host` and the path below it. */
export type PullTarget = Pick<ImageReference, "host" | "repository">;

/** The two types of pull secret, and the one key that each reads (k8s.io/api v0.36 core/v1/types.go). */
export const PULL_SECRET_KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
    "kubernetes.io/dockercfg": ".dockercfg",
  }),
);

/** One login of a pull secret. */
export interface PullSecretEntry {
  /** As it stands in the JSON: `https://index.docker.io/v1/`. */
  readonly key: string;
  readonly user: string;
  readonly password: string;
}

/** What is in a pull secret. `malformed` says what keeps the kubelet from reading it, and quotes no content. */
export type PullSecretContent =
  | { readonly entries: readonly PullSecretEntry[] }
  | {
      readonly malformed: string;
      /** The keys of the JSON, where it was read so far. */
      readonly keys?: readonly string[];
    };

/**
 * Takes the value of a pull secret apart. `name` is one of PULL_SECRET_KEYS, `encoded` what the API has under it. One
 * entry that cannot be read spoils the whole secret, as it does for the kubelet (config.go, UnmarshalJSON).
 */
export function parsePullSecret(name: string, encoded: unknown): PullSecretContent {
  if (typeof encoded !== "string") return { malformed: `it has no key ${name}` };
  let config: unknown;
  try {
    config = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  } catch {
    // The parser's own message quotes the text it could not read: never pass it on.
    return { malformed: `the value of ${name} is not JSON` };
  }
  const auths = name === ".dockerconfigjson" ? fieldOf(config, "auths") : config;
  if (!auths || typeof auths !== "object" || Array.isArray(auths)) {
    return {
      malformed:
        name === ".dockerconfigjson"
          ? `the JSON in ${name} has no "auths"`
          : `the value of ${name} is not a JSON object`,
    };
  }
  const entries: PullSecretEntry[] = [];
  for (const [key, entry] of Object.entries(auths)) {
    const login = loginOf(entry);
    if ("problem" in login) return { malformed: `${login.problem} of ${key}`, keys: Object.keys(auths) };
    entries.push({ key, ...login });
  }
  return { entries };
}

/** Go's encoding/json takes a field in any case. */
function fieldOf(object: unknown, name: string): unknown {
  if (!object || typeof object !== "object") return undefined;
  return Object.entries(object).findLast(([field]) => field.toLowerCase() === name)?.[1];
}

/** `auth` counts before user and password; an identity token is not read at all (config.go, dockerConfigEntryWithAuth). */
function loginOf(entry: unknown): { user: string; password: string } | { problem: string } {
  if (entry !== null && (typeof entry !== "object" || Array.isArray(entry))) {
    return { problem: "there is no JSON object under the key" };
  }
  const [user, password, auth, email] = ["username", "password", "auth", "email"].map(
    (name) => fieldOf(entry, name) ?? "",
  );
  if (typeof email !== "string") return { problem: 'there is no text in "email"' };
  if (typeof user !== "string" || typeof password !== "string" || typeof auth !== "string") {
    return { problem: 'there is no text in "username", "password" or "auth"' };
  }
  if (auth === "") return { user, password };
  const decoded = decodedAuth(auth);
  const colon = decoded?.indexOf(":") ?? -1;
  if (decoded === undefined || colon < 0) return { problem: 'there is no base64 of user:password in "auth"' };
  return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** base64 as Go reads it (config.go, decodeDockerConfigFieldAuth): with or without padding; only line breaks are passed over. */
function decodedAuth(auth: string): string | undefined {
  const compact = auth.replace(/[\r\n]/g, "");
  const isValid = auth.trim().endsWith("=")
    ? compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={1,2}$/.test(compact)
    : compact.length % 4 !== 1 && /^[A-Za-z0-9+/]*$/.test(compact);
  return isValid ? Buffer.from(compact, "base64").toString("utf8") : undefined;
}

/** Docker Hub's old name, under which `docker login` keeps its login. */
const DEFAULT_REGISTRY = "index.docker.io";

/**
 * Whether a key of a pull secret is meant for an image (keyring.go: Add, URLsMatch, Lookup): the scheme and a leading
 * /v1/ or /v2/ do not count, the port has to be the same, `*` stands for anything within one part of the name, and the
 * path is a prefix, letter by letter. Docker Hub's old key serves its images.
 */
export function covers(key: string, target: PullTarget): boolean {
  return matches(key, target) || isDefaultFor(key, target);
}

/** Of entries those whose key is meant for an image, in the order in which the kubelet tries them (keyring.go, Lookup). */
export function entriesFor<T extends { readonly key: string }>(
  entries: readonly T[],
  target: PullTarget,
): readonly T[] {
  const found = entries.filter(({ key }) => matches(key, target));
  // The default registry's login counts only where no other does.
  if (found.length === 0) return entries.filter(({ key }) => isDefaultFor(key, target));
  const sorted = found.map((entry) => ({ entry, index: indexOf(entry.key) ?? "" }));
  // Longer paths come first; entries of one key stay in the order of the secrets.
  return sorted.sort((a, b) => (a.index < b.index ? 1 : a.index > b.index ? -1 : 0)).map(({ entry }) => entry);
}

/** The host that a key is for, with the port: `index.docker.io`. */
export function hostOfKey(key: string): string {
  return splitIndex(indexOf(key) ?? key).host;
}

/**
 * The kubelet would give Docker Hub's login to every host without dot or port, so also to `localhost`
 * (isDefaultRegistryMatch). We give it to Docker Hub only.
 */
function isDefaultFor(key: string, { host }: PullTarget): boolean {
  return host === "docker.io" && indexOf(key) === DEFAULT_REGISTRY;
}

function matches(key: string, { host, repository }: PullTarget): boolean {
  const index = indexOf(key);
  if (index === undefined) return false;
  const { host: keyHost, path } = splitIndex(index);
  const [pattern, wanted] = [splitPort(keyHost), splitPort(host)];
  return (
    pattern.port === wanted.port &&
    pattern.parts.length === wanted.parts.length &&
    `/${repository}`.startsWith(path) &&
    pattern.parts.every((part, place) => globMatches(part, wanted.parts[place] ?? ""))
  );
}

/** Under what the kubelet keeps a key's login: host and path, without scheme, user and /v1/; undefined for no valid URL. */
function indexOf(key: string): string | undefined {
  const [, authority = "", rest = ""] = /^(?:https?:\/\/)?([^/?#]*)([^?#]*)/s.exec(key) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (!/^(?:\[[^\]]*\]|[^:[\]]*)(?::\d*)?$/.test(host) || /[\s"<>\\^`{|}%]/.test(host)) return undefined;
  const path = unescaped(rest)?.replace(/^\/v[12](?=\/)/, "");
  if (path === undefined) return undefined;
  return path === "/" ? host : host + path;
}

function unescaped(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function splitIndex(index: string): { host: string; path: string } {
  const slash = index.indexOf("/");
  return slash < 0 ? { host: index, path: "" } : { host: index.slice(0, slash), path: index.slice(slash) };
}

function splitPort(host: string): { parts: readonly string[]; port: string } {
  const [, name = host, port = ""] = /^(.*):(\d*)$/.exec(host) ?? [];
  // Go takes the brackets off an IPv6 address only together with a port (net.SplitHostPort).
  return { parts: (port ? name.replace(/^\[(.*)\]$/, "$1") : name).split("."), port };
}

/**
 * Go's path/filepath Match, of which only `*` is left: `?` begins a query, and with `[` or `\` a key is no URL. What is
 * left of those is an IPv6 address without a port, which Match takes for a class of characters.
 */
function globMatches(pattern: string, word: string): boolean {
  if (pattern.startsWith("[")) return false;
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === word;
  if (!word.startsWith(first) || !word.endsWith(last) || word.length < first.length + last.length) return false;
  let place = first.length;
  for (const piece of rest) {
    const found = word.indexOf(piece, place);
    if (found < 0) return false;
    place = found + piece.length;
  }
  return place <= word.length - last.length;
}
