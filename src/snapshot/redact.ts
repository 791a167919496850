import { parseImage } from "../objects/image-reference.ts";
import type { KubeObject } from "../objects/object.ts";
import type { Snapshot } from "./snapshot.ts";

/** Names that every cluster has tell nothing about this one. */
const COMMON_NAMESPACES: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);
const PUBLIC_HOSTS: ReadonlySet<string> = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "auth.docker.io",
  "registry.k8s.io",
  "quay.io",
  "ghcr.io",
  "gcr.io",
  "mcr.microsoft.com",
  "public.ecr.aws",
]);

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

const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g;
const IPV4_IN_NAME = /(?<=\bip-)\d{1,3}(?:-\d{1,3}){3}(?!\d)/g;
// Three groups at least: a time of day has two colons and no hexadecimal letters.
const IPV6 = /(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,6}(?![\w:])/gi;

/**
 * Replaces names of namespaces, hosts of images and IP addresses, each by the same stand-in wherever it occurs, so
 * that the report on the result says the same about other names. Everything else stays: names of pods, repositories
 * and keys are what a reader needs.
 */
export function redact(snapshot: Snapshot): Snapshot {
  const images = imagesIn(snapshot);
  const namespaces = standIns(namespacesIn(snapshot), COMMON_NAMESPACES, (n) => `namespace-${n}`);
  const hosts = standIns(hostsIn(images, snapshot), PUBLIC_HOSTS, (n) => `registry-${n}.example`);
  // A host that a message names without the port.
  for (const [host, standIn] of [...hosts]) if (!hosts.has(withoutPort(host))) hosts.set(withoutPort(host), standIn);
  // Whole images are replaced as one, so that a namespace's name in a repository stays and messages still fit the spec.
  const whole = new Map([...images].map((image) => [image, replaceWords(image, hosts)]));
  const inNames = new Map([...whole, ...hosts]);
  const inTexts = new Map([...namespaces, ...inNames]);
  const addresses = new Map<string, string>();
  const address = (found: string) => {
    if (/^(?:127\.|0\.0\.0\.0$|::1?$)/.test(found)) return found;
    const known = addresses.get(found) ?? documentationAddress(addresses.size, found.includes(":"));
    addresses.set(found, known);
    return known;
  };
  const inText = (content: string, words: ReadonlyMap<string, string>): string =>
    replaceWords(content, words)
      .replace(IPV4, address)
      .replace(IPV4_IN_NAME, (found) => address(found.replaceAll("-", ".")).replaceAll(".", "-"))
      .replace(IPV6, (found) => (/[a-f]|::/i.test(found) ? address(found) : found));
  const walk = (value: unknown, field: string): unknown => {
    if (typeof value === "string")
      return FIXED_FIELDS.has(field) ? value : inText(value, NAME_FIELDS.has(field) ? inNames : inTexts);
    if (Array.isArray(value)) return value.map((item) => walk(item, field));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, content]) => [
        key,
        key === "namespace" && typeof content === "string" ? (namespaces.get(content) ?? content) : walk(content, key),
      ]),
    );
  };
  const { context: _, ...rest } = snapshot;
  const walked = walk(rest, "") as Snapshot;
  return { ...walked, objects: walked.objects.map((object) => renamed(object, namespaces)) };
}

/** A Namespace object has the name itself. */
function renamed(object: KubeObject, namespaces: ReadonlyMap<string, string>): KubeObject {
  const name = object.kind === "Namespace" ? namespaces.get(object.metadata.name) : undefined;
  return name ? { ...object, metadata: { ...object.metadata, name } } : object;
}

function standIns(
  names: ReadonlySet<string>,
  kept: ReadonlySet<string>,
  make: (n: number) => string,
): Map<string, string> {
  const hidden = [...names].filter((name) => !kept.has(name)).sort();
  return new Map(hidden.map((name, index) => [name, make(index + 1)]));
}

const withoutPort = (host: string) => host.replace(/:\d+$/, "");

function namespacesIn({ objects, targets }: Snapshot): ReadonlySet<string> {
  const names = [
    ...objects.map(({ kind, metadata }) => (kind === "Namespace" ? metadata.name : metadata.namespace)),
    ...targets.map(({ namespace }) => namespace),
  ];
  return new Set(names.filter((name): name is string => Boolean(name)));
}

function imagesIn({ objects, registryAnswers }: Snapshot): ReadonlySet<string> {
  const images = new Set<string>();
  visit([objects, registryAnswers], (value, field) => {
    if (field === "image" || field === "imageID" || field === "names") images.add(value.replace(/^[a-z-]+:\/\//, ""));
  });
  return images;
}

function hostsIn(images: ReadonlySet<string>, { objects, registryAnswers }: Snapshot): ReadonlySet<string> {
  const hosts = new Set([...images].flatMap((image) => parseImage(image)?.host ?? hostOfInvalid(image)));
  visit([objects, registryAnswers], (value, field) => {
    if (field === "registries" || field === "hosts" || field === "entry")
      hosts.add(value.replace(/^https?:\/\//, "").replace(/\/.*/s, ""));
  });
  return hosts;
}

/** An image that no runtime would take may still name somebody's registry. */
function hostOfInvalid(image: string): string[] {
  return /^(?:https?:\/\/)?([\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w.-]+:\d+)\//.exec(image)?.slice(1, 2) ?? [];
}

/** Calls for every string in a value, with the name of the field it stands in. */
function visit(value: unknown, found: (value: string, field: string) => void, field = ""): void {
  if (typeof value === "string") found(value, field);
  else if (Array.isArray(value)) for (const item of value) visit(item, found, field);
  else if (value && typeof value === "object")
    for (const [key, content] of Object.entries(value)) visit(content, found, key);
}

/** Whole words only, the longest first: `shop` is not replaced within `shop-db`. */
function replaceWords(content: string, names: ReadonlyMap<string, string>): string {
  if (names.size === 0) return content;
  const words = [...names.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const pattern = new RegExp(
    `(?<![\\w.-])(?:${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})(?![\\w-]|\\.\\w)`,
    "g",
  );
  return content.replace(pattern, (word) => names.get(word) ?? word);
}

/** Addresses that are set aside for examples (RFC 5737, RFC 3849), then those for benchmarks (RFC 2544). */
function documentationAddress(index: number, isV6: boolean): string {
  if (isV6) return `2001:db8::${(index + 1).toString(16)}`;
  const [net, host] = [Math.floor(index / 254), (index % 254) + 1];
  const nets = ["192.0.2", "198.51.100", "203.0.113"];
  return `${nets[net] ?? `198.${18 + (Math.floor(net / 256) % 2)}.${net % 256}`}.${host}`;
}
