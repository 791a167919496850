// What can be wrong between a pod and its registry, and what --check-registry has to say of it.
import { SILENT_PORT } from "./hostile-servers.mjs";
import { GUEST, HOSTILE, SHOP, WRONG } from "./logins.mjs";

const DIGEST = `sha256:${"0".repeat(64)}`;
const hostile = (behaviour) => ({ image: `hostile.test/${behaviour}/app:1.0.0` });
const trusting = { "hostile.test": HOSTILE };

/** containerd's words for what a told pod waits for. */
const NOT_FOUND = "not found";
const TIMEOUT =
  'failed to do request: Head "https://hostile.test/v2/app/manifests/1.0.0": dial tcp 192.0.2.18:443: i/o timeout';

/**
 * Each situation: the image; `logins`, the pull secrets in their order; `told`, the runtime's words where no kubelet pulls;
 * `isSlow` where the registry keeps one waiting; `args` beside --check-registry and the cluster's authority (`isPublicOnly`:
 * without that); `user` and `env` of the run.
 * Expected: the root cause (`rule`, a list where either will do) and how sure it is; `tries`, who was asked and what came of
 * it, or how that begins; the nearest tag and repository; what else the answer holds; `asked`, the hosts that get packets
 * where those are not the named ones; `neverAsked`, hosts that must get none.
 */
