import { describe, expect, test } from "@jest/globals";
import { nameProblem } from "../../src/objects/object-name.ts";

const NAME = "metadata.name is not a valid object name";
const NAMESPACE = "metadata.namespace is not a valid namespace";

describe("names that the API has", () => {
  test.each([
    ["Pod", "web-7d4b9c6f5-x2lqk", "shop"],
    ["Node", "ip-10-0-0-1.eu-west-1.compute.internal", undefined],
    ["Secret", "sh.helm.release.v1.web.v1", "shop"],
    ["ClusterRole", "system:node-proxier", undefined],
    ["RoleBinding", "Team A", "shop"],
    ["Event", "system:kube-scheduler.17a1", "shop"],
    ["Workload", "job-sum-1", "shop"],
  ])("%s %s", (kind, name, namespace) => {
    expect(nameProblem({ kind, metadata: { name, ...(namespace && { namespace }) } })).toBeUndefined();
  });
});

describe("names that no API server has", () => {
  test.each([
    ["Secret", "--all", "shop", NAME],
    ["Pod", "-n", "shop", NAME],
    ["Pod", "web/exec", "shop", NAME],
    ["Pod", "Web", "shop", NAME],
    ["Pod", "", "shop", NAME],
    ["Pod", "a".repeat(254), "shop", NAME],
    ["Pod", "web..1", "shop", NAME],
    ["Pod", "web\n", "shop", NAME],
    ["ClusterRole", "..", undefined, NAME],
    ["Role", "a/b", "shop", NAME],
    ["Role", "a%2e", "shop", NAME],
    ["Pod", "web", "--all-namespaces", NAMESPACE],
    ["Role", "web", "a.b", NAMESPACE],
    ["Pod", "web", "n".repeat(64), NAMESPACE],
  ])("%s %j in %j", (kind, name, namespace, problem) => {
    expect(nameProblem({ kind, metadata: { name, ...(namespace && { namespace }) } })).toBe(problem);
  });
});
