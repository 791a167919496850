import { parseImage } from "../objects/image-reference.ts";
import { SOURCE } from "./secret-name.ts";
import type { Snapshot } from "./snapshot.ts";

/** Names that every cluster has tell nothing about this one. */
const COMMON_NAMESPACES: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public", "kube-node-lease"]);
const COMMON_ACCOUNTS: ReadonlySet<string> = new Set(["default"]);
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
  "localhost",
  "kubernetes.default.svc",
]);

/** Domains whose names everybody knows: of Kubernetes and of those who publish software; cluster.local is in every cluster. */
const PUBLIC_DOMAIN =
  /(?:^|\.)(?:cluster\.local|docker\.com|docker\.io|gcr\.io|ghcr\.io|github\.com|gke\.io|googleapis\.com|k8s\.io|kubernetes\.io|microsoft\.com|quay\.io)$/i;
/** Domains of clouds, below which customers have names of their own. */
const CLOUD_DOMAIN =
  /^(?:amazonaws\.com|aws\.com|azure\.com|azurecr\.io|azmk8s\.io|compute\.internal|ec2\.internal|google\.internal|pkg\.dev|windows\.net)$/i;

/** What each name becomes, by the kind of name: the same name is the same everywhere. */
export interface StandIns {
  readonly namespaces: ReadonlyMap<string, string>;
  /** In lower case, with and without port, and the domains that they are in. */
  readonly hosts: ReadonlyMap<string, string>;
  /** Hosts of images: what follows one is a repository, whatever namespaces are called. */
  readonly imageHosts: ReadonlySet<string>;
  readonly images: ReadonlySet<string>;
  readonly users: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, string>;
  /** ServiceAccounts whose name is that of something else too, where only the context tells which is meant. */
  readonly ambiguous: ReadonlySet<string>;
}

/** All names of a snapshot that are to be replaced. */
export function standInsFor(snapshot: Snapshot): StandIns {
  const found = namesIn(snapshot);
  const registries = named(
    [...found.imageHosts].filter((host) => !PUBLIC_HOSTS.has(host)),
    (n) => `registry-${n}.example`,
  );
  const hosts = new Map(registries);
  // A host that a message names without the port.
  for (const [host, standIn] of registries) if (!hosts.has(withoutPort(host))) hosts.set(withoutPort(host), standIn);
  const others = [...found.hosts].map(withoutPort).filter((host) => !hosts.has(host) && !isPublic(host));
  for (const [host, standIn] of named(others, (n) => `host-${n}.example`)) hosts.set(host, standIn);
  const domains = [...hosts.keys()]
    .map(domainOf)
    .filter((domain) => domain !== "" && !hosts.has(domain) && !isPublic(domain) && !CLOUD_DOMAIN.test(domain));
  for (const [domain, standIn] of named(domains, (n) => `domain-${n}.example`)) hosts.set(domain, standIn);
  return {
    namespaces: named(
      [...found.namespaces].filter((name) => !COMMON_NAMESPACES.has(name)),
      (n) => `namespace-${n}`,
    ),
    hosts,
    imageHosts: found.imageHosts,
    images: found.images,
    users: named([...found.users], (n) => `user-${n}`),
    accounts: named(
      [...found.accounts].filter((name) => !COMMON_ACCOUNTS.has(name)),
      (n) => `account-${n}`,
    ),
    ambiguous: found.otherNames,
  };
}

function named(names: readonly string[], make: (n: number) => string): Map<string, string> {
  return new Map([...new Set(names)].sort().map((name, index) => [name, make(index + 1)]));
}

const withoutPort = (host: string) => host.replace(/:\d+$/, "");
const isPublic = (host: string) =>
  PUBLIC_HOSTS.has(host) || PUBLIC_DOMAIN.test(host) || !host.includes(".") || /^[\d.]+$/.test(host);

/** The two last labels of a host that has more. */
function domainOf(host: string): string {
  const labels = withoutPort(host).split(".");
  return labels.length > 2 && !/^\d+$/.test(labels.at(-1) ?? "") ? labels.slice(-2).join(".") : "";
}

interface Names {
  readonly namespaces: Set<string>;
  readonly imageHosts: Set<string>;
  readonly images: Set<string>;
  readonly hosts: Set<string>;
  readonly users: Set<string>;
  readonly accounts: Set<string>;
  readonly otherNames: Set<string>;
}

/** Fields whose whole text is a host, or a host and a port. */
const HOST_FIELDS: ReadonlySet<string> = new Set([
  "host",
  "hostname",
  "hostnames",
  "externalName",
  "address",
  "searches",
  "server",
  "tlsServerName",
]);
const HOST_LIKE = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63}){1,16}(?::\d{1,5})?$/i;

function namesIn(snapshot: Snapshot): Names {
  const names: Names = {
    namespaces: new Set(),
    imageHosts: new Set(),
    images: new Set(),
    hosts: new Set(),
    users: new Set(),
    accounts: new Set(),
    otherNames: new Set(),
  };
  for (const { kind, metadata } of snapshot.objects) {
    if (kind === "Namespace") names.namespaces.add(metadata.name);
    else if (kind === "ServiceAccount") names.accounts.add(metadata.name);
    else names.otherNames.add(metadata.name);
    if (kind === "Node" && HOST_LIKE.test(metadata.name)) names.hosts.add(metadata.name.toLowerCase());
  }
  const { objects, targets, gaps, absent, logs, complete, registryAnswers, skipped, unusable } = snapshot;
  visit([objects, targets, gaps, absent, logs, complete, registryAnswers, skipped, unusable], (value, field, parent) =>
    lookAt(value, field, parent, names),
  );
  return names;
}

