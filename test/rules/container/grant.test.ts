import { describe, expect, test } from "@jest/globals";
import { reasonAgainstGrant } from "../../../src/rules/container/grant.ts";
import { plain } from "../../../src/text/text.ts";
import { pod } from "../../support/builders.ts";

const OWN = "system:serviceaccount:shop:bot";
const own = pod("web", { spec: { serviceAccountName: "bot" } });

/** What a line `User "…" cannot VERB resource "…" in API group "…" in the namespace "…"` asks for. */
const asked = (verb: string, resource: string, group = "", namespace?: string, user = OWN) =>
  reasonAgainstGrant({ kind: "forbidden", user, verb, resource, group, ...(namespace && { namespace }) }, { pod: own });

describe("a right is granted", () => {
  test.each([
    ["list", "pods", "", undefined],
    ["get", "secrets", "", "shop"],
    ["create", "leases", "coordination.k8s.io", "shop"],
    ["watch", "deployments", "apps", "data"],
    ["get", "pods/log", "", undefined],
  ])("%s %s %s in %s", (verb, resource, group, namespace) => {
    expect(asked(verb, resource, group, namespace)).toBeUndefined();
  });
});

describe("a right is not granted", () => {
  test.each([
    ["escalate", "pods", "", "shop", OWN],
    ["bind", "pods", "", "shop", OWN],
    ["impersonate", "users", "", "shop", OWN],
    ["approve", "pods", "", "shop", OWN],
    ["get", "*", "", "shop", OWN],
    ["get", "pods", "*", "shop", OWN],
    ["get", "*/status", "", "shop", OWN],
    ["list", "secrets", "", undefined, OWN],
    ["get", "secrets", "", "kube-system", OWN],
    ["create", "roles", "rbac.authorization.k8s.io", "shop", OWN],
    ["list", "clusterrolebindings", "rbac.authorization.k8s.io", undefined, OWN],
    ["create", "pods/exec", "", "shop", OWN],
    ["get", "nodes/proxy", "", undefined, OWN],
    ["create", "serviceaccounts/token", "", "shop", OWN],
    ["update", "certificatesigningrequests/approval", "certificates.k8s.io", undefined, OWN],
    ["create", "mutatingwebhookconfigurations", "admissionregistration.k8s.io", undefined, OWN],
    ["patch", "customresourcedefinitions", "apiextensions.k8s.io", undefined, OWN],
    ["create", "pods", "", undefined, OWN],
    ["patch", "deployments", "apps", "kube-system", OWN],
    ["list", "pods", "", "shop", "system:serviceaccount:shop:other"],
    ["list", "pods", "", "shop", "system:serviceaccount:kube-system:bot"],
    ["list", "pods", "", "shop", "mallory"],
  ])("%s %s %s in %s for %s", (verb, resource, group, namespace, user) => {
    expect(plain(asked(verb, resource, group, namespace, user) ?? [])).not.toBe("");
  });
});
