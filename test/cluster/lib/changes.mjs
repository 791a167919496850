// A pod that the real scheduler refuses is changed as we say, and so are the nodes; then the real scheduler has to bind it to
// one of the nodes that we named. All changes that we offer are tried, and all is put back after each. Where it may make room
// for a pod by evicting others, it has to clear the node and to evict the pods that we named.
import { setTimeout as sleep } from "node:timers/promises";
import { fitPod } from "../../../src/scheduler/fit.ts";
import { clusterView } from "../../../src/scheduler/node-info.ts";
import { preemptionFor } from "../../../src/scheduler/preemption.ts";
import { smallestChanges } from "../../../src/scheduler/smallest-change.ts";
import { Lookup } from "../../../src/snapshot/lookup.ts";
import { api, list, STRATEGIC } from "./api.mjs";

const POLL_MS = 15;
/** A pod that was refused once waits a second before it is tried again. */
const PATIENCE_MS = 2_500;
/** The scheduler hears of nodes and of pods on two channels: what is done to a node takes a moment. */
const HEARD_MS = 100;
const NOT_READY = "node.kubernetes.io/not-ready";
const NODES = "/api/v1/nodes";
const TEMPLATE = "/api/v1/namespaces/one/podtemplates";
const MOST_SHOWN = 5;
/** It takes about a minute each. */
const MOST_MINIMISED = 2;

const pathOf = ({ kind, metadata: { namespace, name } }) =>
  kind === "Pod" ? `/api/v1/namespaces/${namespace}/pods/${name}` : `${NODES}/${name}`;
const remove = (object) => api("DELETE", `${pathOf(object)}?gracePeriodSeconds=0`);
const create = ({ metadata: { resourceVersion: _, uid: __, ...metadata }, ...object }) => {
  const path = pathOf({ ...object, metadata });
  return api("POST", path.slice(0, path.lastIndexOf("/")), { ...object, metadata });
};
const verdictOn = ({ status }) => status?.conditions?.find(({ type }) => type === "PodScheduled");

/** Tries changes until enough pods were changed, and keeps the count. */
export class ChangeTest {
  /** Pods that got a change. */
  applied = 0;
  /** Pods for which others were evicted. */
  preempted = 0;
  failures = [];
  #wanted;
  #refused = 0;
  #further = 0;
  /** What the scheduler said to the pods for which we know no change. */
  #without = new Map();
  /** How often each kind of edit was tried. */
  #edits = new Map();

  constructor(wanted) {
    this.#wanted = wanted;
  }

  get isDone() {
    return this.applied >= this.#wanted;
  }

  /** Gives the pod to the scheduler; where it is refused, it gets the changes that we know, one after the other. */
  async tryOn(pod, batch) {
    const { said, changes, objects } = await refusalOf(pod);
    if (said === undefined) return;
    this.#refused += 1;
    if (changes.length === 0) {
      count(this.#without, said.replace(/ (?:no new claims|preemption:).*$/, ""));
      return;
    }
    this.applied += 1;
    this.#further += changes.length - 1;
    for (const [index, change] of changes.entries()) {
      for (const { of } of change.edits) count(this.#edits, of);
      const problem = await problemOf(pod, change, objects);
      if (!problem) continue;
      const failure = { batch, pod, change, said, problem };
      if (this.failures.length < MOST_MINIMISED) failure.left = await minimised(pod, index, objects);
      this.failures.push(failure);
    }
  }

  /** Gives a pod that may preempt to the scheduler, where we say that it will. */
  async tryPreemption(pod, batch) {
    const before = await allObjects();
    const view = viewOf(before);
    const fit = fitPod(pod, view);
    if (fit.accepts.length > 0) return;
    const { state, candidates } = preemptionFor(pod, view, fit);
    if (state !== "possible") return;
    this.preempted += 1;
    const [best] = candidates;
    // Those that are ending already are not seen to go.
    const expected = `${best.node} without ${namesOf(best.pods.filter(({ metadata }) => !metadata.deletionTimestamp))}`;
    const wasEnding = new Set(
      before.filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => metadata.uid),
    );
    const asked = await schedule(pod, (now) => now.status.nominatedNodeName || saidNo(now));
    let [found, victims] = ["", []];
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline && found !== expected; ) {
      await sleep(POLL_MS);
      victims = (await allObjects()).filter(
        (one) => one.metadata.deletionTimestamp && !wasEnding.has(one.metadata.uid),
      );
      found = `${asked.status.nominatedNodeName ?? asked.spec.nodeName} without ${namesOf(victims)}`;
    }
    await remove(asked);
    for (const victim of victims) await remove(victim);
    const isVictim = (one) => victims.some(({ metadata }) => metadata.uid === one.metadata.uid);
    for (const old of before.filter(isVictim)) await createAgain(old);
    if (found === expected) return;
    this.failures.push({
      batch,
      pod,
      change: expected,
      said: verdictOn(asked)?.message,
      problem: `preempted ${found}`,
    });
  }

