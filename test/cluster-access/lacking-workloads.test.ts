import { describe, expect, test } from "@jest/globals";
import type { Answer, Api, List, Resource, TableRow } from "../../src/cluster/api.ts";
import { collect } from "../../src/cluster/collect.ts";
import type { KubeObject } from "../../src/objects/object.ts";

interface Cluster {
  readonly objects?: readonly KubeObject[];
  /** Rows by plural, as `kubectl get` prints them. */
  readonly tables?: Readonly<Record<string, readonly TableRow["cells"][]>>;
  readonly forbidden?: readonly string[];
}

/** An API that answers from objects in memory, and keeps what it was asked. */
function apiOf({ objects: given = [], tables = {}, forbidden = [] }: Cluster) {
  const asked: string[] = [];
  const objects: readonly KubeObject[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
    ...given,
  ];
  const list = ({ kind, isNamespaced }: Resource, namespace: string | undefined, field = "", label = "") =>
    objects.filter(
      (one) =>
        one.kind === kind &&
        (namespace === undefined || !isNamespaced || one.metadata.namespace === namespace) &&
        (!field.startsWith("metadata.name=") || one.metadata.name === field.slice("metadata.name=".length)) &&
        label
          .split(",")
          .every((part) => part === "" || one.metadata.labels?.[part.split("=")[0] ?? ""] === part.split("=")[1]),
    );
  const answer = <T>({ plural }: Resource, body: T): Answer<T> =>
    forbidden.includes(plural) ? { state: "forbidden", message: "no", right: `list ${plural}` } : { state: "ok", body };
  const api: Api = {
    server: "https://test",
    context: undefined,
    namespace: "shop",
    version: async () => ({ state: "ok", body: "v1.36.3" }),
    get: async (resource, namespace, name) => {
      asked.push(`get ${resource.plural}/${name}`);
      const found = list(resource, namespace).find(({ metadata }) => metadata.name === name);
      return found ? answer(resource, found as unknown) : { state: "absent", message: "not found" };
    },
    list: async (resource, namespace, query = {}): Promise<Answer<List>> => {
      asked.push(`list ${resource.plural} ${query.fieldSelector ?? ""}`.trim());
      const isOfUnfinished = query.fieldSelector?.startsWith("status.phase!=") ?? false;
      const items = list(resource, namespace, query.fieldSelector, query.labelSelector);
      return answer(resource, { items: isOfUnfinished ? items.filter(isPending) : items, isCut: false });
    },
    listMetadata: async (resource, namespace) => answer(resource, { items: list(resource, namespace), isCut: false }),
    listTable: async (resource): Promise<Answer<List<TableRow>>> => {
      asked.push(`table ${resource.plural}`);
      return answer(resource, { items: (tables[resource.plural] ?? []).map((cells) => ({ cells })), isCut: false });
    },
    log: async () => ({ state: "absent", message: "none" }),
    close: () => {},
  };
  return { api, asked };
}

const isPending = ({ status }: KubeObject) => (status as { phase?: string } | undefined)?.phase === "Pending";

const OPTIONS = {
  names: [],
  secrets: true,
  logs: false,
  version: false,
  now: () => new Date("2026-11-25T10:00:00Z"),
};

const deployment = (name: string, status: object, namespace = "shop"): KubeObject =>
  ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, uid: `uid-${name}` },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ name: "app" }] } },
    },
    status,
  }) as KubeObject;

const REFUSED = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota: team" };
const targetsOf = async (cluster: Cluster, namespace: string | undefined = "shop") => {
  const { api, asked } = apiOf(cluster);
  const { snapshot, remarks } = await collect(api, { ...OPTIONS, namespace });
  return { targets: snapshot.targets.map(({ kind, name }) => `${kind} ${name}`), remarks, asked };
};

