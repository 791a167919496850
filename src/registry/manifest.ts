import { createHash } from "node:crypto";
import type { Response } from "../cluster/connection.ts";
import { parsed } from "./error-body.ts";

/** The media types of manifests and of lists of manifests (docker/distribution schema 2, OCI image spec v1.1). */
const MANIFEST_TYPES = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];
/** Also anything else, as containerd asks: an image in the old form shall not be told as absent. */
export const ACCEPT_MANIFESTS = [...MANIFEST_TYPES, "*/*"].join(", ");

/** containerd v2.2 refuses manifests beyond 4 MiB (core/remotes/docker, MaxManifestSize). */
export const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;

/** What a manifest, or a list of manifests, says. */
export interface Manifest {
  readonly mediaType?: string;
  /** `linux/arm64/v8`, sorted; only a list of manifests says. */
  readonly platforms?: readonly string[];
}

/** Reads a manifest; undefined where the content is none. */
export function readManifest({ headers, body }: Pick<Response, "headers" | "body">): Manifest | undefined {
  const content = parsed(body);
  if (!content || typeof content !== "object" || Array.isArray(content)) return undefined;
  const { mediaType, schemaVersion, manifests } = content as Readonly<Record<string, unknown>>;
  if (schemaVersion === undefined && mediaType === undefined && manifests === undefined) return undefined;
  const type = mediaTypeOf(mediaType) ?? mediaTypeOf(headers["content-type"]);
  const platforms = Array.isArray(manifests) ? platformsIn(manifests) : [];
  return { ...(type && { mediaType: type }), ...(platforms.length > 0 && { platforms }) };
}

/** The type in a Content-Type header or a mediaType field, without parameters. */
export function mediaTypeOf(text: unknown): string | undefined {
  return /^\s*(application\/[\w.+-]{1,120})\s*(?:;|$)/.exec(String(text))?.[1]?.toLowerCase();
}

/** Docker's old form: signed, so its digest is not that of its bytes. containerd 2 does not pull it any more. */
export const isSchema1 = (mediaType: string | undefined) =>
  mediaType?.startsWith("application/vnd.docker.distribution.manifest.v1+") ?? false;

/** More of them is no list of platforms. */
const MOST_PLATFORMS = 60;

function platformsIn(manifests: readonly unknown[]): readonly string[] {
  const names = manifests.flatMap((one) => {
    const { platform } = (one ?? {}) as { platform?: Readonly<Record<string, unknown>> };
    const parts = [platform?.os, platform?.architecture, platform?.variant].filter(
      (part) => part !== undefined && part !== "",
    );
    const isPlain = parts.every((part) => typeof part === "string" && /^[A-Za-z0-9._-]{1,40}$/.test(part));
    // BuildKit keeps attestations as manifests for unknown/unknown.
    return parts.length >= 2 && isPlain && parts[0] !== "unknown" ? [parts.join("/")] : [];
  });
  return [...new Set(names)].sort().slice(0, MOST_PLATFORMS);
}

/** The digest that a response says its content has; undefined where it says none that could be one. */
export function digestIn({ headers }: Pick<Response, "headers">): string | undefined {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.exec(String(headers["docker-content-digest"]))?.[0];
}

/** Whether content has a digest; undefined for an algorithm that we cannot compute. */
export function hasDigest(body: Buffer, digest: string): boolean | undefined {
  const [algorithm = "", hex = ""] = digest.split(":");
  if (algorithm !== "sha256" && algorithm !== "sha512") return undefined;
  return createHash(algorithm).update(body).digest("hex") === hex.toLowerCase();
}

/** The digest by which content is known. */
export const digestOf = (body: Buffer) => `sha256:${createHash("sha256").update(body).digest("hex")}`;
