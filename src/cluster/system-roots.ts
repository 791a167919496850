import { readdirSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { readBounded } from "../snapshot/bounded-file.ts";
import type { World } from "../world.ts";

/** Where distributions keep their bundle; the first that can be read is taken (Go's crypto/x509 root_linux.go). */
const FILES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];
/**
 * Read where there is no bundle, or where SSL_CERT_FILE replaces it. Go reads them in any case; beside the bundle they
 * hold the same certificates once more.
 */
const DIRECTORIES = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/**
 * The roots that the machine trusts, as PEM. Node and Bun would take the list they were built with, and so not know the
 * company's own authority that kubectl accepts.
 */
export function systemRoots(env: World["env"], platform: NodeJS.Platform = process.platform): readonly string[] {
  if (platform === "darwin" || platform === "win32") return getCACertificates("system");
  const { SSL_CERT_FILE, SSL_CERT_DIR } = env;
  const bundle = firstReadable(SSL_CERT_FILE ? [SSL_CERT_FILE] : FILES);
  const usual = bundle === undefined || SSL_CERT_FILE ? DIRECTORIES : [];
  const directories = SSL_CERT_DIR ? SSL_CERT_DIR.split(":") : usual;
  return [...new Set([bundle ?? "", ...directories.flatMap(textsIn)].flatMap(certificatesIn))];
}

/** The certificates in a PEM file, whatever else is in it. */
export function certificatesIn(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function firstReadable(files: readonly string[]): string | undefined {
  for (const file of files) {
    const content = readable(file);
    if (content !== undefined) return content;
  }
  return undefined;
}

function textsIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).flatMap((entry) => readable(`${directory}/${entry}`) ?? []);
  } catch {
    return [];
  }
}

function readable(file: string): string | undefined {
  try {
    return readBounded(file).toString("latin1");
  } catch {
    return undefined;
  }
}
