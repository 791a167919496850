// Scenarios: reading them from their folders, and playing them on the cluster.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { load } from "js-yaml";
import { allKnowledge } from "../../../src/diagnosis/knowledge.ts";
import { api, kubectl, list } from "./api.mjs";

const folder = new URL("../scenarios/", import.meta.url).pathname;
const kit = new URL("../kit/", import.meta.url).pathname;
const fakeNodes = join(kit, "fake-nodes.yaml");
const ruleIds = new Set((await allKnowledge()).rules.map(({ id }) => id));

const PATIENCE_S = 150;
const POLL_MS = 700;

/** All scenarios, or those whose id is, or begins with, one of the given words. */
export function scenarios(words = []) {
  const all = globSync("*/*/scenario.yaml", { cwd: folder })
    .map((file) => dirname(file))
    .sort()
    .map((id) => ({
      id,
      folder: join(folder, id),
      namespace: id.replace("/", "-"),
      ...load(readFileSync(join(folder, id, "scenario.yaml"), "utf8")),
    }));
  return words.length === 0
    ? all
    : all.filter(({ id }) => words.some((word) => id === word || id.startsWith(`${word}/`)));
}

/** Whether the program knows the rule; a cause without one is expected to be reported raw. */
export const hasRule = (rule) => ruleIds.has(rule);

/** Makes the trouble: applies the manifests and waits for the signal. */
export async function play(scenario) {
  const { namespace } = scenario;
  // One of an earlier run may still be on its way out.
  while (await api("GET", `/api/v1/namespaces/${namespace}`)) await sleep(POLL_MS);
  await api("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: scenario.labels },
  });
  // Without it the API server refuses pods.
  while (!(await api("GET", `/api/v1/namespaces/${namespace}/serviceaccounts/default`))) await sleep(100);
  await kubectl(["apply", "-n", namespace, "-f", join(scenario.folder, "manifest.yaml")]);
  if (scenario.first) await untilSeen(scenario, scenario.first);
  const after = join(scenario.folder, "then.yaml");
  if (existsSync(after)) await kubectl(["apply", "-n", namespace, "-f", after]);
  for (const line of scenario.then ?? []) await kubectl(["-n", namespace, ...line.split(" ")]);
  await untilSeen(scenario, scenario.wait);
  if (scenario.settle) await sleep(scenario.settle * 1000);
}

/** Waits until the pods' status and the events of the namespace show a pattern. */
async function untilSeen({ namespace }, pattern) {
  const deadline = Date.now() + PATIENCE_S * 1000;
  const expression = new RegExp(pattern);
  for (;;) {
    const [pods, events] = await Promise.all(
      ["pods", "events"].map((kind) => list(`/api/v1/namespaces/${namespace}/${kind}`)),
    );
    const seen = JSON.stringify([
      ...pods.map(({ metadata, spec, status }) => ({
        deletionTimestamp: metadata.deletionTimestamp,
        nodeName: spec.nodeName,
        status,
      })),
      ...events.map(({ reason, message }) => ({ reason, message })),
    ]);
    if (expression.test(seen)) return;
    if (Date.now() > deadline)
      throw new Error(`/${pattern}/ was not seen in ${PATIENCE_S} s; the last was ${seen.slice(0, 1500)}`);
    await sleep(POLL_MS);
  }
}

const isReady = ({ status }) =>
  status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

/** The argument for the plugin: what the scenario names, or the pod of `web` that is in trouble, the newest first. */
export async function targetOf({ target, namespace }) {
  if (target) return target;
  const pods = (await list(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3Dweb`)).filter(
    ({ metadata }) => !metadata.deletionTimestamp,
  );
  const age = ({ metadata }) => metadata.creationTimestamp;
  pods.sort((a, b) => Number(isReady(a)) - Number(isReady(b)) || (age(a) < age(b) ? 1 : -1));
  if (!pods[0]) throw new Error(`no pod of web in ${namespace}`);
  return pods[0].metadata.name;
}

/** Whether the trouble is over, as the scenario defines it: `ready` unless it says `scheduled` or `gone`. */
export async function isRepaired({ target, namespace, repair }) {
  const how = repair?.repaired ?? "ready";
  const base = `/api/v1/namespaces/${namespace}`;
  if (target?.startsWith("pod/")) {
    const pod = await api("GET", `${base}/pods/${target.slice(4)}`);
    if (how === "gone") return pod === undefined;
    return (
      pod !== undefined &&
      !pod.metadata.deletionTimestamp &&
      (how === "scheduled" ? Boolean(pod.spec.nodeName) : isReady(pod))
    );
  }
  const deployment = await api("GET", `/apis/apps/v1/namespaces/${namespace}/deployments/web`);
  const { metadata, spec, status } = deployment;
  if (how === "scheduled") {
    const pods = await list(`${base}/pods?labelSelector=app%3Dweb`);
    pods.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? 1 : -1));
    return Boolean(pods[0]?.spec.nodeName);
  }
  return (
    (status.observedGeneration ?? 0) >= metadata.generation &&
    spec.replicas > 0 &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas &&
    status.replicas === spec.replicas
  );
}

/** Waits for `isRepaired`; false when it takes longer than so many seconds. */
export async function untilRepaired(scenario, seconds) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await isRepaired(scenario))) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Removes what the scenario made; the namespace goes in the background unless `wait`. */
export async function cleanUp({ folder: where, namespace }, wait) {
  const files = ["manifest.yaml", "then.yaml"].map((file) => join(where, file)).filter((file) => existsSync(file));
  const quietly = (args) => kubectl(args).catch(() => {});
  for (const pod of await list(`/api/v1/namespaces/${namespace}/pods`)) {
    if (!pod.metadata.finalizers) continue;
    await quietly([
      "patch",
      "pod",
      pod.metadata.name,
      "-n",
      namespace,
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    ]);
  }
  await quietly([
    "delete",
    "-n",
    namespace,
    "--ignore-not-found",
    "--wait=false",
    ...files.flatMap((file) => ["-f", file]),
  ]);
  await quietly(["delete", "pods", "--all", "-n", namespace, "--grace-period=1", `--wait=${wait}`, "--timeout=60s"]);
  await quietly(["delete", "namespace", namespace, "--wait=false", "--ignore-not-found"]);
}

/** Nodes that kwok plays beside the real one: one with a taint and a label, one cordoned, one with another taint. Also one in its place. */
export async function addFakeNodes(noNode = false) {
  await kubectl(["apply", "-f", fakeNodes, ...(noNode ? ["-f", join(kit, "fake-node-1.yaml")] : [])]);
  await kubectl(["wait", "--for=condition=Ready", "node", "--all", "--timeout=60s"]);
}

export const removeFakeNodes = () => kubectl(["delete", "-f", fakeNodes, "--ignore-not-found"]).catch(() => {});

export const shownPath = (path) => relative(process.cwd(), path) || path;
