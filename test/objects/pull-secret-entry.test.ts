import { expect, test } from "@jest/globals";
import { covers } from "../../src/objects/pull-secret-entry.ts";

// Each row as k8s.io/kubernetes v1.36 pkg/credentialprovider/keyring.go decides it (URLsMatch and its test table).
test.each([
  ["the host alone", "quay.io", "quay.io", "shop/cart", true],
  ["another host", "quay.io", "ghcr.io", "shop/cart", false],
  ["a scheme does not count", "https://quay.io", "quay.io", "shop/cart", true],
  ["/v1/ and /v2/ mean the host", "https://quay.io/v2/", "quay.io", "shop/cart", true],
  ["a path is a prefix", "quay.io/shop", "quay.io", "shop/cart", true],
  ["letter by letter", "quay.io/sho", "quay.io", "shop/cart", true],
  ["another path", "quay.io/billing", "quay.io", "shop/cart", false],
  ["the path of the image itself", "quay.io/shop/cart", "quay.io", "shop/cart", true],
  ["a longer path", "quay.io/shop/cart/extra", "quay.io", "shop/cart", false],
  ["the port has to be named", "registry.test", "registry.test:5000", "shop/cart", false],
  ["and to be the same", "registry.test:5001", "registry.test:5000", "shop/cart", false],
  ["the same port", "registry.test:5000", "registry.test:5000", "shop/cart", true],
  ["* is one part of the name", "*.registry.test", "eu.registry.test", "shop/cart", true],
  ["not two", "*.test", "eu.registry.test", "shop/cart", false],
  ["and a piece of one", "123*.dkr.ecr.*.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "cart", true],
  ["with a port", "*.registry.test:5000", "eu.registry.test:5000", "shop/cart", true],
  ["a dot is a dot", "quay-io", "quay.io", "shop/cart", false],
  ["Docker Hub by its old key", "https://index.docker.io/v1/", "docker.io", "library/nginx", true],
  ["Docker Hub by its name", "docker.io", "docker.io", "shop/cart", true],
  ["Docker Hub's key is for no other", "https://index.docker.io/v1/", "quay.io", "shop/cart", false],
])("%s: %s for %s/%s", (_, entry, host, repository, isMeant) => {
  expect(covers(entry, { host, repository })).toBe(isMeant);
});
