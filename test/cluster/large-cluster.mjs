// Fills the running cluster and measures the plugin, inside its network; size.mjs starts it there.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { api, closeApi, environment, list, runProgram } from "./lib/api.mjs";

const { values } = parseArgs({
  options: { nodes: { type: "string" }, pods: { type: "string" }, plugin: { type: "string" } },
});
const nodeCount = Number(values.nodes);
const podCount = Number(values.pods);
const NAMESPACE = "size";
const IN_TROUBLE = 40;
const AT_ONCE = 12;

const begin = Date.now();
const log = (what) => console.log(`${((Date.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${what}`);

async function createAll(count, create) {
  let next = 0;
  const worker = async () => {
    while (next < count) await create(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const room = { cpu: "32", memory: "256Gi", pods: "110" };
const node = (index) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: `fake-${index}`,
    annotations: { "kwok.x-k8s.io/node": "fake" },
    labels: {
      type: "fake",
      "kubernetes.io/hostname": `fake-${index}`,
      "topology.kubernetes.io/zone": `zone-${index % 3}`,
    },
  },
  status: { allocatable: room, capacity: room },
});

/** The first ones want a node that there is not. */
const pod = (index) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `pod-${index}`, labels: { app: `app-${index % 100}` } },
  spec: {
    nodeSelector: index < IN_TROUBLE ? { type: "fake", disk: "nvme" } : { type: "fake" },
    containers: [
      {
        name: "app",
        image: "registry.test:5000/shop/cart:2.0.1",
        env: [{ name: "LOG_LEVEL", value: "info" }],
        readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
      },
    ],
  },
});

/** One on the real node, with a tag that does not exist. */
const pulling = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "pulling" },
  spec: { nodeName: "node-1", containers: [{ name: "app", image: "registry.test:5000/shop/cart:2.0.2" }] },
};

const running = async () =>
  (await list(`/api/v1/namespaces/${NAMESPACE}/pods?fieldSelector=status.phase%3DRunning`)).length;

async function measure(what, args) {
  const env = environment("reader", values.plugin);
  const { code, stdout, stderr, ms, peakMb } = await runProgram("kubectl", args, { env, withPeak: true });
  log(
    `${what}: ${(ms / 1000).toFixed(2)} s, ${peakMb.toFixed(0)} MB, exit code ${code}, ${(stdout.length / 1000).toFixed(1)} kB${stderr ? `; ${stderr.trim().split("\n")[0]}` : ""}`,
  );
  return code;
}

await api("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
while (!(await api("GET", `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`))) await sleep(100);
await createAll(nodeCount, (index) => api("POST", "/api/v1/nodes", node(index)));
log(`${nodeCount} nodes created`);
await createAll(podCount, (index) => api("POST", `/api/v1/namespaces/${NAMESPACE}/pods`, pod(index)));
log(`${podCount} pods created`);
await api("POST", `/api/v1/namespaces/${NAMESPACE}/pods`, pulling);
while ((await running()) < podCount - IN_TROUBLE) await sleep(3000);
log(`${podCount - IN_TROUBLE} pods run, ${IN_TROUBLE} do not`);
await measure("kubectl describe pod", ["describe", "pod", "pod-0", "-n", NAMESPACE]);
const codes = [
  await measure("one pending pod", ["why-pending", "pod-0", "-n", NAMESPACE]),
  await measure("one pod that pulls", ["why-pending", "pulling", "-n", NAMESPACE]),
  await measure("its namespace", ["why-pending", "-n", NAMESPACE]),
  await measure("all namespaces", ["why-pending", "-A"]),
];
closeApi();
const failed = codes.filter((code) => code !== 0 && code !== 1).length;
console.log(`${codes.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