describe("what is not fine in a namespace", () => {
  test("a Deployment without its pods is a target; one with all of them is not even read", async () => {
    const { targets, asked } = await targetsOf({
      objects: [deployment("web", { replicas: 0 }), deployment("api", { replicas: 2, readyReplicas: 2 })],
      tables: {
        deployments: [
          { Name: "web", Ready: "0/2", "Up-to-date": "0" },
          { Name: "api", Ready: "2/2", "Up-to-date": "2" },
        ],
      },
    });
    expect(targets).toEqual(["Deployment web"]);
    expect(asked).not.toContain("list deployments metadata.name=api");
  });

  test("a roll-out whose new pods are refused is one, though all the old pods are ready", async () => {
    const status = { replicas: 2, readyReplicas: 2, updatedReplicas: 0, conditions: [REFUSED] };
    const tables = { deployments: [{ Name: "web", Ready: "2/2", "Up-to-date": "0" }] };
    expect((await targetsOf({ objects: [deployment("web", status)], tables })).targets).toEqual(["Deployment web"]);
    const { conditions: _, ...quiet } = status;
    expect((await targetsOf({ objects: [deployment("web", quiet)], tables })).targets).toEqual([]);
  });

  test("a Deployment whose pods are there and pending is told of by its pods", async () => {
    const pods = ["a", "b"].map(
      (name): KubeObject => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: `web-7d4b9c6f5-${name}`,
          namespace: "shop",
          labels: { app: "web", "pod-template-hash": "7d4b9c6f5" },
          ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-7d4b9c6f5", controller: true }],
        },
        spec: { containers: [{ name: "app" }] },
        status: { phase: "Pending" },
      }),
    );
    const { targets, asked } = await targetsOf({
      objects: [...pods, deployment("web", { replicas: 2 })],
      tables: {
        pods: pods.map(({ metadata }) => ({ Name: metadata.name, Ready: "0/1", Status: "Pending" })),
        deployments: [{ Name: "web", Ready: "0/2", "Up-to-date": "2" }],
      },
    });
    expect(targets).toEqual(["Pod web-7d4b9c6f5-a", "Pod web-7d4b9c6f5-b"]);
    expect(asked).not.toContain("list deployments metadata.name=web");
  });

  test("finished and suspended Jobs are none; one without a pod is", async () => {
    const job = (name: string, spec: object, status: object): KubeObject =>
      ({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name, namespace: "shop", uid: `uid-${name}` },
        spec: { completions: 1, ...spec },
        status,
      }) as KubeObject;
    const done = { conditions: [{ type: "Complete", status: "True" }], succeeded: 1 };
    const { targets } = await targetsOf({
      objects: [
        job("done", {}, done),
        job("held", { suspend: true }, {}),
        job("refused", {}, {}),
        job("runs", {}, { active: 1 }),
      ],
      tables: {
        // Before 1.31 there is no column Status.
        jobs: ["done", "held", "refused", "runs"].map((Name) => ({
          Name,
          Completions: Name === "done" ? "1/1" : "0/1",
        })),
      },
    });
    expect(targets).toEqual(["Job refused"]);
  });

  test("where workloads may not be listed, that is said", async () => {
    const { targets, remarks } = await targetsOf({ forbidden: ["deployments", "jobs"] });
    expect(targets).toEqual([]);
    expect(JSON.stringify(remarks)).toMatch(/deployments.*jobs/);
  });

  test("ReplicaSets are looked at in one namespace, not in all", async () => {
    expect((await targetsOf({})).asked).toContain("table replicasets");
    const { api, asked } = apiOf({});
    await collect(api, { ...OPTIONS, namespace: undefined });
    expect(asked).not.toContain("table replicasets");
  });
});

test("around a workload that is refused, what the refusal is about is read, and nothing else", async () => {
  const status = { replicas: 0, conditions: [REFUSED] };
  const { api, asked } = apiOf({ objects: [deployment("web", status)] });
  await collect(api, { ...OPTIONS, names: [{ kind: "Deployment", name: "web" }], namespace: "shop" });
  expect(asked).toContain("list resourcequotas");
  expect(asked.filter((one) => /webhook|limitrange|priorityclass|runtimeclass|secrets|nodes/.test(one))).toEqual([]);
});
