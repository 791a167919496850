import { describe, expect, test } from "@jest/globals";
import { covers, entriesFor, type PullSecretContent, parsePullSecret } from "../../src/objects/pull-secret-entry.ts";

// Kubelet parity: each expectation is what k8s.io/kubernetes v1.36.3 pkg/credentialprovider does. Where a block names a
// test of its keyring_test.go or config_test.go, the rows are facts of that test's table. The code itself was compared
// too, with 120,000 random keyrings of globs, ports, paths, schemes and escapes: no difference but the order of keys
// that are the same after their scheme, which Go's maps leave open.

const base64 = (content: string) => Buffer.from(content, "utf8").toString("base64");

/** Host and repository of `host/path`. */
function targetOf(image: string) {
  const slash = image.indexOf("/");
  return { host: image.slice(0, slash), repository: image.slice(slash + 1) };
}

describe("which key is for which image", () => {
  describe("keyring_test.go TestURLsMatch", () => {
    test.each([
      ["*.kubernetes.io", "prefix.kubernetes.io/x", true],
      ["prefix.*.io", "prefix.kubernetes.io/x", true],
      ["prefix.kubernetes.*", "prefix.kubernetes.io/x", true],
      ["*-good.kubernetes.io", "prefix-good.kubernetes.io/x", true],
      ["*.kubernetes.io/blah", "prefix.kubernetes.io/blah", true],
      ["prefix.*.io/foo", "prefix.kubernetes.io/foo/bar", true],
      ["*.kubernetes.io:1111/blah", "prefix.kubernetes.io:1111/blah", true],
      ["prefix.*.io:1111/foo", "prefix.kubernetes.io:1111/foo/bar", true],
      ["*.kubernetes.io", "kubernetes.io/x", false],
      ["*.*.kubernetes.io", "prefix.kubernetes.io/x", false],
      ["*.*.kubernetes.io", "kubernetes.io/x", false],
      ["*kubernetes.io", "a.kubernetes.io/x", false],
      ["*kubernetes.io", "kubernetes.io/x", true],
      ["*.*.*.kubernetes.io", "a.b.c.kubernetes.io/x", true],
      ["kubernetes.io", "kubernetes.com/x", false],
      ["k*.io", "quay.io/x", false],
      ["*.kubernetes.io:1234/blah", "prefix.kubernetes.io:1111/blah", false],
      ["prefix.*.io/foo", "prefix.kubernetes.io:1111/foo/bar", false],
    ])("%s, %s: %s", (key, image, isMeant) => {
      expect(covers(key, targetOf(image))).toBe(isMeant);
    });
  });

  describe("keyring_test.go TestDockerKeyringForGlob", () => {
    test.each([
      ["https://hello.kubernetes.io", "hello.kubernetes.io"],
      ["https://*.docker.io", "prefix.docker.io"],
      ["https://prefix.*.io", "prefix.docker.io"],
      ["https://prefix.docker.*", "prefix.docker.io"],
      ["https://*.docker.io/path", "prefix.docker.io/path"],
      ["https://prefix.*.io/path", "prefix.docker.io/path/subpath"],
      ["https://prefix.docker.*/path", "prefix.docker.io/path"],
      ["https://*.docker.io:8888", "prefix.docker.io:8888"],
      ["https://prefix.*.io:8888", "prefix.docker.io:8888"],
      ["https://prefix.docker.*:8888", "prefix.docker.io:8888"],
      ["https://*.docker.io/path:1111", "prefix.docker.io/path:1111"],
      ["https://*.docker.io/v1/", "prefix.docker.io/path:1111"],
      ["https://*.docker.io/v2/", "prefix.docker.io/path:1111"],
      ["https://prefix.docker.*/path:1111", "prefix.docker.io/path:1111"],
      ["prefix.docker.io:1111", "prefix.docker.io:1111/path"],
      ["*.docker.io:1111", "prefix.docker.io:1111/path"],
    ])("%s is for %s", (key, place) => {
      expect(covers(key, targetOf(`${place}/foo/bar`))).toBe(true);
    });
  });

  describe("keyring_test.go TestKeyringMiss, TestKeyringMissWithDockerHubCredentials", () => {
    test.each([
      ["https://hello.kubernetes.io", "world.mesos.org/foo/bar"],
      ["https://*.docker.com", "prefix.docker.io"],
      ["https://suffix.*.io", "prefix.docker.io"],
      ["https://prefix.docker.c*", "prefix.docker.io"],
      ["https://prefix.*.io/path:1111", "prefix.docker.io/path/subpath:1111"],
      ["suffix.*.io", "prefix.docker.io"],
      ["https://index.docker.io/v1/", "world.mesos.org/foo/bar"],
    ])("%s is not for %s", (key, place) => {
      expect(covers(key, targetOf(`${place}/foo/bar`))).toBe(false);
    });
  });

  // keyring.go Lookup, isDefaultRegistryMatch; the kubelet looks up docker.io/library/nginx for nginx (util/parsers).
  describe("Docker Hub", () => {
    test.each([
      ["https://index.docker.io/v1/", "docker.io/library/nginx", true],
      ["https://index.docker.io/v2/", "docker.io/library/nginx", true],
      ["https://index.docker.io", "docker.io/library/nginx", true],
      ["index.docker.io/", "docker.io/library/nginx", true],
      ["http://index.docker.io/v1/", "docker.io/library/nginx", true],
      ["docker.io", "docker.io/library/nginx", true],
      ["https://docker.io/v1/", "docker.io/library/nginx", true],
      ["docker.io/library", "docker.io/library/nginx", true],
      ["docker.io/shop", "docker.io/library/nginx", false],
      ["*.io", "docker.io/library/nginx", true],
      // Only this key alone stands for it: with a path it is the key of another place.
      ["https://index.docker.io/v1", "docker.io/library/nginx", false],
      ["index.docker.io/library", "docker.io/library/nginx", false],
      ["index.docker.io:443", "docker.io/library/nginx", false],
      ["*.docker.io", "docker.io/library/nginx", false],
      ["https://registry-1.docker.io/v2/", "docker.io/library/nginx", false],
      ["hub.docker.com", "docker.io/library/nginx", false],
      // Different on purpose: the kubelet gives Docker Hub's login to any host without dot and port.
      ["https://index.docker.io/v1/", "localhost/shop/cart", false],
    ])("%s, %s: %s", (key, image, isMeant) => {
      expect(covers(key, targetOf(image))).toBe(isMeant);
    });
  });

  // keyring.go Add: net/url takes the key apart; SplitURL; path/filepath Match for each part of the name.
  describe("the parts of a key", () => {
    test.each([
      ["a path is a prefix, letter by letter", "quay.io/sho", "quay.io/shop/cart", true],
      ["the path of the image itself", "quay.io/shop/cart", "quay.io/shop/cart", true],
      ["a longer path", "quay.io/shop/cart/extra", "quay.io/shop/cart", false],
      ["a slash at the end is part of the path", "quay.io/shop/cart/", "quay.io/shop/cart", false],
      ["a slash alone is none", "quay.io/", "quay.io/shop/cart", true],
      ["/v1 without a slash is a path", "quay.io/v1", "quay.io/shop/cart", false],
      ["/v2/ before a path does not count", "quay.io/v2/shop", "quay.io/shop/cart", true],
      ["only once", "quay.io/v1/v2/", "quay.io/shop/cart", false],
      ["case counts in a path", "quay.io/Shop", "quay.io/shop/cart", false],
      ["and in a name", "Quay.io", "quay.io/shop/cart", false],
      ["a query does not count", "quay.io/shop?x=1", "quay.io/shop/cart", true],
      ["nor what stands behind #", "quay.io#x", "quay.io/shop/cart", true],
      ["nor a user", "puller@quay.io", "quay.io/shop/cart", true],
      ["%XX in a path is a character", "quay.io/sh%6fp", "quay.io/shop/cart", true],
      ["a broken one makes the key invalid", "quay.io/%zz", "quay.io/shop/cart", false],
      ["a port has to be named", "registry.test", "registry.test:5000/shop/cart", false],
      ["also the usual one", "quay.io:443", "quay.io/shop/cart", false],
      ["* is no port", "registry.test:*", "registry.test:5000/shop/cart", false],
      ["an empty port is none", "quay.io:", "quay.io/shop/cart", true],
      ["* is within one part", "*", "quay.io/shop/cart", false],
      ["* may be nothing", "quay*.io", "quay.io/shop/cart", true],
      ["pieces do not overlap", "qua*uay.io", "quay.io/shop/cart", false],
      ["? begins a query, and is no glob", "qua?.io", "quay.io/shop/cart", false],
      ["[ makes the key invalid", "qua[x-z].io", "quay.io/shop/cart", false],
      ["so does a backslash", "qua\\y.io", "quay.io/shop/cart", false],
      ["several stars", "*.dkr.ecr.*.amazonaws.com", "123.dkr.ecr.eu-west-1.amazonaws.com/cart", true],
      ["IPv6 with a port", "[::1]:5000", "[::1]:5000/shop/cart", true],
      ["IPv6 without one is taken for a class", "[::1]", "[::1]/shop/cart", false],
      ["a scheme in upper case is a host", "HTTPS://quay.io", "quay.io/shop/cart", false],
      ["a blank", "quay io", "quay.io/shop/cart", false],
    ])("%s: %s, %s: %s", (_, key, image, isMeant) => {
      expect(covers(key, targetOf(image))).toBe(isMeant);
    });

    test("a pattern of many stars takes no time", () => {
      const begin = Date.now();
      expect(covers(`${"*a".repeat(60)}b.io`, { host: `${"a".repeat(250)}.io`, repository: "x" })).toBe(false);
      expect(Date.now() - begin).toBeLessThan(500);
    });
  });
});

