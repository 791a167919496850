import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Answer } from "../../src/cluster/api.ts";
import { type AskOptions, askRegistries, type RegistryQuestion } from "../../src/registry/ask.ts";
import type { RegistryAnswer } from "../../src/snapshot/registry-answer.ts";
import { type Handler, httpsServer, json, pem } from "../cluster-access/support/servers.ts";
import { worldOf } from "../cluster-access/support/target.ts";

export const base64 = (content: string) => Buffer.from(content, "utf8").toString("base64");
export const sha256 = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/** An index of images for these platforms. */
export function indexOf(...platforms: string[]): string {
  const manifests = platforms.map((platform) => {
    const [os, architecture, variant] = platform.split("/");
    return { mediaType: MANIFEST_TYPE, digest: sha256(platform), size: 7, platform: { os, architecture, variant } };
  });
  return JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests });
}

export const MANIFEST = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config: {}, layers: [] });

/** An error as registries tell it. */
export const refuse = (
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
) =>
  json(response, { errors: [{ code, message }] }, status, {
    "docker-distribution-api-version": "registry/2.0",
    ...headers,
  });

/** What a registry has, and who may see it. */
export interface FakeRegistry {
  /** `shop/cart:1.0` or `shop/cart@sha256:…` → the manifest. */
  readonly images?: Readonly<Record<string, string>>;
  /** `user:password` that is asked for with Basic. */
  readonly basic?: string;
}

/** Answers as github.com/distribution/distribution v3 does. */
export function registry({ images = {}, basic }: FakeRegistry): Handler {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    if (basic && request.headers.authorization !== `Basic ${base64(basic)}`) {
      const challenge = { "www-authenticate": 'Basic realm="registry"' };
      refuse(response, 401, "UNAUTHORIZED", "authentication required", challenge);
      return;
    }
    const [, repository = "", what, reference = ""] = /^\/v2\/(.+)\/(manifests|tags)\/([^/]+)$/.exec(pathname) ?? [];
    const names = Object.keys(images);
    if (what === "tags") {
      const tags = names.flatMap((name) =>
        name.startsWith(`${repository}:`) ? name.slice(repository.length + 1) : [],
      );
      if (tags.length > 0) json(response, { name: repository, tags });
      else refuse(response, 404, "NAME_UNKNOWN", "repository name not known to registry");
    } else if (what === "manifests") {
      const content = images[`${repository}:${reference}`] ?? images[`${repository}@${reference}`];
      if (content === undefined) refuse(response, 404, "MANIFEST_UNKNOWN", "manifest unknown");
      else sendManifest(response, content, request.method === "HEAD");
    } else if (pathname === "/v2/_catalog") {
      json(response, { repositories: [...new Set(names.map((name) => name.replace(/[:@].*/, "")))] });
    } else if (pathname === "/v2/") {
      json(response, {}, 200, { "docker-distribution-api-version": "registry/2.0" });
    } else refuse(response, 404, "UNSUPPORTED", "no such endpoint");
  };
}

/** A manifest with its headers; `more` replaces them. */
export function sendManifest(
  response: ServerResponse,
  content: string,
  isHead: boolean,
  more: Readonly<Record<string, string>> = {},
): void {
  const { mediaType = "application/json" } = JSON.parse(content) as { mediaType?: string };
  response.writeHead(200, {
    "content-type": mediaType,
    "content-length": String(Buffer.byteLength(content)),
    "docker-content-digest": sha256(content),
    ...more,
  });
  response.end(isHead ? undefined : content);
}

/** A registry on this machine, with a certificate that `ask` trusts. */
export const startRegistry = (what: FakeRegistry | Handler, options: Parameters<typeof httpsServer>[1] = {}) =>
  httpsServer(typeof what === "function" ? what : registry(what), options);

/** A pull secret as the API has it. `logins`: key → `user:password`. */
export function pullSecret(logins: Readonly<Record<string, string>>): Answer<unknown> {
  const auths = Object.fromEntries(Object.entries(logins).map(([key, login]) => [key, { auth: base64(login) }]));
  return {
    state: "ok",
    body: {
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": base64(JSON.stringify({ auths })) },
    },
  };
}

export interface AskedWith extends Partial<Omit<AskOptions, "readSecret">> {
  /** By name, in the pod's order. */
  readonly secrets?: Readonly<Record<string, Answer<unknown>>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Tags that the cluster knows. */
  readonly knownTags?: readonly string[];
}

/** Asks about images as one run does. */
export function askAll(
  images: readonly string[],
  { secrets = {}, env = {}, knownTags = [], ...options }: AskedWith = {},
): Promise<readonly RegistryAnswer[]> {
  const questions = images.map(
    (image): RegistryQuestion => ({
      image,
      namespace: "shop",
      secrets: Object.keys(secrets),
      accountSecrets: [],
      knownTags,
    }),
  );
  return askRegistries(questions, {
    trust: { certificateAuthority: pem("root"), insecureHosts: [] },
    world: worldOf(env),
    patienceMs: 30_000,
    readSecret: async (_, name) => secrets[name] ?? { state: "absent", message: `secrets "${name}" not found` },
    ...options,
  });
}

/** The answer about one image. */
export async function ask(image: string, options: AskedWith = {}): Promise<RegistryAnswer> {
  const [answer] = await askAll([image], options);
  if (!answer) throw new Error("no answer");
  return answer;
}
