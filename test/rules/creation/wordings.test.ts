import { describe, expect, test } from "@jest/globals";
import { fieldErrorsIn } from "../../../src/rules/creation/invalid-spec.ts";
import { violationsIn } from "../../../src/rules/creation/limitrange-violation.ts";
import { ownWords } from "../../../src/rules/creation/own-words.ts";
import { podSecurityRefusal } from "../../../src/rules/creation/pod-security.ts";
import { amountsIn, usageOf } from "../../../src/rules/creation/quota.ts";
import { labelIn, policiesIn } from "../../../src/rules/creation/webhook-denied.ts";
import { serviceIn } from "../../../src/rules/creation/webhooks.ts";
import { envelopeOf } from "../../../src/rules/workload-input.ts";

describe("what a controller puts before the API server's words", () => {
  test.each([
    ["Error creating: pods x", "pod", "pods x"],
    ["(combined from similar events): Error creating: pods x", "pod", "pods x"],
    // Lower case up to 1.34, upper case since.
    ["create Pod db-0 in StatefulSet db failed error: pods x", "pod", "pods x"],
    ["Create Pod db-0 in StatefulSet db failed error: pods x", "pod", "pods x"],
    ["create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: claims x", "claim", "claims x"],
    ["Error creating job: jobs x", "Job", "jobs x"],
    ['Failed to create new replica set "web-1": replicasets x', "ReplicaSet", "replicasets x"],
    // The condition ReplicaFailure has the words alone.
    ["pods x", "pod", "pods x"],
  ])("%s", (message, what, words) => {
    expect(envelopeOf(message)).toEqual({ what, message: words });
  });
});

describe("Pod Security checks", () => {
  test("commas, quotes and brackets within a detail do not part it", () => {
    const words =
      'pods "x" is forbidden: violates PodSecurity "restricted:v1.33": unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "NET_ADMIN", "SYS_TIME" in securityContext.capabilities.add), hostPort (container "a" uses hostPorts 80, 443), runAsUser=0 (pod must not set runAsUser=0)';
    expect(podSecurityRefusal(ownWords(words))).toEqual({
      level: "restricted",
      version: "v1.33",
      checks: [
        {
          reason: "unrestricted capabilities",
          detail:
            'containers "a", "b" must set securityContext.capabilities.drop=["ALL"]; container "a" must not include "NET_ADMIN", "SYS_TIME" in securityContext.capabilities.add',
        },
        { reason: "hostPort", detail: 'container "a" uses hostPorts 80, 443' },
        { reason: "runAsUser=0", detail: "pod must not set runAsUser=0" },
      ],
    });
  });

  test("a reason may stand without a detail", () => {
    const words = 'violates PodSecurity "baseline:latest": hostProcess, privileged (container "a" must not set x)';
    expect(podSecurityRefusal(words)?.checks.map(({ reason }) => reason)).toEqual(["hostProcess", "privileged"]);
  });
});

describe("LimitRange bounds", () => {
  test.each([
    [
      "maximum memory usage per Container is 128Mi, but limit is 256Mi",
      [{ bound: "maximum", resource: "memory", per: "Container", allowed: "128Mi", what: "limit", found: "256Mi" }],
    ],
    [
      "minimum cpu usage per Pod is 100m, but request is 50m",
      [{ bound: "minimum", resource: "cpu", per: "Pod", allowed: "100m", what: "request", found: "50m" }],
    ],
    [
      "maximum cpu usage per Container is 1.  No limit is specified",
      [{ bound: "maximum", resource: "cpu", per: "Container", allowed: "1", what: "limit" }],
    ],
    [
      "[maximum cpu usage per Pod is 1, but limit is 2, memory max limit to request ratio per Container is 4, but no request is specified or request is 0]",
      [
        { bound: "maximum", resource: "cpu", per: "Pod", allowed: "1", what: "limit", found: "2" },
        { bound: "ratio", resource: "memory", per: "Container", allowed: "4", what: "request" },
      ],
    ],
    ["exceeded quota: team, requested: cpu=1, used: cpu=1, limited: cpu=1", []],
  ])("%s", (message, expected) => {
    expect(violationsIn(message)).toEqual(expected);
  });
});

describe("fields that validation does not take", () => {
  test.each([
    ["spec.containers[0].image: Required value", [{ field: "spec.containers[0].image", says: "Required value" }]],
    [
      '[spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never", metadata.labels: Invalid value: "a b": a valid label must be so]',
      [
        {
          field: "spec.restartPolicy",
          says: 'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
        },
        { field: "metadata.labels", says: 'Invalid value: "a b": a valid label must be so' },
      ],
    ],
  ])("%s", (words, expected) => {
    expect(fieldErrorsIn(words)).toEqual(expected);
  });
});

describe("policy engines", () => {
  test.each([
    [
      "[denied by workloads-require-owner] All workloads must have a valid `owner` label",
      ["workloads-require-owner"],
      "owner",
    ],
    ['[require-team] you must provide labels: {"team"}', ["require-team"], "team"],
    ["[no-latest] container <app> uses the tag latest", ["no-latest"], undefined],
  ])("Gatekeeper: %s", (says, policies, label) => {
    expect(policiesIn(says, "Gatekeeper")).toEqual(policies);
    expect(labelIn(says)).toBe(label);
  });

  test("Kyverno names policies as keys", () => {
    const says = "resource Pod/a/b was blocked due to the following policies\n\none:\n  rule: 'x'\ntwo:\n  rule: 'y'\n";
    expect(policiesIn(says, "Kyverno")).toEqual(["one", "two"]);
  });
});

test("the service of a webhook stands in its URL; a URL outside of the cluster has none", () => {
  expect(serviceIn("https://hook.ops.svc:443/v?timeout=10s")).toEqual({ service: "hook", namespace: "ops" });
  expect(serviceIn("https://hook.example.com/v")).toBeUndefined();
});

describe("quota arithmetic", () => {
  test("what a quota prints", () => {
    expect([...amountsIn("limits.memory=2Gi,count/pods=1")]).toEqual([
      ["limits.memory", "2Gi"],
      ["count/pods", "1"],
    ]);
  });

  test("a pod counts its containers and sidecars together, or its largest init container", () => {
    const cpu = (amount: string) => ({ resources: { requests: { cpu: amount } } });
    const containers = [
      { name: "a", ...cpu("200m") },
      { name: "b", ...cpu("100m") },
    ];
    expect(usageOf({ containers }, "requests", "cpu")).toBe(300_000_000n);
    expect(usageOf({ containers, initContainers: [{ name: "i", ...cpu("1") }] }, "requests", "cpu")).toBe(
      1_000_000_000n,
    );
    const sidecar = { name: "s", restartPolicy: "Always", ...cpu("50m") };
    expect(usageOf({ containers, initContainers: [sidecar] }, "requests", "cpu")).toBe(350_000_000n);
    expect(usageOf({ containers }, "limits", "cpu")).toBe(0n);
  });
});
