import { describe, expect, test } from "@jest/globals";
import type { Answer, Api } from "../../src/cluster/api.ts";
import { collect } from "../../src/cluster/collect.ts";

const POD = "web-77b58f5747-v4wzx";

function owner(kind: string, name: string) {
  return [{ apiVersion: "apps/v1", kind, name, controller: true }];
}

const REPLICA_SET = {
  metadata: { namespace: "shop", name: "web-77b58f5747", ownerReferences: owner("Deployment", "web") },
};
const DEPLOYMENT = { metadata: { namespace: "shop", name: "web" } };

/** An API that answers `objects` by `plural/name` and notes the names asked for; the pod is answered when `answerPod` is called. */
function apiOf(objects: Readonly<Record<string, object>>) {
  const asked: string[] = [];
  let answerPod = () => {};
  const podIsWanted = new Promise<void>((resolve) => {
    answerPod = resolve;
  });
  const nothing = async (): Promise<Answer<never>> => ({ state: "not-served", message: "not here" });
  const api: Api = {
    server: "https://cluster.test",
    context: undefined,
    namespace: "shop",
    version: nothing,
    async get({ plural }, _, name) {
      asked.push(`${plural}/${name}`);
      if (plural === "pods") await podIsWanted;
      const body = objects[`${plural}/${name}`];
      return body ? { state: "ok", body } : { state: "absent", message: "not found" };
    },
    list: async () => ({ state: "ok", body: { items: [], isCut: false } }),
    listMetadata: async () => ({ state: "ok", body: { items: [], isCut: false } }),
    listTable: nothing,
    log: nothing,
    close() {},
  };
  const collected = collect(api, {
    names: [{ kind: "Pod", name: POD }],
    namespace: "shop",
    secrets: true,
    logs: true,
    version: false,
    now: () => new Date("2026-01-01T00:00:00Z"),
  });
  return { asked, answerPod: () => answerPod(), collected };
}

function podOf(ownerReferences: object[]) {
  return { metadata: { namespace: "shop", name: POD, ownerReferences }, spec: { containers: [] } };
}

describe("a pod whose name speaks of a Deployment", () => {
  test("its owners are asked for together with it, and once", async () => {
    const { asked, answerPod, collected } = apiOf({
      [`pods/${POD}`]: podOf(owner("ReplicaSet", "web-77b58f5747")),
      "replicasets/web-77b58f5747": REPLICA_SET,
      "deployments/web": DEPLOYMENT,
    });
    expect([...asked].sort()).toEqual(["deployments/web", `pods/${POD}`, "replicasets/web-77b58f5747"]);
    answerPod();
    const { snapshot } = await collected;
    expect(snapshot.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      "Deployment/web",
      `Pod/${POD}`,
      "ReplicaSet/web-77b58f5747",
    ]);
    expect(asked.filter((one) => /^(?:deployments|replicasets)\//.test(one))).toHaveLength(2);
  });

  test("owners that it has not leave no trace", async () => {
    const { answerPod, collected } = apiOf({ [`pods/${POD}`]: podOf([]), "deployments/web": DEPLOYMENT });
    answerPod();
    const { snapshot } = await collected;
    expect(snapshot.objects.map(({ kind }) => kind)).toEqual(["Pod"]);
    expect(snapshot.absent.filter(({ kind }) => kind === "ReplicaSet" || kind === "Deployment")).toEqual([]);
  });
});
