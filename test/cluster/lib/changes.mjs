// A pod that the real scheduler refuses is changed as we say, and so are the nodes; then the real scheduler has to bind it to
// one of the nodes that we named. All changes that we offer are tried, and all is put back after each.
import { setTimeout as sleep } from "node:timers/promises";
import { clusterView } from "../../../src/scheduler/node-info.ts";
import { smallestChanges } from "../../../src/scheduler/smallest-change.ts";
import { Lookup } from "../../../src/snapshot/lookup.ts";
import { api, list, STRATEGIC } from "./api.mjs";

const POLL_MS = 15;
/** A pod that was refused once waits a second before it is tried again. */
const PATIENCE_MS = 2_500;
/** The scheduler hears of nodes and of pods on two channels: what is done to a node takes a moment. */
const HEARD_MS = 100;
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

  report() {
    if (this.#wanted === 0) return;
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
  const before = await editNodes(change.edits, objects);
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
  for (const part of [...parts.filter(({ kind }) => kind === "Pod"), ...parts.filter(({ kind }) => kind === "Node")]) {
    await remove(part);
    const { said, changes, objects: left } = await refusalOf(pod);
    const fails = said !== undefined && changes[index] && (await problemOf(pod, changes[index], left));
    if (fails) taken.push(part);
    else await create(part);
  }
  for (const part of taken.reverse()) await create(part);
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
  ];
  const lists = await Promise.all(kinds.map(([, , path]) => list(path)));
  return lists.flatMap((items, at) => items.map((one) => ({ ...one, apiVersion: kinds[at][0], kind: kinds[at][1] })));
}

const viewOf = (objects) =>
  clusterView(
    new Lookup({
      takenAt: new Date(0).toISOString(),
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

/** Makes the edits of nodes; gives what has to be put back. */
async function editNodes(edits, objects) {
  const before = new Map();
  for (const edit of edits) {
    const { node: name, like } = edit;
    if (edit.of === "new-node") {
      before.set(`${like}-2`, undefined);
      await api(
        "POST",
        NODES,
        newNode(
          edit,
          objects.find(({ kind, metadata }) => kind === "Node" && metadata.name === like),
        ),
      );
    }
    if (!name) continue;
    const { metadata, spec, status } = await api("GET", `${NODES}/${name}`);
    if (!before.has(name)) before.set(name, { metadata, spec, status });
    const labels = edit.of === "label" ? { ...metadata.labels, [edit.key]: edit.value } : metadata.labels;
    const taints = spec.taints?.filter(
      ({ key, effect }) => edit.of !== "untaint" || key !== edit.key || effect !== edit.effect,
    );
    await put({
      metadata: { ...metadata, labels },
      spec: { ...spec, taints, ...(edit.of === "uncordon" && { unschedulable: false }) },
      status,
    });
  }
  if (before.size > 0) await sleep(HEARD_MS);
  return before;
}

const put = (node) => api("PUT", `${NODES}/${node.metadata.name}`, { apiVersion: "v1", kind: "Node", ...node });

/** What the edit says of it, and what an empty node is: open, with what Kubernetes itself does not put on one in trouble. */
function newNode({ like, allocatable, labels }, { metadata, spec, status }) {
  const name = `${like}-2`;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { ...metadata.labels, "kubernetes.io/hostname": name, ...labels } },
    spec: { taints: spec.taints?.filter(({ key }) => !key.startsWith("node.kubernetes.io/")) },
    status: { allocatable: { ...status.allocatable, ...allocatable } },
  };
}

async function putBack(before) {
  for (const [name, node] of before) {
    if (!node) await api("DELETE", `${NODES}/${name}`);
    else {
      const { resourceVersion: _, ...metadata } = node.metadata;
      await put({ ...node, metadata });
    }
  }
  if (before.size > 0) await sleep(HEARD_MS);
}
