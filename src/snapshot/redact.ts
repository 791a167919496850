import type { KubeObject } from "../objects/object.ts";
import { Addresses } from "./redact-addresses.ts";
import { EMAIL, type StandIns, standInsFor } from "./redact-names.ts";
import type { Snapshot } from "./snapshot.ts";

/** Fields whose text is Kubernetes' vocabulary or the name of something other than a namespace: left as they are. */
const FIXED_FIELDS: ReadonlySet<string> = new Set([
  "kind",
  "apiVersion",
  "type",
  "reason",
  "status",
  "phase",
  "operator",
  "effect",
  "protocol",
  "uid",
  "resourceVersion",
  "fieldPath",
  "path",
  "state",
]);

/** Fields that hold an image or another object's name, never a namespace's. */
const NAME_FIELDS: ReadonlySet<string> = new Set([
  "image",
  "imageID",
  "names",
  "name",
  // Of what a registry answered.
  "hosts",
  "entry",
  "secret",
  "secrets",
  "user",
  "nearest",
  "repositories",
  "platforms",
]);

const ACCOUNT_FIELDS: ReadonlySet<string> = new Set(["serviceAccountName", "serviceAccount"]);

/** A snapshot without names, and what does the same to a text about it. */
export interface Redacted {
  readonly snapshot: Snapshot;
  /** For remarks beside the report. */
  readonly text: (content: string) => string;
}

/**
 * Replaces names of namespaces, hosts, users and ServiceAccounts, and IP addresses, each by the same stand-in wherever
 * it occurs, so that the report on the result says the same about other names. Everything else stays: names of pods,
 * repositories and keys are what a reader needs.
 */
export function redact(snapshot: Snapshot): Snapshot {
  return redacted(snapshot).snapshot;
}

