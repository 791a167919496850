import { describe, expect, test } from "@jest/globals";
import { rank } from "../../src/diagnosis/rank.ts";
import type { Pod } from "../../src/objects/pod.ts";
import type { Confidence, Finding, Impact, RuleId } from "../../src/rules/finding.ts";
import { podInput } from "../../src/rules/pod-input.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { text } from "../../src/text/text.ts";

const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop" },
  spec: { containers: [{ name: "app" }, { name: "proxy" }] },
};
const snapshot = {
  takenAt: "2026-01-01T00:00:00Z",
  targets: [],
  objects: [pod],
  absent: [],
  gaps: [],
  complete: [],
  logs: [],
  skipped: [],
};
const input = podInput(pod, new Lookup(snapshot));

function finding(rule: RuleId, more: Partial<Finding> & { effect?: Impact; confidence?: Confidence } = {}): Finding {
  const ref = { kind: "Pod", namespace: "shop", name: "web" };
  return {
    rule,
    subject: ref,
    stage: rule.slice(0, rule.indexOf("/")) as Finding["stage"],
    effect: "blocks",
    confidence: "certain",
    facts: null,
    evidence: [{ ref, path: "metadata.name", value: "web" }],
    headline: text`x`,
    why: text`x`,
    notes: [],
    fixes: [],
    explains: [],
    groupKey: "x",
    ...more,
  };
}

describe("the root cause", () => {
  test.each([
    ["what blocks goes before what delays", [finding("volume/a", { effect: "delays" }), finding("image/b")], "image/b"],
    ["the earlier step of the pod's life goes first", [finding("image/b"), finding("volume/a")], "volume/a"],
    ["a pod being deleted is explained by that first", [finding("image/b"), finding("termination/c")], "termination/c"],
    [
      "of one step the surest goes first",
      [finding("image/a", { confidence: "possible" }), finding("image/b")],
      "image/b",
    ],
    [
      "the first container of the pod goes first",
      [finding("image/a", { container: "proxy" }), finding("image/b", { container: "app" })],
      "image/b",
    ],
  ])("%s", (_, findings, expected) => {
    expect(rank(findings, input).rootCause?.rule).toBe(expected);
  });

  test("a risk alone is no cause", () => {
    const ranked = rank([finding("image/a", { effect: "risks" })], input);
    expect(ranked.rootCause).toBeUndefined();
    expect(ranked.others).toHaveLength(1);
  });

  test("what it explains becomes its consequence, in the same container only", () => {
    const cause = finding("image/b", { container: "app", explains: ["image/a"] });
    const same = finding("image/a", { container: "app" });
    const other = finding("image/a", { container: "proxy" });
    const ranked = rank([same, other, cause], input);
    expect(ranked.rootCause).toBe(cause);
    expect(ranked.consequences).toEqual([same]);
    expect(ranked.others).toEqual([other]);
  });

  test("a family with a star explains all of the family, and no other", () => {
    const cause = finding("node/b", { explains: ["readiness/*"] });
    const probe = finding("readiness/a", { container: "app" });
    const image = finding("image/a");
    const ranked = rank([probe, image, cause], input);
    expect(ranked.rootCause).toBe(cause);
    expect(ranked.consequences).toEqual([probe]);
    expect(ranked.others).toEqual([image]);
  });
});
