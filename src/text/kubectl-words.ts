/** A form that a word of a command must have: what it is called in a sentence, and the test. */
export interface Form {
  readonly what: string;
  readonly test: (word: string) => boolean;
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const QUANTITY = /^[+-]?[0-9.]{1,40}(?:[EPTGMKkmun]i?|[eE][+-]?\d{1,3})?$/;
const WHOLE_PLACEHOLDER = /^<[A-Za-z][\w ./:-]*>$/;
const PLACEHOLDER = /<[A-Za-z][\w ./:-]*>/g;

/** A word that the reader replaces: `<tag>`. It is quoted, and is no option. */
export const isPlaceholder = (word: string): boolean => WHOLE_PLACEHOLDER.test(word);

/** A DNS-1123 label (apimachinery v0.36 pkg/util/validation IsDNS1123Label). */
export const isLabel = (word: string): boolean => word.length <= 63 && LABEL.test(word);

/** A DNS-1123 subdomain (IsDNS1123Subdomain). */
export const isSubdomain = (word: string): boolean =>
  word.length <= 253 && word.split(".").every((part) => LABEL.test(part));

/** A label key: a name, with or without a domain before it (IsQualifiedName). */
export function isQualifiedName(word: string): boolean {
  const slash = word.indexOf("/");
  const last = word.slice(slash + 1);
  return (slash < 0 || isSubdomain(word.slice(0, slash))) && last.length <= 63 && QUALIFIED_NAME.test(last);
}

const isLabelValue = (word: string): boolean =>
  word === "" || isPlaceholder(word) || (word.length <= 63 && QUALIFIED_NAME.test(word));

const form = (what: string, test: Form["test"]): Form => ({ what, test });
const matching = (what: string, pattern: RegExp): Form => form(what, (word) => pattern.test(word));

/** Each part between separators has the form. */
const each = (word: string, separator: string, test: (part: string) => boolean): boolean =>
  word.split(separator).every(test);

/** `key=value`, with a test for each side; undefined on the right where there is no `=`. */
const pair = (word: string, left: (key: string) => boolean, right: (value: string | undefined) => boolean): boolean => {
  const at = word.indexOf("=");
  return left(at < 0 ? word : word.slice(0, at)) && right(at < 0 ? undefined : word.slice(at + 1));
};

export const namespace = form("namespace", isLabel);
export const objectName = form("object name", isSubdomain);
export const containerName = form("container name", isLabel);
export const anything = form("value", () => true);
export const number = matching("number", /^\d{1,20}$/);
export const duration = matching("duration", /^\d{1,10}[smh]$/);
/** `pods`, `resourceclaims.resource.k8s.io`. */
export const resourceType = matching("resource type", /^[a-z][a-z0-9]*(?:\.[a-z0-9][a-z0-9.-]*)?$/);
export const resourceTypes = form("resource type", (word) => each(word, ",", resourceType.test));

/** `deployment/web`. */
export const typeAndName = form("object name", (word) => {
  const [type = "", its = "", ...rest] = word.split("/");
  return rest.length === 0 && resourceType.test(type) && (isSubdomain(its) || isPlaceholder(its));
});

/** An image reference (distribution/reference v0.6 regexp.go); parts of it may be placeholders. */
export const image = form(
  "image reference",
  (word) =>
    word.length <= 1024 &&
    /^[A-Za-z0-9[][\w.:[\]-]*(?:\/[\w.-]+)*(?::[\w.-]{1,128})?(?:@[A-Za-z0-9+._-]+:[0-9a-fA-F]+)?$/.test(
      word.replace(PLACEHOLDER, "x"),
    ),
);

/** `app=example/web:1.2`. */
export const containerImage = form("container=image pair", (word) =>
  pair(word, isLabel, (value) => value !== undefined && image.test(value)),
);

/** `app=web,tier!=cache`, `!karpenter.sh/nodepool`, `app in (web,api)`. */
export const labelSelector = form("label selector", (word) =>
  word.split(/,(?![^(]*\))/).every((part) => {
    const [, key = "", values] = /^([^\s()]+) (?:not)?in \(([^()]*)\)$/.exec(part) ?? [];
    if (values !== undefined) return isQualifiedName(key) && each(values, ",", (one) => isLabelValue(one.trim()));
    const [left = "", ...right] = part.split(/!=|==|=/);
    if (right.length === 0) return isQualifiedName(left.replace(/^!/, ""));
    return right.length === 1 && isQualifiedName(left) && isLabelValue(right[0] ?? "");
  }),
);

/** `spec.nodeName=node-1,type!=Normal`. */
export const fieldSelector = form("field selector", (word) =>
  each(word, ",", (part) => /^[a-z][A-Za-z.]*!?=[\w./:-]*$/.test(part.replace(PLACEHOLDER, "x"))),
);

export const labelKey = form("label key", isQualifiedName);
/** `disk=ssd`. */
export const label = form("label", (word) =>
  pair(word, isQualifiedName, (value) => value !== undefined && isLabelValue(value)),
);
/** `app=web,tier=db`. */
export const labels = form("list of labels", (word) => each(word, ",", label.test));
/** `key=value:Effect`, `key:Effect-`, `key-`. */
export const taint = form("taint", (word) => {
  const [, key = "", value = ""] = /^([^=:]+?)(?:=([^:]*))?(?::[A-Za-z]+)?-?$/.exec(word) ?? [];
  return isQualifiedName(key) && isLabelValue(value);
});

/** A field of a ConfigMap or Secret. */
const isKey = (word: string): boolean => isPlaceholder(word) || /^[-\w.]{1,253}$/.test(word);
/** `key=<value>`: the value is the reader's. */
export const literal = form("key=value pair", (word) =>
  pair(word, isKey, (value) => value !== undefined && isPlaceholder(value)),
);
export const keys = form("list of keys", (word) => each(word, ",", isKey));
/** `DB_HOST=orders-db`: the value is data of the pod. A name with a hyphen in front would be an option. */
export const environmentVariable = form("environment variable", (word) =>
  pair(
    word,
    (key) => /^[A-Za-z_.][\w.-]*$/.test(key),
    (value) => value !== undefined,
  ),
);
/** `cpu=1100m,memory=<size>`. */
export const amounts = form("list of amounts", (word) =>
  each(word, ",", (part) =>
    pair(part, isQualifiedName, (value) => value !== undefined && (isPlaceholder(value) || QUANTITY.test(value))),
  ),
);

/** A host, with or without a port. */
export const host = matching("host", /^[A-Za-z0-9](?:[\w.-]*\w)?(?::\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](?::\d{1,5})?$/);
export const registryServer = form(
  "registry host",
  (word) => host.test(word) || word === "https://index.docker.io/v1/",
);
/** `namespace:name`. */
export const serviceAccount = form("ServiceAccount", (word) => {
  const [space = "", its = "", ...rest] = word.split(":");
  return rest.length === 0 && isLabel(space) && isSubdomain(its);
});
export const serviceAccountUser = form("ServiceAccount", (word) => {
  const prefix = "system:serviceaccount:";
  return word.startsWith(prefix) && serviceAccount.test(word.slice(prefix.length));
});

/** A path below the API server; no step of it leads up. */
export const rawPath = form("path", (word) => /^\/[\w.~!$&'()*+,;=:@/?%-]*$/.test(word) && !/\.\.|%2e/i.test(word));
/** `yaml`, `jsonpath={…}`; never one that reads a file. */
export const output = matching("output format", /^(?:json|yaml|wide|name|(?:jsonpath|custom-columns)=[^\0]*)$/);
export const condition = matching("condition", /^(?:delete|condition=[A-Za-z][\w./-]*|jsonpath=[^\0]*)$/);
/** A JSON document, which may hold placeholders. What it holds is data to kubectl. */
export const json = matching("JSON patch", /^[[{]/);
/** One verb of the API, whichever. */
export const verb = matching("verb", /^[a-z]+$/);
/** `log`, `status`. */
export const subresource = matching("subresource", /^[a-z]+$/);
/** Verbs that a grant may have. */
export const verbs = form("list of verbs", (word) =>
  each(word, ",", (verb) =>
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "use"].includes(verb),
  ),
);
/** `deployments.apps/status`. */
export const resource = matching("resource", /^[a-z][a-z0-9]*(?:\.[a-z0-9][a-z0-9.-]*)?(?:\/[a-z]+)?$/);
/** A word of a fixed list that the program itself writes. */
export const oneOf = (...words: readonly string[]): Form => form("value", (word) => words.includes(word));
export const port = matching("port", /^\d{1,5}(?::\d{1,5})?$|^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
