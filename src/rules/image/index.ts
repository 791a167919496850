import type { Rule } from "../rule.ts";
import authMissing from "./auth-missing.ts";
import authRejected from "./auth-rejected.ts";
import blockedRegistry from "./blocked-registry.ts";
import credentialVerification from "./credential-verification.ts";
import digestMismatch from "./digest-mismatch.ts";
import digestNotFound from "./digest-not-found.ts";
import diskFull from "./disk-full.ts";
import encrypted from "./encrypted.ts";
import httpRegistry from "./http-registry.ts";
import inspectError from "./inspect-error.ts";
import invalidName from "./invalid-name.ts";
import layerCorrupt from "./layer-corrupt.ts";
import layerRefused from "./layer-refused.ts";
import mutableTag from "./mutable-tag.ts";
import neverPull from "./never-pull.ts";
import notFound from "./not-found.ts";
import platform from "./platform.ts";
import proxy from "./proxy.ts";
import pullSecretMissing from "./pull-secret-missing.ts";
import pullTimeout from "./pull-timeout.ts";
import pulling from "./pulling.ts";
import qps from "./qps.ts";
import rateLimited from "./rate-limited.ts";
import registry5xx from "./registry-5xx.ts";
import registryDns from "./registry-dns.ts";
import registryRefused from "./registry-refused.ts";
import registryTimeout from "./registry-timeout.ts";
import runtimeclassLookup from "./runtimeclass-lookup.ts";
import shortname from "./shortname.ts";
import signature from "./signature.ts";
import tlsExpired from "./tls-expired.ts";
import tlsHandshake from "./tls-handshake.ts";
import tlsName from "./tls-name.ts";
import tlsUnknownCa from "./tls-unknown-ca.ts";
import unknownPullError from "./unknown-pull-error.ts";
import unsupportedMediaType from "./unsupported-media-type.ts";
import volume from "./volume.ts";

/** Why an image does not arrive; catalogue stage 4. */
const family: readonly Rule[] = [
  invalidName,
  neverPull,
  shortname,
  notFound,
  digestNotFound,
  authMissing,
  authRejected,
  credentialVerification,
  pullSecretMissing,
  rateLimited,
  registryDns,
  registryRefused,
  registryTimeout,
  proxy,
  layerRefused,
  registry5xx,
  tlsUnknownCa,
  tlsExpired,
  tlsName,
  tlsHandshake,
  httpRegistry,
  platform,
  digestMismatch,
  unsupportedMediaType,
  layerCorrupt,
  diskFull,
  pullTimeout,
  qps,
  blockedRegistry,
  signature,
  encrypted,
  inspectError,
  runtimeclassLookup,
  volume,
  pulling,
  unknownPullError,
  mutableTag,
];
export default family;
