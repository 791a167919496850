import { expect, test } from "@jest/globals";
import { domainOf, finalizerOwner } from "../../../src/rules/termination/finalizer-owners.ts";

test.each([
  ["batch.kubernetes.io/job-tracking", "the Job controller"],
  ["foregroundDeletion", "the garbage collector"],
  ["kueue.x-k8s.io/managed", "Kueue"],
])("%s belongs to %s", (finalizer, owner) => {
  expect(finalizerOwner(finalizer)?.owner).toBe(owner);
});

test("of others the domain is known, where there is one", () => {
  expect(finalizerOwner("shop.example.com/drain")).toBeUndefined();
  expect(domainOf("shop.example.com/drain")).toBe("shop.example.com");
  expect(domainOf("drain")).toBeUndefined();
});
