import { parseImage } from "../../objects/image-reference.ts";

/** What a runtime's text about a failed pull comes down to. */
export type PullCause =
  | "not-found"
  | "denied"
  | "rejected"
  | "rate-limited"
  | "dns"
  | "refused"
  | "timeout"
  | "5xx"
  | "unknown-ca"
  | "expired"
  | "wrong-name"
  | "http"
  | "platform"
  | "digest-mismatch"
  | "media-type"
  | "layer-corrupt"
  | "disk-full"
  | "pull-timeout"
  | "qps"
  | "shortname"
  | "blocked"
  | "signature"
  | "encrypted"
  | "runtime-class"
  | "runtime-down"
  | "unknown";

export interface PullError {
  readonly cause: PullCause;
  /** The host the runtime talked to last: a mirror, a token service or where a redirect led; else the image's. */
  readonly host: string;
  /** The innermost words, without the wrappers that every pull error has. */
  readonly detail: string;
}

// First match wins, so what is more telling stands first. Which component writes what, in which versions: catalogue,
// stage 4. Go's own words (dial tcp, lookup, x509, net/http) are the same in all three runtimes.
const PATTERNS: readonly (readonly [PullCause, RegExp])[] = [
  ["qps", /pull QPS exceeded/],
  ["runtime-class", /Failed to lookup runtimeHandler for runtimeClassName/],
  // CRI-O, registries.conf.
  ["shortname", /short[- ]name mode is enforcing|short-name .* did not resolve to an alias/],
  ["blocked", /registry .+ is blocked in /],
  [
    "signature",
    /signature validation failed|Source image rejected|is rejected by policy|A signature was required|Signature for identity .* is not accepted/,
  ],
  ["encrypted", /failed to get stream processor/],
  // containerd 2.1+ refuses schema 1; Docker says "Encountered remote"; CRI-O names the artifact type.
  [
    "media-type",
    /no longer supported since containerd|media-type: schema 1 not supported|unsupported image-specific operation on artifact|Encountered remote ".*"\(.*\) when fetching|unsupported manifest media type/,
  ],
  [
    "platform",
    /no match for platform in manifest|no image found in (?:manifest list|image index) for architecture|no matching manifest for \S+ in the manifest list|does not match the specified platform/,
  ],
  ["disk-full", /no space left on device|disk quota exceeded/],
  [
    "digest-mismatch",
    /unexpected commit digest|unexpected commit size|Digest did not match|blob digest mismatch|failed size validation/,
  ],
  [
    "layer-corrupt",
    /wrong diff id|failed to extract layer|failed to register layer|short read: expected|unexpected EOF|archive\/tar: |gzip: invalid/,
  ],
  ["rate-limited", /429 Too Many Requests|toomanyrequests|too many requests to registry|pull rate limit/i],
  // A look-up that times out is a DNS matter, so these stand before the time-outs.
  ["dns", /: lookup \S+|no such host|server misbehaving|Temporary failure in name resolution/],
  ["expired", /x509: certificate has expired or is not yet valid/],
  [
    "wrong-name",
    /x509: certificate is valid for|x509: cannot validate certificate for|x509: certificate is not valid for any names/,
  ],
  ["unknown-ca", /x509: |tls: failed to verify certificate/],
  ["http", /server gave HTTP response to HTTPS client/],
  ["refused", /connection refused|no route to host|network is unreachable|connection reset by peer/],
  [
    "timeout",
    /i\/o timeout|TLS handshake timeout|Client\.Timeout exceeded|dial tcp \S+: .*timed? ?out|awaiting headers|connection timed out/,
  ],
  [
    "5xx",
    /(?:status(?: code)?|StatusCode|HTTP status)[^\n]*?\b5\d\d\b|\b(?:500 Internal Server Error|502 Bad Gateway|503 Service Unavailable|504 Gateway Time-?out)\b/,
  ],
  // A token service or registry that saw a credential and did not take it. 401 without a word about missing ones is
  // this too: the runtimes answer a challenge with what they have before they give up.
  [
    "rejected",
    /failed to fetch oauth token|invalid username\/password|incorrect username or password|authentication token (?:has|is) expired|\b403 Forbidden|StatusCode: 403|denied: (?:Your|your) |authorization token has expired/,
  ],
  [
    "denied",
    /no basic auth credentials|insufficient_scope|pull access denied|access (?:to the requested resource|to the resource) is (?:denied|not authorized)|requested access to the resource is denied|authentication required|unauthori[sz]ed|failed to fetch anonymous token|\b401\b|access forbidden|denied: |access denied/i,
  ],
  [
    "not-found",
    /: not found|manifest unknown|name unknown|manifest for .+ not found|repository .+ not found|repository name not known|code = NotFound|\b404 Not Found|MANIFEST_UNKNOWN|NAME_UNKNOWN/,
  ],
  ["runtime-down", /connect: no such file or directory|rpc error: code = Unavailable|code = Unimplemented/],
  ["pull-timeout", /context canceled|context deadline exceeded/],
];

/** Classifies what the kubelet shows of a failed pull. Takes the text and the image as the pod has it. */
export function classifyPullError(message: string, image: string): PullError {
  const texts = aggregated(message);
  // With several credentials tried, each try has its text; the most telling decides.
  const causes = texts.map((text) => PATTERNS.findIndex(([, pattern]) => pattern.test(text)));
  const known = causes.filter((index) => index >= 0);
  const best = known.length ? Math.min(...known) : -1;
  const text = texts[causes.indexOf(best)] ?? message;
  let cause: PullCause = PATTERNS[best]?.[0] ?? "unknown";
  // "401 Unauthorized" for a request that carried a credential: containerd says "no basic auth credentials" if it had none.
  if (
    cause === "denied" &&
    /unexpected status from (?:HEAD|GET|POST) request to \S+: 401/.test(text) &&
    !/anonymous/.test(text)
  )
    cause = "rejected";
  return { cause, host: hostIn(text) ?? parseImage(image)?.host ?? image, detail: innermost(text) };
}

/** `[e1, e2]` becomes its parts (apimachinery v0.36 pkg/util/errors/errors.go aggregate.Error); others stay whole. */
function aggregated(message: string): readonly string[] {
  const inner = /^\[([\s\S]*)\]$/.exec(message.trim())?.[1];
  return inner ? inner.split(/, (?=rpc error|failed to|unable to|initializing|Error response)/) : [message];
}

function hostIn(text: string): string | undefined {
  const urls = [...text.matchAll(/\bhttps?:\/\/([A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)\//g)];
  return urls.at(-1)?.[1];
}

/** Cuts the wrappers off: what is left is what the registry, the network or the disk said. */
export function innermost(text: string): string {
  return text
    .replace(/^rpc error: code = \w+ desc = /, "")
    .replace(/^unable to pull image or OCI artifact: pull image err: /, "")
    .replace(/^(?:unable to pull image: |Error response from daemon: )/, "")
    .replace(/^failed to pull and unpack image "[^"]*": /, "")
    .replace(/^failed to resolve (?:reference "[^"]*"|image): /, "")
    .replace(/^failed to do request: /, "")
    .replace(/^initializing source \S+ /, "");
}
