import type { PullCause } from "../../../src/rules/image/pull-error.ts";

/** The image of all of them. */
export const IMAGE = "registry.test:5000/shop/cart:2.0.1";
/** What is asked for in it. */
export const URL = "https://registry.test:5000/v2/shop/cart/manifests/2.0.1";
export const LAYER = `application/vnd.oci.image.layer.v1.tar+gzip sha256:${"5".repeat(64)}`;

/** How containerd wraps what it is told while it resolves a reference, the same from 1.6 to 2.3. */
export const resolve = (rest: string) =>
  `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${rest}`;
export const request = (rest: string) => resolve(`failed to do request: Head "${URL}": ${rest}`);
export const unknown = (rest: string) => `rpc error: code = Unknown desc = ${rest}`;
export const unpack = (rest: string) => `failed to pull and unpack image "${IMAGE}": ${rest}`;
export const crio = (rest: string) => unknown(`initializing source docker://${IMAGE}: ${rest}`);
export const ping = (rest: string) =>
  unknown(`pinging container registry registry.test:5000: Get "https://registry.test:5000/v2/": ${rest}`);
export const docker = (rest: string) => unknown(`Error response from daemon: ${rest}`);

/** What each runtime says, the cause, and the text as the kubelet passes it on. */
export const WORDINGS: readonly (readonly [string, PullCause, string])[] = [
  ["containerd: not found", "not-found", `rpc error: code = NotFound desc = ${resolve(`${IMAGE}: not found`)}`],
  [
    "containerd 2.2: not found",
    "not-found",
    `rpc error: code = NotFound desc = ${unpack(`failed to resolve image: ${IMAGE}: not found`)}`,
  ],
  [
    "CRI-O: manifest unknown",
    "not-found",
    unknown("reading manifest 2.0.1 in registry.test:5000/shop/cart: manifest unknown"),
  ],
  [
    "CRI-O: name unknown",
    "not-found",
    unknown(
      "reading manifest 2.0.1 in registry.test:5000/shop/cart: name unknown: repository name not known to registry",
    ),
  ],
  [
    "CRI-O 1.33: manifest unknown, tried as an artifact too",
    "not-found",
    unknown(
      `unable to pull image or OCI artifact: pull image err: initializing source docker://${IMAGE}: reading manifest 2.0.1 in registry.test:5000/shop/cart: manifest unknown; artifact err: get manifest: build image source: unauthorized: authentication required`,
    ),
  ],
  [
    "Docker: manifest unknown",
    "not-found",
    docker(`manifest for ${IMAGE} not found: manifest unknown: manifest unknown`),
  ],
  [
    "Docker: repository not found",
    "not-found",
    docker("repository shop/cart not found: does not exist or no pull access"),
  ],
  [
    "containerd: no credentials",
    "denied",
    resolve(
      "pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
    ),
  ],
  [
    "containerd: token without the scope",
    "denied",
    resolve(
      "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
    ),
  ],
  [
    "containerd: anonymous token refused",
    "denied",
    resolve(
      "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://auth.test/token?service=registry.test: 401 Unauthorized",
    ),
  ],
  [
    "containerd 1.6: anonymous token refused",
    "denied",
    unknown(resolve("failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden")),
  ],
  [
    "containerd: login refused by the token service",
    "denied",
    resolve(
      "failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://auth.test/token: 401 Unauthorized",
    ),
  ],
  [
    "containerd: login refused by the registry",
    "denied",
    resolve(`unexpected status from HEAD request to ${URL}: 401 Unauthorized`),
  ],
  ["containerd: forbidden", "denied", resolve(`unexpected status from HEAD request to ${URL}: 403 Forbidden`)],
  [
    "CRI-O: denied",
    "denied",
    unknown(
      "reading manifest 2.0.1 in registry.test:5000/shop/cart: denied: requested access to the resource is denied",
    ),
  ],
  [
    "CRI-O: unauthorized",
    "denied",
    unknown("reading manifest 2.0.1 in registry.test:5000/shop/cart: unauthorized: authentication required"),
  ],
  [
    "CRI-O: several errors in one answer",
    "denied",
    crio(
      "reading manifest 2.0.1 in registry.test:5000/shop/cart: errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required",
    ),
  ],
  [
    "CRI-O: token service refuses",
    "denied",
    crio("unable to retrieve auth token: invalid username/password: unauthorized: authentication required"),
  ],
  ["CRI-O: 403", "denied", crio('StatusCode: 403, "<html><head><title>403 Forbidden</title></head><body>..."')],
  [
    "Docker: denied",
    "denied",
    docker(
      "pull access denied for shop/cart, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ),
  ],
  ["Docker: wrong password", "denied", docker("unauthorized: incorrect username or password")],
  [
    "Docker: ECR token expired",
    "denied",
    docker("denied: Your authorization token has expired. Reauthenticate and try again."),
  ],
  [
    "containerd 1.6 to 2.0: rate limit",
    "rate-limited",
    resolve(
      `unexpected status code ${URL}: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.`,
    ),
  ],
  [
    "containerd 2.1: rate limit",
    "rate-limited",
    resolve(
      `unexpected status from GET request to ${URL}: 429 Too Many Requests\ntoomanyrequests: You have reached your unauthenticated pull rate limit.`,
    ),
  ],
  [
    "CRI-O: rate limit",
    "rate-limited",
    crio("reading manifest 2.0.1 in registry.test:5000/shop/cart: too many requests to registry"),
  ],
  ["Docker: rate limit", "rate-limited", docker("toomanyrequests: You have reached your pull rate limit.")],
  ["containerd: 502", "5xx", resolve(`unexpected status from HEAD request to ${URL}: 502 Bad Gateway`)],
  ["containerd 1.7: 503", "5xx", resolve(`unexpected status code ${URL}: 503 Service Unavailable`)],
  [
    "CRI-O: 502",
    "5xx",
    crio("pinging container registry registry.test:5000: received unexpected HTTP status: 502 Bad Gateway"),
  ],
  ["CRI-O: 500", "5xx", crio('StatusCode: 500, "internal error"')],
  ["containerd: no such host", "dns", request("dial tcp: lookup registry.test: no such host")],
  [
    "containerd: no such host at a server",
    "dns",
    request("dial tcp: lookup registry.test on 10.0.0.2:53: no such host"),
  ],
  [
    "containerd: server misbehaving",
    "dns",
    request("dial tcp: lookup registry.test on 10.0.0.2:53: server misbehaving"),
  ],
  ["CRI-O: no such host", "dns", ping("dial tcp: lookup registry.test: no such host")],
  [
    "CRI-O: lookup times out",
    "dns",
    ping("dial tcp: lookup registry.test on 10.0.0.2:53: read udp 10.0.0.7:3->10.0.0.2:53: i/o timeout"),
  ],
  [
    "Docker: temporary failure",
    "dns",
    docker(
      'Get "https://registry.test:5000/v2/": dial tcp: lookup registry.test: Temporary failure in name resolution',
    ),
  ],
  ["containerd: refused", "refused", request("dial tcp 192.0.2.10:5000: connect: connection refused")],
  ["containerd: no route", "refused", request("dial tcp 192.0.2.10:5000: connect: no route to host")],
  ["containerd: reset", "refused", request("read tcp 10.0.0.7:4242->192.0.2.10:5000: read: connection reset by peer")],
  ["containerd: cut off", "refused", request("EOF")],
  [
    "CRI-O: refused, event",
    "refused",
    `RegistryUnavailable: pinging container registry registry.test:5000: Get "https://registry.test:5000/v2/": dial tcp 192.0.2.10:5000: connect: connection refused`,
  ],
  ["containerd: dial times out", "timeout", request("dial tcp 192.0.2.10:5000: i/o timeout")],
  ["containerd: handshake times out", "timeout", request("net/http: TLS handshake timeout")],
  ["containerd: request times out", "timeout", request("context deadline exceeded")],
  ["CRI-O: dial times out", "timeout", ping("dial tcp 192.0.2.10:5000: connect: connection timed out")],
  [
    "Docker: client times out",
    "timeout",
    docker(
      'Get "https://registry.test:5000/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    ),
  ],
  [
    "containerd: proxy refuses the connection",
    "proxy",
    request("proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused"),
  ],
  ["containerd: proxy unknown to DNS", "proxy", request("proxyconnect tcp: dial tcp: lookup proxy.test: no such host")],
  ["containerd: proxy asks for a login", "proxy", request("Proxy Authentication Required")],
  ["containerd: proxy forbids", "proxy", request("Forbidden")],
  [
    "unknown authority",
    "unknown-ca",
    request("tls: failed to verify certificate: x509: certificate signed by unknown authority"),
  ],
  ["unknown authority, Go before 1.20", "unknown-ca", ping("x509: certificate signed by unknown authority")],
  [
    "expired",
    "expired",
    request(
      "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-03-04T12:00:00Z is after 2026-03-01T00:00:00Z",
    ),
  ],
  [
    "other name",
    "wrong-name",
    request("tls: failed to verify certificate: x509: certificate is valid for other.test, not registry.test"),
  ],
  [
    "address without SAN",
    "wrong-name",
    request("x509: cannot validate certificate for 192.0.2.10 because it doesn't contain any IP SANs"),
  ],
  ["only a common name", "wrong-name", ping("x509: certificate relies on legacy Common Name field, use SANs instead")],
  ["client certificate wanted", "tls", request("remote error: tls: certificate required")],
  ["plain HTTP", "http", request("http: server gave HTTP response to HTTPS client")],
  ["plain text on a TLS port", "http", request("tls: first record does not look like a TLS handshake")],
  [
    "containerd: no such platform",
    "platform",
    `rpc error: code = NotFound desc = ${unpack(`no match for platform in manifest sha256:${"4".repeat(64)}: not found`)}`,
  ],
  [
    "containerd 2.2: no such platform",
    "platform",
    `rpc error: code = NotFound desc = get image config descriptor: no match for platform in manifest sha256:${"4".repeat(64)}: not found`,
  ],
  [
    "CRI-O: no such platform in a list",
    "platform",
    unknown(
      `choosing an image from manifest list docker://${IMAGE}: no image found in manifest list for architecture arm64, variant "v8", OS linux`,
    ),
  ],
  [
    "CRI-O: no such platform in an index",
    "platform",
    unknown(
      `choosing an image from manifest list docker://${IMAGE}: no image found in image index for architecture "arm64", variant "", OS "linux"`,
    ),
  ],
  [
    "Docker: no such platform",
    "platform",
    docker("no matching manifest for linux/arm64/v8 in the manifest list entries"),
  ],
  [
    "Docker: no such Windows",
    "platform",
    docker("no matching manifest for windows/amd64 10.0.17763 in the manifest list entries"),
  ],
  [
    "Docker: other operating system",
    "platform",
    docker('image operating system "windows" cannot be used on this platform'),
  ],
  [
    "containerd: no space while unpacking",
    "disk-full",
    unpack(
      `failed to extract layer (${LAYER}) to overlayfs as "extract-1": write /usr/lib/libc.so: no space left on device`,
    ),
  ],
  [
    "containerd: no space while downloading",
    "disk-full",
    unpack("failed to copy: write /var/lib/containerd/ingest/1/data: no space left on device"),
  ],
  [
    "CRI-O: no space",
    "disk-full",
    unknown(
      'writing blob: storing blob to file "/var/tmp/container_images_storage1/1": write /var/tmp/1: no space left on device',
    ),
  ],
  ["Docker: no space", "disk-full", docker("write /var/lib/docker/tmp/GetImageBlob1: no space left on device")],
  [
    "containerd: other digest",
    "digest-mismatch",
    unpack(
      `failed commit on ref "layer-sha256:1": unexpected commit digest sha256:2, expected sha256:1: failed precondition`,
    ),
  ],
  [
    "containerd: other size",
    "digest-mismatch",
    unpack(`failed commit on ref "layer-sha256:1": unexpected commit size 1, expected 2: failed precondition`),
  ],
  [
    "CRI-O: other digest",
    "digest-mismatch",
    unknown("writing blob: Digest did not match, expected sha256:1, got sha256:2"),
  ],
  [
    "containerd 2.1: schema 1",
    "media-type",
    unpack(
      'not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer supported since containerd v2.1, please rebuild the image as "application/vnd.docker.distribution.manifest.v2+json"',
    ),
  ],
  ["containerd: schema 1", "media-type", unpack("media-type: schema 1 not supported")],
  [
    "CRI-O: artifact",
    "media-type",
    unknown('unsupported image-specific operation on artifact with type "application/vnd.cncf.helm.config.v1+json"'),
  ],
  [
    "Docker: artifact",
    "media-type",
    docker('Encountered remote "application/vnd.cncf.helm.config.v1+json"(unknown) when fetching'),
  ],
  [
    "containerd: broken layer",
    "layer-corrupt",
    unpack(`failed to extract layer (${LAYER}) to overlayfs as "extract-1": failed to extract: unexpected EOF`),
  ],
  [
    "containerd: a layer's snapshot lacks the one below it on the node",
    "layer-corrupt",
    unpack(
      'failed to prepare extraction snapshot "extract-1 sha256:1": parent snapshot sha256:2 does not exist: not found',
    ),
  ],
  [
    "containerd: content that the node should have is gone",
    "layer-corrupt",
    unpack("failed to get reader from content store: content digest sha256:1: not found"),
  ],
  [
    "Docker: what was sent is not what the digest says",
    "digest-mismatch",
    docker("filesystem layer verification failed for digest sha256:1"),
  ],
  [
    "containerd: other content",
    "layer-corrupt",
    unpack('wrong diff id "sha256:1" calculated on extraction "sha256:2", desc "sha256:3"'),
  ],
  [
    "containerd: short",
    "layer-corrupt",
    unpack("failed to copy: short read: expected 100 bytes but got 10: unexpected EOF"),
  ],
  [
    "Docker: broken layer",
    "layer-corrupt",
    docker("failed to register layer: Error processing tar file(exit status 1): unexpected EOF"),
  ],
  [
    "containerd: layer missing",
    "layer-missing",
    `rpc error: code = NotFound desc = ${unpack(`failed to copy: httpReadSeeker: failed open: content at https://registry.test:5000/v2/shop/cart/blobs/sha256:${"6".repeat(64)} not found: not found`)}`,
  ],
  [
    "containerd: layer missing, older",
    "layer-missing",
    `rpc error: code = NotFound desc = ${unpack(`failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:${"6".repeat(64)} (${LAYER}) from remote: not found`)}`,
  ],
  [
    "CRI-O: layer missing",
    "layer-missing",
    unknown("copying system image from manifest list: reading blob sha256:6: fetching blob: blob unknown to registry"),
  ],
  ["containerd: no progress", "pull-timeout", unpack("context canceled")],
  ["kubelet: own limit", "qps", "pull QPS exceeded"],
  ["kubelet: no such RuntimeClass", "runtime-class", "Failed to lookup runtimeHandler for runtimeClassName gvisor"],
  [
    "CRI-O: ambiguous short name",
    "shortname",
    unknown("short name mode is enforcing, but image name cart:2 returns ambiguous list"),
  ],
  [
    "CRI-O: unresolved short name",
    "shortname",
    unknown(
      'short-name "cart:2" did not resolve to an alias and no unqualified-search registries are defined in "/etc/containers/registries.conf"',
    ),
  ],
  [
    "CRI-O: blocked",
    "blocked",
    crio(
      "registry registry.test:5000 is blocked in /etc/containers/registries.conf or /etc/containers/registries.conf.d",
    ),
  ],
  [
    "CRI-O: unsigned, event",
    "signature",
    "SignatureValidationFailed: Source image rejected: A signature was required, but no signature exists",
  ],
  [
    "CRI-O: unsigned, status",
    "signature",
    `image pull failed for ${IMAGE} because the signature validation failed: Source image rejected: Running image docker://${IMAGE} is rejected by policy.`,
  ],
  [
    "containerd: encrypted",
    "encrypted",
    unpack(
      `failed to extract layer (${LAYER}) to overlayfs as "extract-1": failed to get stream processor for application/vnd.oci.image.layer.v1.tar+gzip+encrypted: not found`,
    ),
  ],
  [
    "runtime gone",
    "runtime-down",
    'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused"',
  ],
  ["Docker 1.x: no such image", "not-found", docker("Error: image shop/cart:2.0.1 not found")],
  ["Docker: a registry's own 404", "not-found", docker("error parsing HTTP 404 response body: invalid character '<'")],
  ["GHCR through Docker", "denied", docker('Head "https://ghcr.io/v2/shop/cart/manifests/2.0.1": denied')],
  [
    "Google: no permission",
    "denied",
    crio(
      'reading manifest 2.0.1 in europe-docker.pkg.dev/shop/cart: denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "x" (or it may not exist)',
    ),
  ],
  ["Docker: a registry's own 403", "denied", docker("error parsing HTTP 403 response body: invalid character '<'")],
  [
    "Docker before quotes: client times out",
    "timeout",
    docker(
      "Get https://registry.test:5000/v2/: net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
    ),
  ],
  ["Docker before quotes: cut off", "refused", docker("Get https://registry.test:5000/v2/: EOF")],
  [
    "containerd: stream broken off",
    "refused",
    unpack(
      'failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://cdn.test/blob": http2: client connection lost',
    ),
  ],
  [
    "containerd: a web page instead",
    "media-type",
    unpack("failed to unpack image on snapshotter overlayfs: unexpected media type text/html for sha256:1: not found"),
  ],
  [
    "containerd: mount refused",
    "layer-corrupt",
    unpack(
      `failed to extract layer (${LAYER}) to overlayfs as "extract-1": failed to mount /tmp/1: operation not permitted`,
    ),
  ],
  [
    "containerd: another pull holds the lock",
    "unknown",
    `rpc error: code = Unavailable desc = ${unpack("failed to copy: ref layer-sha256:1 locked for 1.2s: unavailable")}`,
  ],
  ["CRI-O: stricter than the kubelet", "invalid", crio("invalid reference format")],
  [
    "a file without permission is no registry's refusal",
    "unknown",
    unpack("open /etc/containerd/certs.d: permission denied"),
  ],
  ["words nobody knows", "unknown", unpack("the snapshotter is out of sorts")],
  ["nothing at all", "unknown", ""],
];
