import { afterEach, describe, expect, test } from "@jest/globals";
import { closeServers } from "../cluster-access/support/servers.ts";
import { ask, INDEX_TYPE, indexOf, MANIFEST, MANIFEST_TYPE, pullSecret, sha256, startRegistry } from "./support.ts";

afterEach(closeServers);

const INDEX = indexOf("linux/amd64", "linux/arm64", "unknown/unknown");
const IMAGES = { "shop/cart:2.0.1": INDEX, "shop/cart:2.1.0": MANIFEST, "shop/web:1.0": MANIFEST };

describe("what a registry says of an image", () => {
  test("an index: its digest and the platforms it offers, without those of attestations", async () => {
    const { url, port, requests } = await startRegistry({ images: IMAGES });
    const { tries, hosts } = await ask(`127.0.0.1:${port}/shop/cart:2.0.1`);
    expect(tries).toEqual([
      {
        login: { as: "anonymous" },
        outcome: {
          is: "found",
          digest: sha256(INDEX),
          mediaType: INDEX_TYPE,
          platforms: ["linux/amd64", "linux/arm64"],
        },
      },
    ]);
    expect(hosts).toEqual([url.slice("https://".length)]);
    expect(requests).toEqual(["2.0 HEAD /v2/shop/cart/manifests/2.0.1", "2.0 GET /v2/shop/cart/manifests/2.0.1"]);
  });

  test("a single manifest: its platform is in a blob, and none is fetched", async () => {
    const { port } = await startRegistry({ images: IMAGES });
    const { tries } = await ask(`127.0.0.1:${port}/shop/cart:2.1.0`);
    expect(tries[0]?.outcome).toEqual({ is: "found", digest: sha256(MANIFEST), mediaType: MANIFEST_TYPE });
  });

  test("a tag that is not there: the nearest ones", async () => {
    const { port } = await startRegistry({ images: IMAGES });
    const { tries, tags } = await ask(`127.0.0.1:${port}/shop/cart:2.0.2`);
    expect(tries[0]?.outcome).toEqual({ is: "no-manifest", message: "manifest unknown" });
    expect(tags).toEqual({ nearest: ["2.0.1", "2.1.0"], seen: 2, isComplete: true });
  });

  test("which of the tags that the cluster knows are there no more", async () => {
    const { port } = await startRegistry({ images: IMAGES });
    const { tags } = await ask(`127.0.0.1:${port}/shop/cart:2.0.2`, { knownTags: ["2.0.1", "1.9.0"] });
    expect(tags).toMatchObject({ isComplete: true, lacks: ["1.9.0"] });
  });

  test("a repository that is not there, though the registry says MANIFEST_UNKNOWN: repositories of like names", async () => {
    const { port } = await startRegistry({ images: IMAGES });
    const { tries, tags, repositories } = await ask(`127.0.0.1:${port}/shop/crat:2.0.1`);
    expect(tries[0]?.outcome).toEqual({ is: "no-repository", message: "manifest unknown" });
    expect(tags).toBeUndefined();
    expect(repositories).toEqual(["shop/cart"]);
  });

  test("a login that fits, after one that does not", async () => {
    const { port } = await startRegistry({ images: IMAGES, basic: "puller:correct-horse" });
    const host = `127.0.0.1:${port}`;
    const secrets = {
      old: pullSecret({ [host]: "puller:last-year" }),
      other: pullSecret({ "quay.io": "puller:correct-horse" }),
      good: pullSecret({ [host]: "puller:correct-horse" }),
    };
    const { tries } = await ask(`${host}/shop/web:1.0`, { secrets });
    expect(tries.map(({ login, outcome }) => [login, outcome.is])).toEqual([
      [{ as: "secret", secret: "old", entry: host, user: "puller" }, "login-refused"],
      [{ as: "secret", secret: "good", entry: host, user: "puller" }, "found"],
    ]);
  });
});
