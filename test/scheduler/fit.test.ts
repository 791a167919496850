import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { KubeObject } from "../../src/objects/object.ts";
import type { Pod } from "../../src/objects/pod.ts";
import { FILTERS, fitPod, rebuiltMessage } from "../../src/scheduler/fit.ts";
import { parseFitMessage } from "../../src/scheduler/fit-message.ts";
import { clusterView } from "../../src/scheduler/node-info.ts";
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