describe("in which order", () => {
  const order = (keys: readonly string[], image: string) =>
    entriesFor(
      keys.map((key, index) => ({ key, index })),
      targetOf(image),
    ).map(({ index }) => index);

  test.each([
    // keyring_test.go TestDockerKeyringLookup
    ["the longer path first", ["bar.example.com", "bar.example.com/pong"], "bar.example.com/pong", [1, 0]],
    ["also for a part of a word", ["bar.example.com", "bar.example.com/pong"], "bar.example.com/pongz", [1, 0]],
    ["also below it", ["bar.example.com", "bar.example.com/pong"], "bar.example.com/pong/pang", [1, 0]],
    ["without the one that does not fit", ["bar.example.com/pong", "bar.example.com"], "bar.example.com/ping", [1]],
    ["none for another host", ["bar.example.com/pong", "bar.example.com"], "foo.example.com/pong", []],
    // keyring_test.go TestIssue3797
    ["https:// and /v1/ are the host", ["https://quay.io/v1/"], "quay.io/foo/bar", [0]],
    // keyring.go Add: the keys are sorted backwards as text, so a glob comes after any letter …
    ["a name before a glob", ["*.test", "registry.test"], "registry.test/shop/cart", [1, 0]],
    // … and a glob with a path before the same without, but after a name.
    ["a name before a glob with a path", ["*.test/shop", "registry.test"], "registry.test/shop/cart", [1, 0]],
    // keyring.go Add: credentials of one key stay in the order in which they came.
    ["the same key in two secrets", ["quay.io", "https://quay.io/v2/", "quay.io"], "quay.io/shop/cart", [0, 1, 2]],
    // keyring.go Lookup: the default registry's login only where nothing else fits.
    [
      "Docker Hub's old key comes last, and alone",
      ["https://index.docker.io/v1/", "docker.io"],
      "docker.io/library/nginx",
      [1],
    ],
    [
      "all of Docker Hub's old key",
      ["https://index.docker.io/v1/", "index.docker.io"],
      "docker.io/library/nginx",
      [0, 1],
    ],
  ])("%s", (_, keys, image, expected) => {
    expect(order(keys, image)).toEqual(expected);
  });
});