/** As `redact`, with a function for texts that are not in the snapshot. */
export function redacted(snapshot: Snapshot): Redacted {
  const names = standInsFor(snapshot);
  const words = new Words(names);
  const { context: _, ...rest } = snapshot;
  const walked = walk(rest, "", {}, names, words) as Snapshot;
  return {
    snapshot: { ...walked, objects: walked.objects.map((object) => renamed(object, names)) },
    text: (content) => words.replaced(content, true),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function walk(value: unknown, field: string, parent: Fields, names: StandIns, words: Words): unknown {
  if (typeof value === "string") return walkText(value, field, parent, names, words);
  if (Array.isArray(value)) return value.map((item) => walk(item, field, parent, names, words));
  if (value === null || typeof value !== "object") return value;
  const result: Record<string, unknown> = {};
  for (const [key, content] of Object.entries(value)) {
    const walked = walk(content, key, value as Fields, names, words);
    // Only labels, annotations and the like have a dot in their key.
    const name = key.includes(".") ? words.replaced(key, false) : key;
    if (name === "__proto__") Object.defineProperty(result, name, { value: walked, enumerable: true });
    else result[name] = walked;
  }
  return result;
}

function walkText(value: string, field: string, parent: Fields, names: StandIns, words: Words): string {
  if (FIXED_FIELDS.has(field)) return value;
  if (field === "namespace") return names.namespaces.get(value) ?? value;
  const isAccount = ACCOUNT_FIELDS.has(field) || (field === "name" && parent.kind === "ServiceAccount");
  if (isAccount) return names.accounts.get(value) ?? value;
  if (field === "user" || (field === "name" && (parent.kind === "User" || parent.kind === "Group")))
    return names.users.get(value) ?? value;
  return words.replaced(value, !NAME_FIELDS.has(field));
}

/** A Namespace and a ServiceAccount have the name themselves. */
function renamed(object: KubeObject, { namespaces, accounts }: StandIns): KubeObject {
  const { kind, metadata } = object;
  const standIns = kind === "Namespace" ? namespaces : kind === "ServiceAccount" ? accounts : undefined;
  const name = standIns?.get(metadata.name);
  return name ? { ...object, metadata: { ...metadata, name } } : object;
}

/** What is between blanks, quotes and brackets: a word, an image, a URL. */
const CHUNK = /[^\s"'`,;()<>[\]{}=|]+/g;
/** A name or host, with its port. */
const WORD = /(?:\*\.)?[A-Za-z0-9_](?:[\w.-]*\w)?(?::\d{1,5}(?![\w.]))?/g;
const ACCOUNT = /(\bsystem:serviceaccount:)([^\s:"']+):([^\s:"',;)\\]+)/g;
/** `serviceaccount "web"`, `ServiceAccount web`, `serviceaccounts/web`, `service account shop/web`. */
const SAID_ACCOUNT = /(\bservice ?accounts?[\s/]{1,2}\\?["']?(?:[a-z0-9-]{1,63}\/)?)([a-z0-9][a-z0-9.-]{0,252})/gi;
const USER = /(\b[Uu]ser:? \\?["'])([^"'\\\s]+)/g;

/** Replaces in texts, word by word, in one pass: the names are looked up, never searched for. */
class Words {
  readonly #names: StandIns;
  readonly #addresses = new Addresses();
  readonly #known = [new Map<string, string>(), new Map<string, string>()] as const;

  constructor(names: StandIns) {
    this.#names = names;
  }

  /** `withNamespaces` is false for names of other things, which may be called as a namespace is. */
  replaced(content: string, withNamespaces: boolean): string {
    const known = this.#known[withNamespaces ? 1 : 0];
    const before = known.get(content);
    if (before !== undefined) return before;
    const after = this.#replace(content, withNamespaces);
    known.set(content, after);
    return after;
  }

  #replace(content: string, withNamespaces: boolean): string {
    const { users, accounts, namespaces } = this.#names;
    let text = this.#addresses.inText(content);
    if (text.includes("@")) text = text.replace(EMAIL, (email) => users.get(email) ?? email);
    if (text.includes("system:serviceaccount:"))
      text = text.replace(
        ACCOUNT,
        (_whole, before: string, namespace: string, account: string) =>
          `${before}${namespaces.get(namespace) ?? namespace}:${accounts.get(account) ?? account}`,
      );
    if (/service ?account/i.test(text))
      text = text.replace(
        SAID_ACCOUNT,
        (_whole, before: string, name: string) => before + (accounts.get(name) ?? name),
      );
    if (/user/i.test(text))
      text = text.replace(USER, (_whole, before: string, name: string) => before + (users.get(name) ?? name));
    return text.replace(CHUNK, (chunk) => this.#chunk(chunk, withNamespaces));
  }

  #chunk(chunk: string, withNamespaces: boolean): string {
    const { images, imageHosts, users } = this.#names;
    const user = users.get(chunk);
    if (user) return user;
    const bare = chunk.replace(/^[a-z-]+:\/\//, "").replace(/[:.]{1,8}$/, "");
    const isImage = images.has(bare) || imageHosts.has(bare.slice(0, Math.max(0, bare.indexOf("/"))).toLowerCase());
    return chunk.replace(WORD, (word) => this.#word(word, withNamespaces && !isImage));
  }

  #word(word: string, withNamespaces: boolean): string {
    const { namespaces, hosts, users, accounts, ambiguous } = this.#names;
    const lower = word.toLowerCase();
    const host = hosts.get(lower);
    if (host) return host;
    const user = users.get(word);
    if (user) return user;
    const [name = "", port] = word.split(/:(?=\d+$)/);
    const tail = port === undefined ? "" : `:${port}`;
    if (withNamespaces) {
      const namespace = namespaces.get(name);
      if (namespace) return namespace + tail;
      if (!ambiguous.has(name) && accounts.has(name)) return `${accounts.get(name)}${tail}`;
    }
    return this.#dotted(name) + tail;
  }

  /** A host below one that is known, the name of a Service or pod, an address. */
  #dotted(name: string): string {
    const { hosts, namespaces } = this.#names;
    if (!name.includes(".")) return this.#addresses.inWord(name);
    const labels = name.split(".");
    const service = labels.findIndex((label, index) => index > 1 && (label === "svc" || label === "pod"));
    const place = service > 0 ? service - 1 : labels.length === 2 && !EXTENSIONS.has(labels[1] ?? "") ? 1 : -1;
    const namespace = namespaces.get(labels[place] ?? "");
    if (namespace) labels[place] = namespace;
    for (let index = 0; index < labels.length - 1; index++) {
      const standIn = hosts.get(labels.slice(index).join(".").toLowerCase());
      if (standIn) return this.#addresses.inWord([...labels.slice(0, index), standIn].join("."));
    }
    return this.#addresses.inWord(labels.join("."));
  }
}

/** A namespace may be called as an extension is: main.go is a file all the same. */
const EXTENSIONS: ReadonlySet<string> = new Set(
  "conf cs go java js json log md php py rb rs sh sock sql ts txt yaml yml".split(" "),
);
