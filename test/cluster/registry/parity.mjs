// Keys of pull secrets, and whether the kubelet uses the login under them for an image. `isUsed` is what its source says
// (v1.36 pkg/credentialprovider/keyring.go, Add and URLsMatch); the real kubelet then pulls, or does not.

import { SHOP } from "./logins.mjs";

const encoded = Buffer.from(`${SHOP.username}:${SHOP.password}`).toString("base64");

/** Each is a private repository of its own, as a node that holds an image asks less for it. */
export const keys = [
  { host: "private.test:5001", key: "private.test:5001", isUsed: true },
  { host: "private.test:5001", key: "private.test", isUsed: false },
  { host: "private.test:5001", key: "http://private.test:5001/v2/", isUsed: true },
  { host: "private.test:5001", key: "*.test:5001", isUsed: true },
  { host: "private.test:5001", key: "*:5001", isUsed: false },
  { host: "private.test:5001", key: "private.test:5001/parity", isUsed: true },
  { host: "private.test:5001", key: "private.test:5001/par", isUsed: true },
  { host: "private.test:5001", key: "private.test:5001/shop", isUsed: false },
  { host: "token.test", key: "token.test", isUsed: true },
  { host: "token.test", key: "token.test:443", isUsed: false },
  { host: "token.test", key: "t*.test", isUsed: true },
  // The key is taken for an address: it may hold no bracket, and ends at a question mark.
  { host: "token.test", key: "t[m-p]ken.test", isUsed: false },
  { host: "token.test", key: "t?ken.test", isUsed: false },
  { host: "token.test", key: "https://token.test/v1/parity/", isUsed: true },
  { host: "token.test", key: "*", isUsed: false },
  { host: "docker.io", key: "https://index.docker.io/v1/", isUsed: true },
  { host: "docker.io", key: "https://index.docker.io/v1", isUsed: false },
  { host: "docker.io", key: "docker.io", isUsed: true },
  { host: "docker.io", key: "registry-1.docker.io", isUsed: false },
  { host: "docker.io", key: "*.docker.io", isUsed: false },
  { host: "docker.io", key: "index.docker.io", isUsed: true, login: { auth: encoded } },
  { host: "token.test", key: "token.test", isUsed: false, login: { identitytoken: "some-token" } },
].map(({ login = SHOP, ...row }, index) => ({
  ...row,
  login,
  name: `key-${index + 1}`,
  repository: `parity/key-${index + 1}`,
}));
