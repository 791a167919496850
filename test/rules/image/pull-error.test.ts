import { describe, expect, test } from "@jest/globals";
import { classifyPullError, innermost } from "../../../src/rules/image/pull-error.ts";
import { crio, docker, IMAGE, resolve, URL, unknown, WORDINGS } from "./wordings.ts";

describe("a pull error", () => {
  test.each(WORDINGS)("%s", (_, cause, message) => {
    expect(classifyPullError(message, IMAGE).cause).toBe(cause);
  });

  test.each(WORDINGS)("%s, stripped of the gRPC code as kubelets from 1.28 do", (_, cause, message) => {
    // The code NotFound is never stripped.
    expect(classifyPullError(message.replace(/^rpc error: code = Unknown desc = /, ""), IMAGE).cause).toBe(cause);
  });

  test.each([
    [
      "a tag that looks like a status",
      "not-found",
      `rpc error: code = NotFound desc = failed to pull and unpack image "registry.test/a/status:503": failed to resolve reference "registry.test/a/status:503": registry.test/a/status:503: not found`,
    ],
    ["a repository named 401", "not-found", "reading manifest 1 in registry.test/error-pages/401x: manifest unknown"],
    [
      "a manifest that is too large, recorded",
      "unknown",
      `rpc error: code = NotFound desc = failed to pull and unpack image "hostile.test/huge/app:1.0.0": failed to resolve image: rejecting 52428800 byte manifest for hostile.test/huge/app:1.0.0: not found`,
    ],
    [
      "a reason without words: unavailable",
      "refused",
      "image pull failed for registry.test/a:1 because the registry is unavailable",
      "RegistryUnavailable",
    ],
    ["a reason without words: signature", "signature", "rejected", "SignatureValidationFailed"],
  ])("%s", (_, cause, message, reason = "ErrImagePull") => {
    expect(classifyPullError(message, "registry.test/a/status:503", reason).cause).toBe(cause);
  });
});

describe("several tries", () => {
  const notFound = unknown("reading manifest 2.0.1 in registry.test:5000/shop/cart: manifest unknown");
  const refused = unknown(
    "reading manifest 2.0.1 in registry.test:5000/shop/cart: unauthorized: authentication required",
  );
  const limited = unknown("reading manifest 2.0.1 in registry.test:5000/shop/cart: toomanyrequests: slow down");

  test.each([
    [
      "the one that may look counts, whatever the others are told",
      `[${refused}, ${notFound}]`,
      "not-found",
      ["denied"],
    ],
    ["the order does not matter", `[${notFound}, ${refused}]`, "not-found", ["denied"]],
    ["a limit outweighs a refusal", `[${refused}, ${limited}]`, "rate-limited", ["denied"]],
    ["all alike are one", `[${refused}, ${refused}]`, "denied", []],
  ])("%s", (_, message, cause, otherCauses) => {
    expect(classifyPullError(message, IMAGE)).toMatchObject({ cause, otherCauses });
  });

  test("of mirrors and the registry, the registry's answer counts", () => {
    const text = crio(
      `(Mirrors also failed: [mirror.test/shop/cart:2.0.1: reading manifest 2.0.1 in mirror.test/shop/cart: manifest unknown]): ${IMAGE}: reading manifest 2.0.1 in registry.test:5000/shop/cart: unauthorized: authentication required`,
    );
    expect(classifyPullError(text, IMAGE).cause).toBe("denied");
  });
});

test.each([
  ["no credentials at all", "no basic auth credentials", "not-sent"],
  [
    "an anonymous token",
    "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://a.test/token: 401 Unauthorized",
    "not-sent",
  ],
  [
    "a token for a login",
    "failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://a.test/token: 401 Unauthorized",
    "sent",
  ],
  [
    "an answer to a login, or to a token for everybody",
    `unexpected status from HEAD request to ${URL}: 401 Unauthorized`,
    "seems-sent",
  ],
  ["an expired token", "denied: Your authorization token has expired. Reauthenticate and try again.", "sent"],
  ["a forbidden request", `unexpected status from HEAD request to ${URL}: 403 Forbidden`, "unknown"],
  [
    "CRI-O's words for both",
    "unable to retrieve auth token: invalid username/password: unauthorized: authentication required",
    "unknown",
  ],
])("whether a login was sent: %s", (_, rest, login) => {
  expect(classifyPullError(resolve(rest), IMAGE).login).toBe(login);
});

test.each([
  ["the image's, without an address in the text", `${IMAGE}: not found`, "registry.test:5000"],
  [
    "the one that was asked",
    'failed to do request: Head "https://mirror.test/v2/shop/cart/manifests/2.0.1?ns=registry.test": EOF',
    "mirror.test",
  ],
  ["the last of a chain", 'Head "https://a.test/v2/": redirected: Get "https://b.test:8443/v2/": EOF', "b.test:8443"],
  ["an IPv6 address", 'Head "https://[2001:db8::1]:5000/v2/": EOF', "[2001:db8::1]:5000"],
  [
    "no link in the registry's answer",
    `unexpected status from GET request to ${URL}: 429 Too Many Requests\ntoomanyrequests: see https://www.docker.com/increase-rate-limit/`,
    "registry.test:5000",
  ],
])("the host: %s", (_, text, host) => {
  expect(classifyPullError(text, IMAGE).host).toBe(host);
});

test.each([
  [unknown(resolve(`${IMAGE}: not found`)), `${IMAGE}: not found`],
  [`RegistryUnavailable: image pull failed for ${IMAGE} because the registry is unavailable: dial tcp`, "dial tcp"],
  ['Failed to inspect image "": rpc error: code = Unknown desc = layer not known', "layer not known"],
  [docker("toomanyrequests: slow down"), "toomanyrequests: slow down"],
])("the innermost words of %s", (text, words) => {
  expect(innermost(text)).toBe(words);
});
