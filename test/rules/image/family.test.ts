import { expect, test } from "@jest/globals";
import family from "../../../src/rules/image/index.ts";
import { podInput } from "../../../src/rules/pod-input.ts";
import { Lookup } from "../../../src/snapshot/lookup.ts";
import { plain } from "../../../src/text/text.ts";
import { ago, event, onNode, pod, snapshotOf, waiting } from "../../support/builders.ts";
import { IMAGE as WORDED, WORDINGS } from "./wordings.ts";

const IMAGE = "registry.test:5000/shop/web:2.0.1";

/** What the family finds in a pod whose container waits with a reason and message. */
function found(reason: string, message: string, failed?: { times: number; secondsAgo: number }, image = IMAGE) {
  const web = pod("web", {
    spec: { containers: [{ name: "app", image }] },
    status: onNode(500, [waiting("app", reason, message)]),
  });
  const failure = event(web, "Failed", `Failed to pull image "${IMAGE}": ${message}`, {
    involvedObject: { ...event(web, "", "").involvedObject, fieldPath: "spec.containers{app}" },
    count: failed?.times ?? 1,
    lastTimestamp: ago(failed?.secondsAgo ?? 10),
  });
  const input = podInput(web, new Lookup(snapshotOf([web, ...(failed ? [failure] : [])])));
  return family.flatMap((rule) => rule.evaluate(input));
}

// Kubernetes v1.36 pkg/kubelet/images/types.go and k8s.io/cri-api v0.36 pkg/errors/errors.go.
test.each([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
])("%s with words that nobody knows is explained by exactly one rule", (reason) => {
  expect(found(reason, "the snapshotter is out of sorts")).toHaveLength(1);
  expect(found(reason, "")).toHaveLength(1);
});

test.each(WORDINGS)("exactly one rule explains: %s", (_, _cause, message) => {
  expect(found("ErrImagePull", message, undefined, WORDED)).toHaveLength(1);
});

// 10 s after the first failure, doubled by each further one, 300 s at most.
test.each([
  [1, 0, "in about 10s"],
  [1, 4, "in about 6s"],
  [2, 5, "in about 15s"],
  [3, 10, "in about 30s"],
  [5, 0, "in about 2m40s"],
  [6, 0, "in about 5m"],
  [40, 100, "in about 3m20s"],
  [3, 60, "about now"],
])("after %d tries, the last %d s ago, the next one comes %s", (times, secondsAgo, when) => {
  const [finding] = found("ImagePullBackOff", `Back-off pulling image "${IMAGE}"`, { times, secondsAgo });
  expect(plain(finding?.outlook ?? [])).toContain(`tries again ${when} `);
});

test.each([
  [
    `unexpected status from HEAD request to https://registry.test:5000/v2/shop/web/manifests/2.0.1: 502 Bad Gateway`,
    "502 Bad Gateway",
  ],
  [`received unexpected HTTP status: 503 Service Unavailable`, "503 Service Unavailable"],
  [`StatusCode: 500, "internal"`, "500"],
  [
    `failed to do request: Head "https://registry.test:5000/v2/": dial tcp: lookup registry.test on 10.0.0.2:53: no such host`,
    "No host registry.test is",
  ],
  [`x509: certificate is valid for a.test, b.test, not registry.test`, "a.test and b.test"],
  [`denied: Your authorization token has expired. Reauthenticate and try again.`, "it has expired"],
])("the headline for %s tells %s", (message, words) => {
  const [finding] = found("ErrImagePull", message);
  expect(plain(finding?.headline ?? [])).toContain(words);
});

test("every entry of the catalogue's fourth stage is covered", () => {
  const covered = new Set(family.flatMap(({ doc }) => doc.catalogue));
  expect(
    [
      "image-invalid-name",
      "image-not-found",
      "image-digest-not-found",
      "image-auth-missing",
      "image-pull-secret-missing",
      "image-auth-rejected",
      "image-rate-limited",
      "image-registry-dns",
      "image-registry-refused",
      "image-registry-timeout",
      "image-registry-5xx",
      "image-tls-unknown-ca",
      "image-tls-expired",
      "image-tls-name",
      "image-http-registry",
      "image-platform",
      "image-digest-mismatch",
      "image-unsupported-media-type",
      "image-layer-corrupt",
      "image-disk-full",
      "image-pull-timeout",
      "image-qps",
      "image-pulling",
      "image-never-pull",
      "image-credential-verification",
      "image-inspect-error",
      "image-shortname",
      "image-blocked-registry",
      "image-signature",
      "image-encrypted",
      "image-volume",
      "image-runtimeclass-lookup",
    ].filter((entry) => !covered.has(entry)),
  ).toEqual([]);
});