  report() {
    if (this.#wanted === 0) return;
    console.log(`${this.preempted} pods for which others had to go`);
    const sorted = (map) => [...map].sort(([, a], [, b]) => b - a);
    const without = sorted(this.#without).reduce((sum, [, times]) => sum + times, 0);
    console.log(
      `${this.#refused} pods refused: ${this.applied} with a change (and ${this.#further} further changes), ${without} without; ${this.failures.length} changes failed`,
    );
    console.log(
      `edits      ${sorted(this.#edits)
        .map(([of, times]) => `${times} ${of}`)
        .join(", ")}`,
    );
    for (const [words, times] of sorted(this.#without).slice(0, MOST_SHOWN))
      console.log(`no change  ${times} × ${words}`);
    for (const { batch, pod, change, said, problem, left } of this.failures.slice(0, MOST_SHOWN)) {
      console.log(
        `batch ${batch} ${pod.metadata.name}: ${problem}\n  before   ${said}\n  change   ${JSON.stringify(change)}`,
      );
      console.log(`  pod      ${JSON.stringify(pod)}`);
      for (const object of left ?? []) console.log(`  needs    ${JSON.stringify(object)}`);
    }
  }
}

const namesOf = (pods) =>
  pods
    .map(({ metadata }) => metadata.name)
    .sort()
    .join();
const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);

/** What the scheduler says to a pod that no node takes, and the changes that we know; `said` is undefined where it got a node. */
async function refusalOf(pod) {
  const refused = await schedule(pod, saidNo);
  const objects = await allObjects();
  await remove(refused);
  if (refused.spec.nodeName) return { objects };
  return { said: verdictOn(refused).message, changes: smallestChanges(refused, viewOf(objects)), objects };
}

/** Why the changed pod does not go where we said; undefined where it does. */
async function problemOf(pod, change, objects) {
  const before = await editCluster(change.edits, objects);
  try {
    const after = await schedule(await changedPod(pod, change.patch), () => false);
    await remove(after);
    const { nodeName } = after.spec;
    if (!nodeName) return `refused: ${verdictOn(after)?.message}`;
    const isNew = change.edits.some(({ of }) => of === "new-node");
    return isNew || change.accepts.includes(nodeName) ? undefined : `bound to ${nodeName}`;
  } catch ({ message }) {
    return message;
  } finally {
    await putBack(before);
  }
}

/** The pods and nodes without which the same change would not fail. All are there again afterwards. */
async function minimised(pod, index, objects) {
  const taken = [];
  // A node can only be missed when its pods are.
  const parts = objects.filter(({ kind, spec }) => kind === "Node" || spec?.nodeName);
  const restore = (part) => (part.kind === "Pod" ? createAgain(part) : create(part));
  for (const part of [...parts.filter(({ kind }) => kind === "Pod"), ...parts.filter(({ kind }) => kind === "Node")]) {
    await remove(part);
    const { said, changes, objects: left } = await refusalOf(pod);
    const fails = said !== undefined && changes[index] && (await problemOf(pod, changes[index], left));
    if (fails) taken.push(part);
    else await restore(part);
  }
  for (const part of taken.reverse()) await restore(part);
  return parts
    .filter((part) => !taken.includes(part))
    .map(({ kind, metadata: { name, labels }, spec, status }) => ({
      kind,
      name,
      labels,
      spec,
      allocatable: status.allocatable,
    }));
}

const saidNo = (pod) => verdictOn(pod)?.message?.startsWith("0/");

/** The pod as it is once it has a node, or once that is enough. */
async function schedule(pod, isEnough) {
  await create({ apiVersion: "v1", kind: "Pod", ...pod });
  const path = pathOf({ kind: "Pod", ...pod });
  let now;
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    await sleep(POLL_MS);
    now = await api("GET", path);
    if (now.spec.nodeName || isEnough(now)) break;
  }
  return { ...now, apiVersion: "v1", kind: "Pod" };
}

async function allObjects() {
  const kinds = [
    ["v1", "Node", NODES],
    ["v1", "Pod", "/api/v1/pods"],
    ["v1", "Namespace", "/api/v1/namespaces"],
    ["policy/v1", "PodDisruptionBudget", "/apis/policy/v1/poddisruptionbudgets"],
  ];
  const lists = await Promise.all(kinds.map(([, , path]) => list(path)));
  return lists.flatMap((items, at) => items.map((one) => ({ ...one, apiVersion: kinds[at][0], kind: kinds[at][1] })));
}

const viewOf = (objects) =>
  clusterView(
    new Lookup({
      takenAt: new Date().toISOString(),
      targets: [],
      objects,
      absent: [],
      gaps: [],
      complete: [],
      logs: [],
      skipped: [],
    }),
  );

/** The pod with the patch, as the API server itself makes it: it patches a PodTemplate. */
async function changedPod({ metadata, spec }, patch) {
  const made = await api("POST", TEMPLATE, {
    apiVersion: "v1",
    kind: "PodTemplate",
    metadata: { generateName: "changed-" },
    template: { metadata: { labels: metadata.labels }, spec },
  });
  const path = `${TEMPLATE}/${made.metadata.name}`;
  try {
    const { template } = patch ? await api("PATCH", path, { template: { spec: patch } }, STRATEGIC) : made;
    return { metadata, spec: template.spec };
  } finally {
    await api("DELETE", path);
  }
}

/** Makes the edits of nodes and of other pods; gives what has to be put back. */
async function editCluster(edits, objects) {
  const before = { nodes: new Map(), pods: [] };
  for (const edit of edits) {
    const { node: name, like, pods = [] } = edit;
    for (const pod of objects.filter(
      ({ kind, metadata }) => kind === "Pod" && pods.includes(`${metadata.namespace}/${metadata.name}`),
    )) {
      before.pods.push(pod);
      await remove(pod);
    }
    if (edit.of === "new-node") {
      before.nodes.set(`${like}-new`, undefined);
      const model = objects.find(({ kind, metadata }) => kind === "Node" && metadata.name === like);
      await api("POST", NODES, newNode(edit, model));
    }
    if (!name) continue;
    const { metadata, spec, status } = await api("GET", `${NODES}/${name}`);
    if (!before.nodes.has(name)) before.nodes.set(name, { metadata, spec, status });
    await put(editedNode({ metadata, spec, status }, edit));
  }
  if (before.nodes.size > 0) await sleep(HEARD_MS);
  return before;
}

function editedNode({ metadata, spec, status }, { of, key: label, value, effect: its, pods, to }) {
  const isTaken = ({ key, effect }) =>
    (of === "untaint" && key === label && effect === its) || (of === "wait" && pods.length === 0 && key === NOT_READY);
  return {
    metadata: { ...metadata, labels: of === "label" ? { ...metadata.labels, [label]: value } : metadata.labels },
    spec: {
      ...spec,
      taints: spec.taints?.filter((taint) => !isTaken(taint)),
      ...(of === "uncordon" && { unschedulable: false }),
    },
    status: { ...status, allocatable: { ...status.allocatable, ...(of === "pod-limit" && { pods: String(to) }) } },
  };
}

/** The status of a node is put for itself. */
async function put({ metadata: { resourceVersion: _, ...metadata }, ...rest }) {
  const node = { apiVersion: "v1", kind: "Node", metadata, ...rest };
  await api("PUT", `${NODES}/${metadata.name}`, node);
  await api("PUT", `${NODES}/${metadata.name}/status`, node);
}

/** What the edit says of it, and what an empty node is: open, with what Kubernetes itself does not put on one in trouble. */
function newNode({ like, allocatable, labels }, { metadata, spec, status }) {
  const name = `${like}-new`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { ...metadata.labels, "kubernetes.io/hostname": name, ...labels } },
    spec: { taints: spec.taints?.filter(({ key }) => !key.startsWith("node.kubernetes.io/")) },
    status: { allocatable: { ...status.allocatable, ...allocatable } },
  };
}

async function putBack({ nodes, pods }) {
  for (const [name, node] of nodes) await (node ? put(node) : api("DELETE", `${NODES}/${name}`));
  for (const pod of pods) await createAgain(pod);
  if (nodes.size > 0) await sleep(HEARD_MS);
}

/** A pod that was taken away, as it was: with the time of its start, and ending where it was ending. */
async function createAgain({ metadata: { deletionTimestamp, deletionGracePeriodSeconds: _, ...metadata }, ...pod }) {
  await create({ ...pod, metadata });
  const { startTime } = pod.status;
  const path = pathOf({ ...pod, metadata });
  if (startTime) await api("PATCH", `${path}/status`, { status: { startTime } }, STRATEGIC);
  if (deletionTimestamp) await api("DELETE", path);
}
