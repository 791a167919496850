import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../src/objects/object.ts";
import type { Pod } from "../../src/objects/pod.ts";
import { acceptingNodes, FILTERS, fitPod, rebuiltMessage } from "../../src/scheduler/fit.ts";
import { parseFitMessage } from "../../src/scheduler/fit-message.ts";
import { clusterView, nodeInfo, withNode } from "../../src/scheduler/node-info.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";

interface Recorded {
  readonly scheduler: string;
  readonly clusters: readonly {
    readonly objects: KubeObject[];
    readonly cases: readonly { readonly pod: Pod; readonly said: string }[];
  }[];
}

// What kube-schedulers said of random pods and nodes, with volumes and without: `npm run test:scheduler -- --cases 200 --save FILE`.
const RECORDED = ["agreement", "agreement-volumes"].map(
  (name) => JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8")) as Recorded,
);
const CLUSTERS = RECORDED.flatMap(({ scheduler, clusters }) => clusters.map((one) => ({ scheduler, ...one })));

const reasons = (message: string) =>
  (parseFitMessage(message)?.reasons ?? []).map(({ count, reason }) => `${count} ${reason}`).sort();

const lookupOf = (objects: readonly KubeObject[], serverVersion: string) =>
  new Lookup({
    takenAt: "2026-11-24T00:00:00Z",
    serverVersion,
    targets: [],
    objects,
    absent: [],
    gaps: [],
    complete: [],
    logs: [],
    skipped: [],
  });

describe("our filters say what the scheduler said", () => {
  test.each(CLUSTERS.map((cluster, index) => [index, cluster.scheduler, cluster] as const))(
    "cluster %d, scheduler %s",
    (_, scheduler, { objects, cases }) => {
      const view = clusterView(lookupOf(objects, scheduler));
      for (const { pod, said } of cases) {
        expect([pod.metadata.name, ...reasons(rebuiltMessage(fitPod(pod, view)))]).toEqual([
          pod.metadata.name,
          ...reasons(said),
        ]);
      }
    },
  );

  test("each filter matters: without it some of the sentences differ", () => {
    // The last two have tests of their own: devices.test.ts.
    const idle = ["NodeName", "NodeDeclaredFeatures", "DynamicResources"];
    for (const { name } of FILTERS.filter((filter) => !idle.includes(filter.name))) {
      const others = FILTERS.filter((filter) => filter.name !== name);
      const differs = CLUSTERS.some(({ scheduler, objects, cases }) => {
        const view = clusterView(lookupOf(objects, scheduler));
        return cases.some(
          ({ pod, said }) => String(reasons(rebuiltMessage(fitPod(pod, view, others)))) !== String(reasons(said)),
        );
      });
      expect([name, differs]).toEqual([name, true]);
    }
  });
});

/** A node without its first pod, with its last pod twice, in another zone, and beside itself under another name. */
const variantsOf = ({ node, pods, nominated }: ReturnType<typeof nodeInfo>) => {
  const labelled = (name: string, labels: object) => ({
    ...node,
    metadata: { ...node.metadata, name, labels: { ...node.metadata.labels, ...labels } },
  });
  return [
    nodeInfo(node, pods.slice(1), nominated),
    nodeInfo(node, [...pods, ...pods.slice(-1)], nominated),
    nodeInfo(labelled(node.metadata.name, { zone: "elsewhere" }), pods, nominated),
    nodeInfo(labelled(`${node.metadata.name}-new`, { "kubernetes.io/hostname": `${node.metadata.name}-new` }), []),
  ];
};

describe("a view with another node in place of one", () => {
  // A copy of a view is counted anew, node by node; one that withNode has made shares what the whole view has counted.
  test.each(CLUSTERS.map((cluster, index) => [index, cluster] as const))(
    "cluster %d says what it says when all is counted anew",
    (_, { scheduler, objects, cases }) => {
      const view = clusterView(lookupOf(objects, scheduler));
      for (const { pod } of cases) {
        for (const node of view.nodes) {
          for (const other of variantsOf(node)) {
            const once = withNode(view, other);
            const twice = withNode(withNode(view, nodeInfo(other.node, [])), other);
            const { accepts, ...fit } = fitPod(pod, { ...once });
            const anew = rebuiltMessage({ accepts, ...fit });
            expect(acceptingNodes(pod, once)).toEqual(accepts);
            expect(rebuiltMessage(fitPod(pod, once))).toBe(anew);
            expect(rebuiltMessage(fitPod(pod, twice))).toBe(anew);
          }
        }
      }
    },
  );
});
