import { describe, expect, test } from "@jest/globals";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { parseSnapshot } from "../../src/snapshot/snapshot-file.ts";

const read = async (...files: readonly (readonly [path: string, document: object])[]) =>
  new Lookup(await parseSnapshot(files.map(([path, document]) => ({ path, content: JSON.stringify(document) }))));
const list = (...items: readonly object[]) => ({ apiVersion: "v1", kind: "List", items });
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop", creationTimestamp: "2026-03-04T11:00:00Z" },
  spec: { containers: [{ name: "app", image: "a" }] },
};
const claim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "shop" },
};

describe("of files that were not saved by this program", () => {
  test.each(["EndpointSlice", "PersistentVolumeClaim", "StorageClass", "Service", "VolumeAttachment", "Widget"])(
    "a %s that they lack is unknown, not absent",
    async (kind) => {
      const lookup = await read(["pods.json", list(pod)]);
      expect(lookup.find(kind, "shop", "data")).toEqual({
        state: "unknown",
        gap: { kind, state: "not-asked", message: "not in the files" },
      });
      expect(lookup.list(kind, "shop").isComplete).toBe(false);
    },
  );

  test("a kind of which they hold some may have others", async () => {
    const lookup = await read(["all.json", list(pod, claim)]);
    expect(lookup.find("PersistentVolumeClaim", "shop", "logs")).toMatchObject({
      state: "unknown",
      gap: { state: "partial" },
    });
  });

  const claims = (metadata: object, ...items: readonly object[]) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaimList",
    metadata,
    items,
  });
  test.each([
    ["the list of one kind in the namespace of its items", "claims.json", claims({}, claim), "absent"],
    ["an empty list in must-gather's folder of a namespace", "namespaces/shop/core/claims.json", claims({}), "absent"],
    ["an empty list of nobody knows which namespace", "claims.json", claims({}), "unknown"],
    ["a page of a longer list", "claims.json", claims({ continue: "abc" }, claim), "unknown"],
    [
      "a list of several namespaces",
      "claims.json",
      claims({}, claim, { ...claim, metadata: { name: "x", namespace: "dev" } }),
      "unknown",
    ],
  ])("absence by %s", async (_, path, document, state) => {
    const lookup = await read(["pods.json", list(pod)], [path, document]);
    expect(lookup.find("PersistentVolumeClaim", "shop", "logs").state).toBe(state);
    // Another namespace's claims are not among them.
    expect(lookup.find("PersistentVolumeClaim", "dev", "logs").state).toBe("unknown");
  });

  test.each([
    [
      "a certificate's end",
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "tls", namespace: "shop" },
        status: { notAfter: "2034-01-01T00:00:00Z" },
      },
    ],
    ["an annotation", { ...claim, metadata: { ...claim.metadata, annotations: { until: "2034-01-01T00:00:00Z" } } }],
    [
      "a field of a spec",
      {
        apiVersion: "example.test/v1",
        kind: "Lock",
        metadata: { name: "l", namespace: "shop" },
        spec: { startTime: "2034-01-01T00:00:00Z" },
      },
    ],
    [
      "a deletion that is still to come",
      { ...claim, metadata: { ...claim.metadata, deletionTimestamp: "2034-01-01T00:00:00Z" } },
    ],
    [
      "a time that does not exist",
      { ...claim, metadata: { ...claim.metadata, creationTimestamp: "2034-99-99T99:99:99Z" } },
    ],
  ])("%s is not taken for the time of saving", async (_, object) => {
    expect((await read(["all.json", list(pod, object)])).snapshot.takenAt).toBe("2026-03-04T11:00:00Z");
  });

  test("the newest of creations, statuses and events is", async () => {
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "web.1", namespace: "shop" },
      involvedObject: { kind: "Pod", namespace: "shop", name: "web" },
      lastTimestamp: "2026-03-04T11:07:00Z",
    };
    const started = { ...pod, status: { startTime: "2026-03-04T11:05:00Z" } };
    expect((await read(["all.json", list(started)])).snapshot.takenAt).toBe("2026-03-04T11:05:00Z");
    expect((await read(["all.json", list(started, event)])).snapshot.takenAt).toBe("2026-03-04T11:07:00Z");
  });
});