function lookAt(value: string, field: string, parent: Readonly<Record<string, unknown>>, names: Names): void {
  if (field === "namespace") names.namespaces.add(value);
  else if (field === "serviceAccountName" || field === "serviceAccount") names.accounts.add(value);
  else if (field === "image" || field === "imageID" || field === "names")
    addImage(value.replace(/^[a-z-]+:\/\//, ""), names);
  else if (field === "registries" || field === "hosts" || field === "entry")
    names.imageHosts.add(
      value
        .replace(/^https?:\/\//, "")
        .replace(/\/.*/s, "")
        .toLowerCase(),
    );
  else if (field === "nodeName" || HOST_FIELDS.has(field)) {
    if (HOST_LIKE.test(value)) names.hosts.add(value.toLowerCase());
  } else if (field === "user" || field === "username" || field === "requester") names.users.add(value);
  else if (field === "name") lookAtName(value, parent.kind, names);
  else if (field === "value" && HOST_LIKE.test(value) && /host|addr|server|endpoint|url/i.test(String(parent.name)))
    names.hosts.add(value.toLowerCase());
  if (value.length > 6) lookAtText(value, names);
}

function lookAtName(value: string, kind: unknown, names: Names): void {
  if (kind === "User" || kind === "Group") {
    if (!value.startsWith("system:")) names.users.add(value);
  } else if (kind === "ServiceAccount") names.accounts.add(value);
  else names.otherNames.add(value);
}

function addImage(image: string, names: Names): void {
  names.images.add(image);
  const host = parseImage(image)?.host ?? hostOfInvalid(image);
  if (host) names.imageHosts.add(host.toLowerCase());
}

/** An invalid image reference may still name a private registry. */
const hostOfInvalid = (image: string) =>
  /^(?:https?:\/\/)?([\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w.-]+:\d+)\//.exec(image)?.[1];

const URL_HOST = /:\/\/(?:[^\s/"'@<>]{1,256}@)?([a-z0-9][a-z0-9.-]{1,252}[a-z0-9])(?=[:/?#,\s"'\\)\]]|$)/gi;
/** Where Go, the kubelet and TLS name a host in a sentence. */
const SAID_HOST =
  /\b(?:lookup|host:?|hostname:?|valid for|not|server|resolve|connect to|to address|upstream|@)\s{0,2}["']?((?:\*\.)?[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,16})(?![\w/])/gi;
/** Before a port it is a host too, or a file of source code and a line. */
const HOST_AND_PORT =
  /(?<![\w./@:-])([a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,15}\.[a-z]{2,24})(?=:\d{2,5}(?!\w))/gi;
const CERTIFICATE_NAMES = /\bvalid for ([\w.*-]{1,253}(?:, [\w.*-]{1,253}){0,64})/g;
const SAID_USER = /\b[Uu]ser:? ["']([^"'\s]{1,256})["']/g;
export const EMAIL = /[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi;
const SAID_ACCOUNT = /system:serviceaccounts?:([a-z0-9-]{1,63})(?::([a-z0-9.-]{1,253}))?/g;
/** Of AWS: arn:aws:iam::123456789012:role/x. */
const ARN = /\barn:[\w-]{1,16}:[\w-]{0,64}:[\w-]{0,64}:(\d{12})\b/g;

function lookAtText(value: string, names: Names): void {
  if (value.includes("://")) for (const [, host = ""] of value.matchAll(URL_HOST)) addSaidHost(host, names);
  if (value.includes(" ")) {
    for (const [, host = ""] of value.matchAll(SAID_HOST)) addSaidHost(host, names);
    for (const [, list = ""] of value.matchAll(CERTIFICATE_NAMES))
      for (const host of list.split(", ")) addSaidHost(host, names);
    for (const [, user = ""] of value.matchAll(SAID_USER)) if (!user.startsWith("system:")) names.users.add(user);
  }
  if (value.includes(":")) for (const [, host = ""] of value.matchAll(HOST_AND_PORT)) addSaidHost(host, names);
  if (value.includes("@")) for (const [email] of value.matchAll(EMAIL)) names.users.add(email);
  if (value.includes("system:serviceaccount"))
    for (const [, namespace = "", account] of value.matchAll(SAID_ACCOUNT)) {
      names.namespaces.add(namespace);
      if (account) names.accounts.add(account);
    }
  if (value.includes("arn:")) for (const [, account = ""] of value.matchAll(ARN)) names.users.add(account);
}

function addSaidHost(host: string, names: Names): void {
  // The name of a Service holds a namespace, which is replaced by itself; a file has an extension.
  if (/\.svc(?:\.|$)/.test(host) || SOURCE.test(host) || /\.(?:conf|json|log|sh|sock|txt|ya?ml)$/i.test(host)) return;
  if (host.includes(".")) names.hosts.add(host.toLowerCase());
}

/** Calls for every string in a value, with the name of the field it is in and the object that has it. */
function visit(
  value: unknown,
  found: (value: string, field: string, parent: Readonly<Record<string, unknown>>) => void,
  field = "",
  parent: Readonly<Record<string, unknown>> = {},
): void {
  if (typeof value === "string") found(value, field, parent);
  else if (Array.isArray(value)) for (const item of value) visit(item, found, field, parent);
  else if (value && typeof value === "object")
    for (const [key, content] of Object.entries(value))
      visit(content, found, key, value as Readonly<Record<string, unknown>>);
}
