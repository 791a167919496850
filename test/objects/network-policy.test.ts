import { describe, expect, test } from "@jest/globals";
import { allows, type NetworkPolicy, type OtherEnd, policiesOn } from "../../src/objects/network-policy.ts";

const policy = (spec: NetworkPolicy["spec"]): NetworkPolicy => ({
  kind: "NetworkPolicy",
  metadata: { name: "p", namespace: "shop" },
  spec,
});
const to = (peer: object, ...ports: object[]) =>
  policy({ egress: [{ to: [peer], ...(ports.length > 0 && { ports }) }] } as NetworkPolicy["spec"]);
const db: OtherEnd = { namespace: "shop", labels: { app: "db" }, address: "10.244.0.9" };
const far: OtherEnd = { namespace: "data", labels: { app: "db" } };

describe("whether a policy lets a pod connect", () => {
  // Expected: networking/v1 types.go, the comments of NetworkPolicyPeer, NetworkPolicyPort and IPBlock.
  test.each<[string, NetworkPolicy, OtherEnd, string]>([
    ["no rule at all", policy({ policyTypes: ["Egress"] }), db, "no"],
    ["an empty rule", policy({ egress: [{}] }), db, "yes"],
    ["its labels", to({ podSelector: { matchLabels: { app: "db" } } }), db, "yes"],
    ["other labels", to({ podSelector: { matchLabels: { app: "api" } } }), db, "no"],
    ["labels, in another namespace", to({ podSelector: { matchLabels: { app: "db" } } }), far, "no"],
    ["every namespace", to({ namespaceSelector: {} }), far, "yes"],
    [
      "the namespace by name",
      to({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "data" } } }),
      far,
      "yes",
    ],
    [
      "another one by name",
      to({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "x" } } }),
      far,
      "no",
    ],
    [
      "a label of the namespace that nobody read",
      to({ namespaceSelector: { matchLabels: { team: "x" } } }),
      far,
      "maybe",
    ],
    [
      "a label of the namespace that was read",
      to({ namespaceSelector: { matchLabels: { team: "x" } } }),
      { ...far, namespaceLabels: { team: "x" } },
      "yes",
    ],
    ["its port", to({ podSelector: {} }, { port: 5432 }), db, "yes"],
    ["another port", to({ podSelector: {} }, { port: 80 }), db, "no"],
    ["a range of ports", to({ podSelector: {} }, { port: 5000, endPort: 6000 }), db, "yes"],
    ["its port for UDP", to({ podSelector: {} }, { port: 5432, protocol: "UDP" }), db, "no"],
    ["a port by name", to({ podSelector: {} }, { port: "pg" }), db, "maybe"],
    ["a block with a pod's address", to({ ipBlock: { cidr: "10.244.0.0/16" } }), db, "maybe"],
    ["a block without it", to({ ipBlock: { cidr: "10.0.0.0/24" } }), db, "no"],
    ["a block with an address outside", to({ ipBlock: { cidr: "0.0.0.0/0" } }), { address: "203.0.113.9" }, "yes"],
    [
      "a block with an exception for it",
      to({ ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.0/24"] } }),
      { address: "203.0.113.9" },
      "no",
    ],
    ["labels, for an address outside", to({ podSelector: {} }), { address: "203.0.113.9" }, "no"],
    [
      "labels, for an address that may be a pod's",
      to({ podSelector: {} }),
      { address: "10.1.2.3", mayBePod: true },
      "maybe",
    ],
    ["a block, for a name outside", to({ ipBlock: { cidr: "0.0.0.0/0" } }), {}, "maybe"],
  ])("%s", (_, one, other, expected) => {
    expect(allows([one], "Egress", other, { number: 5432, protocol: "TCP" })).toBe(expected);
  });

  test("one policy that allows it is enough", () => {
    const both = [policy({ policyTypes: ["Egress"] }), policy({ egress: [{}] })];
    expect(allows(both, "Egress", db, { number: 5432, protocol: "TCP" })).toBe("yes");
  });
});

test("policies count for the pods that they select, in their namespace and direction", () => {
  const pod = { metadata: { namespace: "shop", labels: { app: "web" } } };
  const some = [
    policy({ podSelector: {}, policyTypes: ["Egress"] }),
    policy({ podSelector: { matchLabels: { app: "web" } }, egress: [] }),
    policy({ podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Egress"] }),
    policy({ podSelector: {} }),
    { ...policy({ podSelector: {}, policyTypes: ["Egress"] }), metadata: { name: "p", namespace: "data" } },
  ];
  expect(policiesOn(pod, "Egress", some)).toEqual([some[0], some[1]]);
  expect(policiesOn(pod, "Ingress", some)).toEqual([some[1], some[3]]);
});