export const situations = {
  // ---- a registry that is open to everybody
  "tag is not there": {
    image: "registry.test:5000/shop/cart:2.0.2",
    rule: "image/not-found",
    confidence: "certain",
    tries: ["anonymous no-manifest"],
    isComplete: true,
    nearest: "2.0.1",
  },
  "repository is not there": {
    image: "registry.test:5000/shop/crat:2.0.1",
    rule: "image/not-found",
    confidence: "certain",
    tries: ["anonymous no-repository"],
    repository: "shop/cart",
  },
  "digest is not there": {
    image: `registry.test:5000/shop/cart@${DIGEST}`,
    rule: ["image/digest-not-found", "image/not-found"],
    confidence: "certain",
    tries: ["anonymous no-manifest"],
  },
  "other processor": {
    image: "registry.test:5000/shop/other-processor:1",
    rule: "image/platform",
    confidence: "certain",
    tries: ["anonymous found"],
    platforms: ["linux/arm64"],
  },
  "index without the node's variant": {
    image: "registry.test:5000/public/windows:1",
    rule: "image/platform",
    confidence: "certain",
    tries: ["anonymous found"],
    platforms: ["linux/s390x", "windows/amd64"],
  },
  "pushed since the last try": {
    image: "registry.test:5000/public/app:1",
    told: NOT_FOUND,
    rule: "image/not-found",
    tries: ["anonymous found"],
  },
  "tag of a repository with 2,000": {
    image: "registry.test:5000/many/app:3.11-slim-bulleye",
    rule: "image/not-found",
    confidence: "certain",
    tries: ["anonymous no-manifest"],
    isComplete: true,
    nearest: "3.11-slim-bullseye",
  },
  // ---- one with a password
  "no login": {
    image: "private.test:5001/team/app:1",
    rule: "image/auth-missing",
    tries: ["anonymous denied"],
  },
  "wrong password": {
    image: "private.test:5001/team/app:1",
    logins: [{ "private.test:5001": WRONG }],
    rule: "image/auth-rejected",
    confidence: "certain",
    tries: ["secret login-refused", "anonymous denied"],
  },
  "right password, tag is not there": {
    image: "private.test:5001/shop/cart:2.0.2",
    logins: [{ "private.test:5001": SHOP }],
    rule: "image/not-found",
    confidence: "certain",
    tries: ["secret no-manifest"],
    nearest: "2.0.1",
  },
  "right password, repository is not there": {
    image: "private.test:5001/shop/crat:1",
    logins: [{ "private.test:5001": SHOP }],
    rule: "image/not-found",
    confidence: "certain",
    tries: ["secret no-repository", "anonymous denied"],
  },
  "login for another host": {
    image: "private.test:5001/team/app:1",
    logins: [{ "token.test": SHOP }],
    rule: "image/auth-missing",
    confidence: "certain",
    tries: ["anonymous denied"],
  },
  "second of two logins is right": {
    image: "private.test:5001/shop/cart:2.1.0",
    logins: [{ "private.test:5001": WRONG }, { "private.test:5001": SHOP }],
    told: "unexpected status from HEAD request to http://private.test:5001/v2/shop/cart/manifests/2.1.0: 401 Unauthorized",
    rule: "image/auth-rejected",
    tries: ["secret login-refused", "secret found"],
  },
  "login that may not be used": {
    image: "private.test:5001/shop/cart:2.1.0-alpine",
    logins: [{ "private.test:5001": SHOP }],
    args: ["--registry-auth", "none"],
    told: "unexpected status from HEAD request to http://private.test:5001/v2/shop/cart/manifests/2.1.0-alpine: 401 Unauthorized",
    tries: ["anonymous denied"],
  },
  "login that may not be read": {
    image: "private.test:5001/team/app:1",
    logins: [{ "private.test:5001": SHOP }],
    user: "keyless",
    told: "unexpected status from HEAD request to http://private.test:5001/v2/team/app/manifests/1: 401 Unauthorized",
    tries: ["anonymous denied"],
    unread: 1,
  },
  // ---- one with a token service
  "token: tag is not there": {
    image: "token.test/public/app:2",
    rule: "image/not-found",
    confidence: "certain",
    tries: ["anonymous no-manifest"],
    nearest: "1",
  },
  "token: no login": {
    image: "token.test/team/app:1",
    rule: "image/auth-missing",
    tries: ["anonymous denied"],
  },
  "token: wrong password": {
    image: "token.test/team/app:1",
    logins: [{ "token.test": WRONG }],
    rule: "image/auth-rejected",
    confidence: "certain",
    tries: ["secret login-refused", "anonymous denied"],
  },
  "token: login without the right": {
    image: "token.test/team/app:1",
    logins: [{ "token.test": GUEST }],
    rule: ["image/access", "image/auth-rejected", "image/auth-missing"],
    tries: ["secret denied", "anonymous denied"],
  },
  "token: login with the right, tag is not there": {
    image: "token.test/team/app:2",
    logins: [{ "token.test": SHOP }],
    rule: "image/not-found",
    confidence: "certain",
    tries: ["secret no-manifest"],
    nearest: "1",
  },
  "token: wrong password where none is needed": {
    image: "token.test/public/app:1",
    logins: [{ "token.test": WRONG }],
    rule: "image/auth-rejected",
    confidence: "certain",
    tries: ["secret login-refused", "anonymous found"],
  },
  // ---- Docker Hub, by its own names
  "hub: tag is not there": {
    image: "busybox:1.36.2",
    rule: "image/not-found",
    confidence: "certain",
    tries: ["anonymous no-manifest"],
    nearest: "1.36.1",
  },
  "hub: private or not there": {
    image: "team/app:1",
    rule: ["image/auth-missing", "image/not-found"],
    tries: ["anonymous denied"],
  },
  "hub: login under its old name": {
    image: "docker.io/team/app:2",
    logins: [{ "https://index.docker.io/v1/": SHOP }],
    rule: "image/not-found",
    confidence: "certain",
    tries: ["secret no-manifest"],
  },
  // ---- no way there
  "unknown host": {
    image: "registry.nosuch.test/shop/cart:2.0.1",
    rule: "image/registry-dns",
    tries: ["anonymous unreachable dns"],
  },
  "refused connection": {
    image: "registry.test:5999/shop/cart:2.0.1",
    rule: "image/registry-refused",
    tries: ["anonymous unreachable connect"],
  },
  "plain HTTP where TLS is expected": {
    image: "plain.test:5000/shop/cart:2.0.1",
    rule: "image/http-registry",
    tries: ["anonymous unreachable tls"],
  },
  "certificate of an unknown authority": {
    image: "tls.test:5443/shop/cart:2.0.1",
    isPublicOnly: true,
    rule: "image/tls-unknown-ca",
    tries: ["anonymous unreachable tls"],
  },
  "certificate that only the node does not know": {
    image: "tls.test:5443/shop/cart:2.0.1",
    rule: "image/tls-unknown-ca",
    tries: ["anonymous found"],
  },
  "certificate has expired": {
    image: "expired.test/shop/cart:2.0.1",
    rule: "image/tls-expired",
    tries: ["anonymous unreachable tls"],
  },
  "certificate for another name": {
    image: "other-name.test/shop/cart:2.0.1",
    rule: "image/tls-name",
    tries: ["anonymous unreachable tls"],
  },
  "through a proxy": {
    image: "token.test/public/app:3",
    told: NOT_FOUND,
    env: { HTTPS_PROXY: "http://proxy.test:3128", NO_PROXY: "127.0.0.1" },
    rule: "image/not-found",
    tries: ["anonymous no-manifest"],
    asked: ["proxy.test"],
  },
  "proxy that refuses": {
    image: "token.test/public/app:4",
    told: NOT_FOUND,
    env: { HTTPS_PROXY: "http://proxy.test:3129", NO_PROXY: "127.0.0.1" },
    rule: "image/not-found",
    tries: ["anonymous unreachable proxy"],
    asked: ["proxy.test"],
  },
  "accepts and is silent": {
    image: `hostile.test:${SILENT_PORT}/app:1.0.0`,
    told: TIMEOUT,
    rule: "image/registry-timeout",
    isSlow: true,
    tries: ["anonymous unreachable"],
  },
  "no answer over TLS": {
    ...hostile("no-answer"),
    told: TIMEOUT,
    rule: "image/registry-timeout",
    isSlow: true,
    tries: ["anonymous unreachable answer"],
  },
  "headers a line a second": {
    ...hostile("slow-headers"),
    told: TIMEOUT,
    rule: "image/registry-timeout",
    isSlow: true,
    tries: ["anonymous unreachable answer"],
  },
  "manifest a byte a second": {
    ...hostile("slow-drip"),
    told: TIMEOUT,
    rule: "image/registry-timeout",
    isSlow: true,
    tries: ["anonymous unreachable answer"],
  },
  "cut off": { ...hostile("cut-off"), rule: "image/registry-refused", tries: ["anonymous unreachable answer"] },
  // ---- registries that misbehave
  "redirect to another host": {
    ...hostile("redirect"),
    logins: [trusting],
    tries: ["secret found"],
  },
  "redirect in the clear": {
    ...hostile("redirect-in-the-clear"),
    logins: [trusting],
    tries: ["secret failed", "anonymous denied"],
  },
  "redirect for ever": { ...hostile("redirect-for-ever"), tries: ["anonymous failed"] },
  "redirect to a file": { ...hostile("redirect-to-file"), tries: ["anonymous failed"] },
  "401 whatever the login": {
    ...hostile("login-loop"),
    logins: [trusting],
    rule: "image/auth-rejected",
    tries: ["secret login-refused", "anonymous denied"],
  },
  "401 whatever the token": {
    ...hostile("token-loop"),
    rule: "image/auth-rejected",
    confidence: "likely",
    tries: ["anonymous denied"],
  },
  "token service without TLS": {
    ...hostile("realm-in-the-clear"),
    logins: [trusting],
    tries: ["secret failed", "anonymous failed"],
    neverAsked: ["elsewhere.test"],
  },
  "too many requests, until": {
    ...hostile("limited-until"),
    rule: "image/rate-limited",
    tries: ["anonymous rate-limited"],
    isUntil: true,
  },
  "too many requests": {
    ...hostile("limited"),
    rule: "image/rate-limited",
    tries: ["anonymous rate-limited"],
  },
  "requests that are left": {
    ...hostile("many-left"),
    tries: ["anonymous found"],
    rate: { limit: 100, remaining: 76 },
  },
  "tags without an end": {
    ...hostile("endless-tags"),
    rule: "image/not-found",
    isSlow: true,
    tries: ["anonymous no-manifest"],
    isComplete: false,
  },
  "next page of tags on another host": {
    ...hostile("tags-elsewhere"),
    logins: [trusting],
    rule: "image/not-found",
    tries: ["secret no-manifest"],
  },
  "manifest of 50 MB": { ...hostile("huge"), rule: "image/unknown-pull-error", tries: ["anonymous failed"] },
  "manifest that is no JSON": { ...hostile("garbage"), rule: "image/unknown-pull-error", tries: ["anonymous failed"] },
  "content that is not the digest's": {
    image: `hostile.test/other-content/app@sha256:${"d".repeat(64)}`,
    rule: "image/digest-mismatch",
    tries: ["anonymous failed"],
  },
  "login page": {
    ...hostile("login-page"),
    rule: "image/unsupported-media-type",
    tries: ["anonymous not-a-registry"],
  },
  "redirect to a login page": {
    ...hostile("login-redirect"),
    rule: "image/unsupported-media-type",
    tries: ["anonymous not-a-registry"],
  },
  503: { ...hostile("unavailable"), rule: "image/registry-5xx", tries: ["anonymous failed"] },
  500: { ...hostile("broken"), rule: "image/registry-5xx", tries: ["anonymous failed"] },
  "login has expired": {
    ...hostile("login-expired"),
    logins: [trusting],
    rule: "image/auth-rejected",
    tries: ["secret login-refused", "anonymous denied"],
  },
  "words that repeat the login": {
    ...hostile("echo"),
    logins: [trusting],
    tries: ["secret denied", "anonymous denied"],
  },
  "words to harm a terminal": { ...hostile("ugly-words"), tries: ["anonymous denied"] },
};
