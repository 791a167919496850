import { parseImage } from "../../objects/image-reference.ts";

/** What a runtime's text about a failed pull comes down to. */
export type PullCause =
  | "not-found"
  | "denied"
  | "rate-limited"
  | "dns"
  | "refused"
  | "timeout"
  | "proxy"
  | "layer-refused"
  | "5xx"
  | "unknown-ca"
  | "expired"
  | "wrong-name"
  | "tls"
  | "http"
  | "platform"
  | "digest-mismatch"
  | "media-type"
  | "layer-corrupt"
  | "layer-missing"
  | "disk-full"
  | "pull-timeout"
  | "qps"
  | "shortname"
  | "blocked"
  | "signature"
  | "encrypted"
  | "invalid"
  | "runtime-class"
  | "runtime-down"
  | "unknown";

export interface PullError {
  readonly cause: PullCause;
  /** The host the runtime talked to last: a mirror, a token service or where a redirect led; else the image's. */
  readonly host: string;
  /** The innermost words, without the wrappers that every pull error has. */
  readonly detail: string;
  /** Whether a login was sent with the request that was refused, as far as the words tell. */
  readonly login: "sent" | "seems-sent" | "not-sent" | "unknown";
  /** With several credentials the runtime tries each: the causes that the other tries ended with. */
  readonly otherCauses: readonly PullCause[];
}