describe("what an entry holds", () => {
  const read = (entry: unknown): PullSecretContent =>
    parsePullSecret(".dockerconfigjson", base64(JSON.stringify({ auths: { "quay.io": entry } })));
  const login = (user: string, password: string) => ({ entries: [{ key: "quay.io", user, password }] });

  // config_test.go TestDecodeDockerConfigFieldAuth
  test.each([
    ["padded", "Zm9vOmJhcg==", login("foo", "bar")],
    ["not padded", "Zm9vOmJhcg", login("foo", "bar")],
    ["with line breaks", "Zm9vOm\nJhcg==\n", login("foo", "bar")],
    ["a colon in the password", base64("foo:b:r"), login("foo", "b:r")],
    ["an empty password", base64("foo:"), login("foo", "")],
    ["no colon", "cGFudHM=", undefined],
    ["a blank at the end", "Zm9vOmJhcg== ", undefined],
    ["no base64", "pants", undefined],
    ["base64 for URLs", "Zm9vOmJh_w", undefined],
    ["too much padding", "Zm9vOmJhcg===", undefined],
  ])("auth: %s", (_, auth, expected) => {
    const malformed = { malformed: 'there is no base64 of user:password in "auth" of quay.io', keys: ["quay.io"] };
    expect(read({ auth })).toEqual(expected ?? malformed);
  });

  // config_test.go TestDockerConfigEntryJSONDecode, config.go dockerConfigEntryWithAuth
  test.each([
    ["user and password", { username: "foo", password: "bar", email: "foo@example.com" }, login("foo", "bar")],
    ["auth counts before both", { username: "foo", password: "bar", auth: "cGluZzpwb25n" }, login("ping", "pong")],
    ["an empty auth does not", { username: "foo", password: "bar", auth: "" }, login("foo", "bar")],
    ["fields in another case", { Username: "foo", PASSWORD: "bar" }, login("foo", "bar")],
    ["null is nothing", { username: "foo", password: null, auth: null }, login("foo", "")],
    ["an identity token is not read", { identitytoken: "x", registrytoken: "y" }, login("", "")],
    ["nothing at all", {}, login("", "")],
    ["null for an entry", null, login("", "")],
  ])("%s", (_, entry, expected) => {
    expect(read(entry)).toEqual(expected);
  });

  test.each([
    ["an email that is no text", { email: false }],
    ["a user that is no text", { username: 7 }],
    ["a list", []],
    ["a text", "hunter2"],
  ])("%s spoils the whole secret", (_, entry) => {
    const content = parsePullSecret(
      ".dockerconfigjson",
      base64(JSON.stringify({ auths: { "ghcr.io": { auth: base64("a:b") }, "quay.io": entry } })),
    );
    expect(content).toEqual({ malformed: expect.stringContaining("of quay.io"), keys: ["ghcr.io", "quay.io"] });
  });

  // secrets_test.go Test_MakeDockerKeyring
  test("the old form has the entries without auths around them", () => {
    const old = base64(JSON.stringify({ "test.registry.io": { auth: "dXNlcjpwYXNzd29yZA==" } }));
    expect(parsePullSecret(".dockercfg", old)).toEqual({
      entries: [{ key: "test.registry.io", user: "user", password: "password" }],
    });
    expect(parsePullSecret(".dockerconfigjson", old)).toEqual({
      malformed: 'the JSON in .dockerconfigjson has no "auths"',
    });
  });
});
