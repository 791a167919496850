// Images for the registry of the cluster, put there by plain requests. All stand on the layers that kit/images.sh pushed.
import { request } from "node:http";
import { sha256 } from "./hostile-servers.mjs";
import { addressOf } from "./hosts.mjs";

const INDEX = "application/vnd.oci.image.index.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const AT_ONCE = 8;

function ask(method, path, { body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(
      // Each open connection of an agent that keeps them would hold the process.
      { host: addressOf("registry.test"), port: 5000, method, path: `/v2/${path}`, headers },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => {
          if (response.statusCode >= 300) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
          else resolve({ text, headers: response.headers });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

const put = (repository, reference, body, type) =>
  ask("PUT", `${repository}/manifests/${reference}`, { body, headers: { "content-type": type } });

/** The manifest of an image that is there. */
async function manifestOf(source, tag) {
  const { text } = await ask("GET", `${source}/manifests/${tag}`, { headers: { accept: MANIFEST } });
  return text;
}

/**
 * Puts an image of one repository into another, under each of some tags. It gets a configuration of its own: a node
 * takes images of the same one for one image with several names, and tells the API server five of them.
 */
export async function copyImage(source, sourceTag, repository, tags) {
  const manifest = JSON.parse(await manifestOf(source, sourceTag));
  const { text } = await ask("GET", `${source}/blobs/${manifest.config.digest}`);
  const config = JSON.parse(text);
  config.config.Labels = { repository };
  manifest.config = await putBlob(repository, JSON.stringify(config), manifest.config.mediaType);
  for (const { digest } of manifest.layers)
    await ask("POST", `${repository}/blobs/uploads/?mount=${digest}&from=${source}`);
  const body = JSON.stringify(manifest);
  const queue = [...tags];
  const worker = async () => {
    for (let tag = queue.shift(); tag; tag = queue.shift()) await put(repository, tag, body, MANIFEST);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function putBlob(repository, content, mediaType) {
  const digest = sha256(content);
  const { headers } = await ask("POST", `${repository}/blobs/uploads/`);
  const { pathname, search } = new URL(headers.location);
  await ask("PUT", `${pathname.slice("/v2/".length)}${search}&digest=${encodeURIComponent(digest)}`, {
    body: content,
    headers: { "content-type": "application/octet-stream" },
  });
  return { mediaType, digest, size: Buffer.byteLength(content) };
}

/** Puts an index over one image that claims some platforms, `linux/arm64` and the like. */
export async function copyAsIndex(source, sourceTag, repository, tag, platforms) {
  await copyImage(source, sourceTag, repository, [`${tag}-single`]);
  const { text, headers } = await ask("GET", `${repository}/manifests/${tag}-single`, {
    headers: { accept: MANIFEST },
  });
  const manifests = platforms.map((platform) => {
    const [os, architecture, variant] = platform.split("/");
    return {
      mediaType: MANIFEST,
      digest: headers["docker-content-digest"],
      size: Buffer.byteLength(text),
      platform: { os, architecture, ...(variant && { variant }) },
    };
  });
  await put(repository, tag, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }), INDEX);
}