// First match wins, so what is more telling stands first. Which component writes what, in which versions, is told in
// each rule. Go's own words (dial tcp, lookup, x509, net/http) are the same in all three runtimes.
const PATTERNS: readonly (readonly [PullCause, RegExp])[] = [
  ["qps", /pull QPS exceeded/],
  ["runtime-class", /Failed to lookup runtimeHandler for runtimeClassName/],
  // The kubelet cannot talk to the runtime at all: a socket, not a registry.
  [
    "runtime-down",
    /dial unix \S+|transport is closing|code = Unavailable desc = (?:connection error|error reading from server|transport)|code = Unimplemented/,
  ],
  // The kubelet parsed the reference, the runtime is stricter.
  ["invalid", /invalid reference format|invalid tag format|couldn't parse image/],
  // CRI-O, registries.conf.
  ["shortname", /short[- ]name mode is enforcing|short-name .* did not resolve to an alias/],
  ["blocked", /registry \S+ is blocked in /],
  [
    "signature",
    /signature validation failed|SignatureValidationFailed|Source image rejected|is rejected by policy|A signature was required|Signature for identity .* is not accepted/,
  ],
  ["encrypted", /failed to get stream processor/],
  // containerd 2.1+ refuses schema 1; Docker says "Encountered remote"; CRI-O names the artifact type.
  [
    "media-type",
    /no longer supported since containerd|media-type: schema 1 not supported|unsupported image-specific operation on artifact|Encountered remote ".*"\(.*\) when fetching|[Uu]n(?:supported|expected) (?:manifest )?media ?type|mismatched image rootfs and manifest layers/,
  ],
  [
    "platform",
    /no match for platform in manifest|no image found in (?:manifest list|image index) for architecture|no matching manifest for .+ in the manifest list|does not match the specified platform|image operating system .+ cannot be used on this platform/,
  ],
  ["disk-full", /no space left on device|disk quota exceeded/i],
  [
    "digest-mismatch",
    /unexpected commit digest|unexpected commit size|Digest did not match|blob digest mismatch|failed size validation|layer verification failed for digest/,
  ],
  // containerd takes no manifest over 4 MiB and calls that "not found" (v2.2 core/remotes/docker/resolver.go Resolve).
  ["unknown", /rejecting \d+ byte manifest for /],
  // The manifest is there, a part it lists is not. Ends in "not found" too.
  [
    "layer-missing",
    /blobs\/sha256:[0-9a-f]+ not found|could not fetch content descriptor|blob unknown|BLOB_UNKNOWN|unknown blob/,
  ],
  [
    "layer-corrupt",
    // containerd: its own store on the node may lack what it should have, which ends in "not found" too.
    /wrong diff id|failed to extract layer|failed to prepare extraction snapshot|parent snapshot \S+ does not exist|content store: content digest|failed to register layer|short read: expected|(?:failed to copy: |(?:reading|writing|storing) blob|daemon: )(?:(?!https?:).){0,500}unexpected EOF|archive\/tar: |gzip: invalid/,
  ],
  // Only layers are opened so; a token for them that is refused is a login's matter.
  [
    "layer-refused",
    /httpReadSeeker: failed open: (?:(?!failed to (?:authorize|fetch)).){0,400}\b40[13] (?:Forbidden|Unauthorized)|fetching blob: (?:(?!auth).){0,200}(?:StatusCode|status): 40[13]\b/,
  ],
  ["rate-limited", /429 Too Many Requests|toomanyrequests|too many requests to registry|pull rate limit/i],
  // The proxy of the node stands between: it cannot be reached, or answers the CONNECT with a refusal (net/http
  // transport.go returns the status text of that answer alone).
  [
    "proxy",
    /proxyconnect tcp: |Proxy Authentication Required|https:\/\/[^" ]*"?: (?:Forbidden|Bad Gateway|Gateway Timeout|Service Unavailable)$/,
  ],
  // A look-up that times out is a DNS matter, so these stand before the time-outs.
  ["dns", /: lookup \S+|no such host|server misbehaving|Temporary failure in name resolution/],
  ["expired", /x509: certificate has expired or is not yet valid/],
  [
    "wrong-name",
    /x509: certificate is valid for|x509: cannot validate certificate for|x509: certificate is not valid for any names|x509: certificate relies on legacy Common Name/,
  ],
  ["unknown-ca", /x509: |tls: failed to verify certificate/],
  ["http", /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/],
  [
    "tls",
    /remote error: tls: |tls: (?:handshake failure|no supported versions|server selected unsupported|protocol version not supported)/,
  ],
  [
    "refused",
    /connection refused|no route to host|network is unreachable|connection reset by peer|https?:\/\/[^" ]*"?: (?:unexpected )?EOF|http2: client connection|stream error: stream ID|server sent GOAWAY|broken pipe/,
  ],
  [
    "timeout",
    /i\/o timeout|TLS handshake timeout|Client\.Timeout exceeded|dial tcp \S+: .*timed? ?out|awaiting headers|connection timed out|https?:\/\/[^" ]*"?: context deadline exceeded|pinging container registry .*context deadline exceeded/,
  ],
  [
    "5xx",
    /unexpected status(?: code)?(?: from \w+ request to)? \S+ 5\d\d\b|received unexpected HTTP status: 5\d\d|StatusCode: 5\d\d|\b(?:500 Internal Server Error|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b/,
  ],
  [
    "denied",
    /no basic auth credentials|insufficient_scope|pull access denied|access (?:to the requested resource|to the resource) is (?:denied|not authorized)|requested access to the resource is denied|authentication required|unauthori[sz]ed|failed to fetch (?:anonymous|oauth) token|\b401\b|\b403 Forbidden|StatusCode: 403|access forbidden|HTTP 40[13]\b|(?<!permission )\bdenied(?::|$)|access denied|(?:invalid|incorrect) username (?:or|\/) ?password|invalid username\/password|token (?:has|is) expired/i,
  ],
  [
    "not-found",
    /: not found|image \S+ not found|[Tt]ag \S+ not found|HTTP 404\b|manifest unknown|name unknown|manifest for .+ not found|repository .+ not found|repository name not known|code = NotFound|\b404 Not Found|MANIFEST_UNKNOWN|NAME_UNKNOWN/,
  ],
  ["runtime-down", /connect: no such file or directory/],
  ["pull-timeout", /context canceled|context deadline exceeded/],
];

/** What the kubelet's own reason says where no pattern knows the text. */
const BY_REASON: ReadonlyMap<string, PullCause> = new Map(
  Object.entries({
    RegistryUnavailable: "refused",
    SignatureValidationFailed: "signature",
  }),
);

/** Classifies what the kubelet shows of a failed pull. Takes the text, the image as the pod has it, and the reason. */
export function classifyPullError(message: string, image: string, reason = ""): PullError {
  const tries = aggregated(message).map(decisive);
  const causes = tries.map((text) => causeOf(text) ?? BY_REASON.get(reason) ?? "unknown");
  const best = mostTelling(causes);
  const text = tries[best] ?? message;
  const cause = causes[best] ?? "unknown";
  return {
    cause,
    host: hostIn(text) ?? parseImage(image)?.host ?? image,
    detail: innermost(text),
    login: cause === "denied" ? loginIn(text) : "unknown",
    otherCauses: [...new Set(causes.filter((other) => other !== cause))],
  };
}

const causeOf = (text: string) => PATTERNS.find(([, pattern]) => pattern.test(text))?.[0];

/**
 * Of several tries with different credentials: "not found" is said to somebody who may look, so it outweighs the refusals
 * that the others got. Otherwise the order of the patterns decides.
 */
function mostTelling(causes: readonly PullCause[]): number {
  if (causes.includes("not-found") && causes.every((cause) => cause === "not-found" || cause === "denied"))
    return causes.indexOf("not-found");
  const weights = causes.map((cause) => {
    const at = PATTERNS.findIndex(([known]) => known === cause);
    return at < 0 ? PATTERNS.length : at;
  });
  return weights.indexOf(Math.min(...weights));
}

/** `[e1, e2]` becomes its parts (apimachinery v0.36 pkg/util/errors/errors.go aggregate.Error); others stay whole. */
function aggregated(message: string): readonly string[] {
  const inner = /^\[([\s\S]*)\]$/.exec(message.trim())?.[1];
  return inner
    ? inner.split(/, (?=rpc error|failed to|unable to|initializing|reading manifest|pinging|Error response)/)
    : [message];
}

/**
 * The part of one try that decides. CRI-O asks mirrors first and reports all of them; what the registry itself answered
 * counts. CRI-O 1.33+ tries again as an artifact, and that second failure says nothing about an image.
 */
function decisive(text: string): string {
  const primary = /\(Mirrors also failed: [\s\S]*\): ([\s\S]+)$/.exec(text)?.[1] ?? text;
  return primary.replace(/; artifact err: [\s\S]*$/, "");
}

/**
 * containerd says "anonymous" or "no basic auth credentials" where it had nothing to send, and "oauth token" where it
 * had (core/remotes/docker/authorizer.go). A bare 401 to a HEAD is the answer to a login, or to the token that anybody
 * gets of a registry that names no `error` with it (invalidAuthorization there; Quay is one). CRI-O says "invalid
 * username/password" in both cases.
 */
function loginIn(text: string): PullError["login"] {
  if (/no basic auth credentials|failed to fetch anonymous token/.test(text)) return "not-sent";
  if (/failed to fetch oauth token|incorrect username or password|token (?:has|is) expired/i.test(text)) return "sent";
  if (/unexpected status(?: code)? (?:from (?:HEAD|GET) request to )?\S+: 401/.test(text)) return "seems-sent";
  return "unknown";
}

/** The host of the last request that the text tells of; registries put links to their documentation into answers too. */
function hostIn(text: string): string | undefined {
  const requests =
    /\b(?:Head|Get|Post|Put|request to|status code|content at) "?https?:\/\/([A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)\//g;
  return [...text.matchAll(requests)].at(-1)?.[1];
}

/** Cuts the wrappers off: what is left is what the registry, the network or the disk said. */
export function innermost(text: string): string {
  return text
    .replace(/^(?:RegistryUnavailable|SignatureValidationFailed|ErrImagePull): /, "")
    .replace(/^image pull failed for \S+ because the (?:registry is unavailable|signature validation failed): /, "")
    .replace(/^Failed to inspect image "[^"]*": /, "")
    .replace(/^rpc error: code = \w+ desc = /, "")
    .replace(/^(?:RegistryUnavailable|SignatureValidationFailed): /, "")
    .replace(/^unable to pull image or OCI artifact: pull image err: /, "")
    .replace(/^(?:unable to pull image: |Error response from daemon: )/, "")
    .replace(/^failed to pull and unpack image "[^"]*": /, "")
    .replace(/^failed to resolve (?:reference "[^"]*"|image): /, "")
    .replace(/^failed to do request: /, "")
    .replace(/^initializing source \S+ /, "");
}
