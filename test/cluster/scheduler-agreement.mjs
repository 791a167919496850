// Random clusters and pending pods for the real kube-scheduler; its sentence is compared with ours, reason by reason
// and count by count: npm run test:scheduler -- [--cases 1000] [--seed N] [--nodes 5]
// `--changes 1000`: as many pods that no node takes are changed as we say, and the real scheduler has to bind them then.
// Runs inside the network of a control plane without a node, whose KUBECONFIG is set; `--start` makes one and ends it.
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fitPod, rebuiltMessage } from "../../src/scheduler/fit.ts";
import { parseFitMessage } from "../../src/scheduler/fit-message.ts";
import { clusterView } from "../../src/scheduler/node-info.ts";
import { preemptionFor } from "../../src/scheduler/preemption.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { api, closeApi, MERGE, STRATEGIC } from "./lib/api.mjs";
import { ChangeTest } from "./lib/changes.mjs";
import { conclude } from "./lib/counts.mjs";
import { allVolumeObjects, makeVolumes, placeLabels } from "./lib/random-volumes.mjs";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000" },
    changes: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    nodes: { type: "string", default: "6" },
    start: { type: "boolean", default: false },
    // The filters are run from their sources; the folder is for other parts of the test.
    plugin: { type: "string" },
    // Writes the clusters, the pods and what the scheduler said, for tests without a cluster.
    save: { type: "string" },
  },
});

if (values.start) await runInOwnCluster();

/** A control plane for this run alone, without what would add to the objects; it is stopped also after a failure or Ctrl-C. */
async function runInOwnCluster() {
  const { CLUSTER_NAME = "why-pending", CLUSTER_RUN } = process.env;
  process.env.CLUSTER_NAME = `${CLUSTER_NAME}-agreement`;
  if (CLUSTER_RUN) process.env.CLUSTER_RUN = `${CLUSTER_RUN}-agreement`;
  process.env.CLUSTER_APISERVER_FLAGS =
    "--disable-admission-plugins=TaintNodesByCondition,ServiceAccount,Priority,StorageObjectInUseProtection";
  process.env.CLUSTER_CONTROLLER_MANAGER_FLAGS = "--controllers=serviceaccount-controller";
  // It takes its settings from the environment when it is loaded.
  const { build, down, enter, obstacle, up, withCleanUp } = await import("./lib/machine.mjs");
  const why = await obstacle();
  if (why) throw new Error(`The cluster cannot run here: ${why}.`);
  const args = process.argv.slice(2).filter((word) => word !== "--start");
  await withCleanUp(async (isStopped) => {
    if ((await build()) !== 0 || isStopped() || (await up(["--no-node"])) !== 0) return 1;
    return enter([process.execPath, "--no-warnings", fileURLToPath(import.meta.url), ...args]);
  }, down);
}

// A linear congruential generator: the same seed gives the same cases on every machine.
let state = Number(values.seed) >>> 0;
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return (state >>> 8) % n;
};
const pick = (...choices) => choices[random(choices.length)];
const maybe = (percent, make) => (random(100) < percent ? make() : {});
const HOSTNAME = "kubernetes.io/hostname";

const taint = () => ({
  key: pick("dedicated", "gpu", "level"),
  value: pick("x", "y", "3", "7"),
  effect: pick("NoSchedule", "NoSchedule", "NoExecute", "PreferNoSchedule"),
});

/** In every second cluster there is room, so that the filters after NodeResourcesFit have their say. */
const node = (name, isRoomy) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: {
      [HOSTNAME]: name,
      ...maybe(85, () => ({ zone: pick("a", "b", "c") })),
      ...placeLabels({ maybe, pick }),
      disk: pick("ssd", "hdd"),
      cores: pick("4", "8", "16"),
    },
  },
  spec: {
    ...maybe(10, () => ({ unschedulable: true })),
    ...maybe(isRoomy ? 15 : 35, () => ({ taints: distinct([taint(), ...(random(2) ? [taint()] : [])]) })),
    ...maybe(5, () => ({ taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }] })),
  },
  status: {
    allocatable: {
      cpu: isRoomy ? "32" : pick("1", "2", "3500m", "4"),
      memory: isRoomy ? "64Gi" : pick("2Gi", "4Gi", "8000000Ki", "8G"),
      pods: isRoomy ? "110" : pick("3", "4", "110"),
      "ephemeral-storage": pick("10Gi", "20G"),
      ...maybe(30, () => ({ "example.com/gpu": pick("1", "2") })),
    },
  },
});

/** The API server takes a taint's key and effect once. */
const distinct = (taints) =>
  taints.filter((one, at) => taints.findIndex(({ key, effect }) => key === one.key && effect === one.effect) === at);

const requests = () => ({
  cpu: pick("100m", "250m", "0.5", "1", "1500m", "3"),
  memory: pick("64Mi", "1Gi", "1500M", "3Gi", "6Gi"),
  ...maybe(15, () => ({ "ephemeral-storage": pick("1Gi", "12Gi") })),
});
const gpu = () => ({ "example.com/gpu": pick("1", "2") });
const container = (name, resources, more = {}) => ({
  name,
  image: "app",
  resources: {
    requests: resources,
    ...(resources["example.com/gpu"] && { limits: { "example.com/gpu": resources["example.com/gpu"] } }),
  },
  ...more,
});
const ports = () => ({
  ports: [
    {
      containerPort: 80,
      hostPort: pick(80, 81),
      protocol: pick("TCP", "TCP", "UDP"),
      ...maybe(20, () => ({ hostIP: pick("127.0.0.1", "10.0.0.1") })),
    },
  ],
});
const labels = () => ({
  app: pick("web", "db", "cache"),
  rev: pick("1", "2"),
  ...maybe(30, () => ({ tier: pick("front", "back") })),
});

const selector = () =>
  pick(
    { matchLabels: { app: pick("web", "db") } },
    { matchExpressions: [{ key: "app", operator: pick("In", "NotIn"), values: [pick("web", "db"), "cache"] }] },
    { matchExpressions: [{ key: "tier", operator: pick("Exists", "DoesNotExist") }] },
  );
const term = () => ({
  topologyKey: pick(HOSTNAME, "zone"),
  labelSelector: selector(),
  ...maybe(20, () => ({ namespaceSelector: pick({}, { matchLabels: { team: "other" } }) })),
  ...maybe(15, () => ({ namespaces: [pick("one", "two")] })),
});

// No pending pod may find a place, or it would change the answer of the next: each node has a pod that all of them
// avoid, by the last of the filters. What would fit then reads "didn't match pod anti-affinity rules".
const AVOID = { topologyKey: HOSTNAME, namespaces: ["one"], labelSelector: { matchLabels: { keeper: "yes" } } };
const everything = [{ operator: "Exists" }];
const keeper = ({ metadata: { name } }) => ({
  metadata: { name: `keeper-${name}`, labels: { keeper: "yes" } },
  // Nobody is important enough to make it go.
  spec: {
    nodeName: name,
    priority: 1000,
    tolerations: everything,
    containers: [container("app", { cpu: "10m", memory: "10Mi" })],
  },
});

const withPolicy = ({ metadata, spec }, preemptionPolicy) => ({ metadata, spec: { ...spec, preemptionPolicy } });

/**
 * A pending pod as any user may have it: it may find a place. Without volumes: nobody is here who would bind its claims, and
 * the scheduler waits for that.
 */
const withoutKeeper = ({ metadata, spec: { affinity, volumes: _, schedulingGates: __, ...spec } }) => {
  const required = affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
  const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required.filter((one) => one !== AVOID) };
  return {
    metadata: { ...metadata, namespace: "one" },
    spec: { ...spec, affinity: { ...affinity, podAntiAffinity } },
  };
};

const bound = (name, nodeName, volumes) => ({
  metadata: { name, labels: labels() },
  spec: {
    nodeName,
    ...volumes,
    priority: pick(0, 0, 10, 20),
    tolerations: everything,
    containers: [container("app", { cpu: pick("100m", "500m", "1"), memory: pick("128Mi", "1Gi") }, maybe(25, ports))],
    ...maybe(15, () => ({
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term()] } },
    })),
    ...maybe(20, () => ({
      initContainers: [
        container(
          "init",
          requests(),
          maybe(50, () => ({ restartPolicy: "Always" })),
        ),
      ],
    })),
  },
});

const BUDGETS = "/apis/policy/v1/namespaces/one/poddisruptionbudgets";
/** Nobody counts here how many may go: the test itself says so. */
const budget = (index) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: `budget-${index}` },
  spec: { minAvailable: 1, selector: selector() },
});

const nodeTerm = () => ({
  matchExpressions: [
    pick(
      { key: "zone", operator: pick("In", "NotIn"), values: [pick("a", "b", "z")] },
      { key: "disk", operator: pick("Exists", "DoesNotExist") },
      { key: "cores", operator: pick("Gt", "Lt"), values: [pick("4", "8")] },
    ),
  ],
});

const pending = (name, volumes) => ({
  metadata: { name, labels: labels() },
  spec: {
    ...volumes,
    // An ephemeral claim needs the pod's uid first.
    ...(volumes.volumes?.some(({ ephemeral }) => ephemeral) && { schedulingGates: [{ name: "example.com/claims" }] }),
    priority: pick(0, 10, 15, 30),
    ...maybe(50, () => ({ preemptionPolicy: "Never" })),
    ...maybe(35, () => ({
      nodeSelector: pick({ disk: "ssd" }, { zone: "c" }, { zone: "a", disk: "hdd" }, { zone: "nowhere" }),
    })),
    ...maybe(45, () => ({
      tolerations: [
        {
          key: pick("dedicated", "gpu", "level"),
          ...pick({ operator: "Exists" }, { operator: "Equal", value: "x" }),
          ...maybe(50, () => ({ effect: pick("NoSchedule", "NoExecute") })),
        },
      ],
    })),
    ...maybe(25, () => ({
      initContainers: [
        container(
          "init",
          requests(),
          maybe(50, () => ({ restartPolicy: "Always", ...maybe(30, ports) })),
        ),
      ],
    })),
    ...maybe(35, () => ({
      topologySpreadConstraints: [
        {
          maxSkew: pick(1, 1, 2),
          topologyKey: pick("zone", HOSTNAME),
          whenUnsatisfiable: pick("DoNotSchedule", "DoNotSchedule", "ScheduleAnyway"),
          labelSelector: selector(),
          ...maybe(20, () => ({ nodeTaintsPolicy: "Honor" })),
          ...maybe(20, () => ({ nodeAffinityPolicy: "Ignore" })),
          ...maybe(20, () => ({ matchLabelKeys: ["rev"] })),
        },
      ].map((one) =>
        one.whenUnsatisfiable === "DoNotSchedule" && random(5) === 0 ? { ...one, minDomains: pick(2, 5) } : one,
      ),
    })),
    affinity: {
      ...maybe(25, () => ({
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [nodeTerm(), ...(random(2) ? [nodeTerm()] : [])],
          },
        },
      })),
      ...maybe(20, () => ({ podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term()] } })),
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [AVOID, ...(random(4) ? [] : [term()])] },
    },
    containers: [
      container("app", { ...requests(), ...maybe(15, gpu) }, maybe(20, ports)),
      ...(random(4) ? [] : [container("second", requests())]),
    ],
  },
});

const SETTLE_MS = 300;
const POLL_MS = 250;
const pathOf = (namespace) => `/api/v1/namespaces/${namespace}/pods`;
const withType = (pod) => ({ apiVersion: "v1", kind: "Pod", ...pod });
const createAll = (objects, path) => Promise.all(objects.map((object) => api("POST", path, object)));
const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const condition = (pod) => pod.status?.conditions?.find(({ type }) => type === "PodScheduled");

async function allPods() {
  return (await api("GET", "/api/v1/pods")).items.map(withType);
}

/** One random cluster with its pending pods: what the scheduler said to each, and what we say; then it is changed for each. */
async function batch(number, count, serverVersion, changeTest) {
  const nodes = await createAll(
    times(Number(values.nodes), (index) => node(`n${number}-${index}`, number % 2 === 1)),
    "/api/v1/nodes",
  );
  await createAll(nodes.map(keeper), pathOf("one"));
  const volumes = await makeVolumes(number, nodes, { random, pick, maybe });
  await Promise.all(
    times(2 * nodes.length, async (index) => {
      const place = pick("one", "one", "two");
      const path = pathOf(place);
      const isEnding = random(10) === 0;
      const startTime = new Date(random(1_000_000) * 1000).toISOString().replace(".000", "");
      const { metadata } = await api(
        "POST",
        path,
        bound(`bound-${index}`, pick(...nodes).metadata.name, volumes.ofBound(place)),
      );
      await api("PATCH", `${path}/${metadata.name}/status`, { status: { startTime } }, STRATEGIC);
      // There is no kubelet that would end it: it stays.
      if (isEnding) await api("DELETE", `${path}/${metadata.name}`);
    }),
  );
  const budgets = await createAll(times(2, budget), BUDGETS);
  for (const { metadata } of budgets)
    await api("PATCH", `${BUDGETS}/${metadata.name}/status`, { status: { disruptionsAllowed: random(2) } }, MERGE);
  await sleep(SETTLE_MS);
  // Room is kept for them on a node that does not suit them; they are not asked for what they got told.
  const rivals = await createAll(
    times(3, (index) => withPolicy(pending(`rival-${index}`, {}), "Never")),
    pathOf("one"),
  );
  await sleep(SETTLE_MS);
  for (const { metadata } of rivals)
    await api(
      "PATCH",
      `${pathOf("one")}/${metadata.name}/status`,
      { status: { nominatedNodeName: pick(...nodes).metadata.name } },
      STRATEGIC,
    );
  await sleep(SETTLE_MS);
  const wanting = times(count, (index) => pending(`pending-${number}-${index}`, volumes.ofPending()));
  const created = await createAll(wanting, pathOf("one"));
  const gated = created.filter(({ spec }) => spec.schedulingGates);
  await volumes.makeEphemeral(gated);
  await sleep(SETTLE_MS);
  await Promise.all(
    gated.map((pod) =>
      api("PUT", `${pathOf("one")}/${pod.metadata.name}`, { ...pod, spec: { ...pod.spec, schedulingGates: [] } }),
    ),
  );
  let waiting;
  const deadline = Date.now() + 60_000;
  do {
    await sleep(POLL_MS);
    waiting = (await allPods()).filter(({ spec }) => !spec.nodeName);
    if (Date.now() > deadline) {
      const silent = waiting.filter((pod) => !condition(pod)?.message?.startsWith(`0/${nodes.length} nodes`));
      throw new Error(`the scheduler does not answer: ${JSON.stringify(silent[0])}`);
    }
  } while (!waiting.every((pod) => condition(pod)?.message?.startsWith(`0/${nodes.length} nodes`)));
  const pods = await allPods();
  const namespaces = (await api("GET", "/api/v1/namespaces")).items.map((one) => ({
    apiVersion: "v1",
    kind: "Namespace",
    ...one,
  }));
  const objects = [
    ...nodes.map((one) => ({ ...one, apiVersion: "v1", kind: "Node" })),
    ...pods,
    ...namespaces,
    ...budgets,
    ...(await allVolumeObjects()),
  ];
  const lookup = new Lookup({
    takenAt: new Date(0).toISOString(),
    serverVersion,
    targets: [],
    objects,
    absent: [],
    gaps: [],
    complete: [],
    logs: [],
    skipped: [],
  });
  const view = clusterView(lookup);
  const results = waiting
    .filter(({ metadata }) => !metadata.name.startsWith("rival-"))
    .map((pod) => {
      const said = condition(pod).message;
      const fit = fitPod(pod, view);
      return {
        pod,
        said,
        ours: `${rebuiltMessage(fit)} ${preemptionSentence(preemptionFor(pod, view, fit), fit, said)}`,
      };
    });
  const removeAll = (some) =>
    Promise.all(
      some.map(({ metadata: { namespace, name } }) =>
        api("DELETE", `${pathOf(namespace)}/${name}?gracePeriodSeconds=0`),
      ),
    );
  await removeAll(waiting);
  for (const pod of wanting.map(withoutKeeper)) {
    if (changeTest.isDone) break;
    await changeTest.tryPreemption(withPolicy(pod, "PreemptLowerPriority"), number);
    await changeTest.tryOn(withPolicy(pod, "Never"), number);
  }
  await removeAll(pods.filter(({ spec }) => spec.nodeName));
  await Promise.all(nodes.map(({ metadata: { name } }) => api("DELETE", `/api/v1/nodes/${name}`)));
  await Promise.all(budgets.map(({ metadata: { name } }) => api("DELETE", `${BUDGETS}/${name}`)));
  await volumes.remove();
  return { nodes, results, objects: objects.filter((one) => one.kind !== "Pod" || one.spec.nodeName) };
}

/**
 * What the scheduler says of preemption, made of our own findings. From 1.34 it is not tried where the pod's claims keep it
 * from all nodes: another plugin fails first.
 */
function preemptionSentence({ state, reasons = new Map() }, { nodes }, said) {
  if (state === "never" || !said.includes("preemption: ")) return "";
  if (state !== "not-helpful") return `preemption: ${state}`;
  return `preemption: 0/${nodes.length} nodes are available: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(", ")}.`;
}

/** Both sentences, of the nodes and of preemption, reason by reason. */
const reasonsOf = (message) =>
  message
    .split(/preemption: (?=0\/)/)
    .map((sentence) =>
      (parseFitMessage(sentence)?.reasons ?? [])
        .map(({ count = "", reason }) => `${count} ${reason}`)
        .sort()
        .join("; "),
    )
    .join(" | ");

/** Whether some node would take the pod, were it not for its keeper: the last of the filters names it. */
const fits = (message) => message.split("preemption: ")[0].includes("didn't match pod anti-affinity rules");

/** An object without what no filter looks at. */
function trimmed(object) {
  const { apiVersion, kind, metadata, spec, status } = object;
  const { name, namespace, labels, uid } = metadata;
  if (kind !== "Node" && kind !== "Pod") {
    const { annotations, ownerReferences, deletionTimestamp } = metadata;
    return { ...object, metadata: { name, namespace, labels, uid, annotations, ownerReferences, deletionTimestamp } };
  }
  const { containers, initContainers, ...rest } = spec ?? {};
  const slim = (list) =>
    list?.map(({ name: its, image, resources, ports, restartPolicy }) => ({
      name: its,
      image,
      resources,
      ports,
      restartPolicy,
    }));
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([field]) =>
      /^(nodeName|nodeSelector|tolerations|affinity|topologySpreadConstraints|unschedulable|taints|volumes)$/.test(
        field,
      ),
    ),
  );
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels, uid },
    spec: {
      ...kept,
      ...(containers && { containers: slim(containers) }),
      ...(initContainers && { initContainers: slim(initContainers) }),
    },
    ...(status?.allocatable && { status: { allocatable: status.allocatable } }),
  };
}

async function main() {
  for (const [name, team] of [
    ["one", "one"],
    ["two", "other"],
  ]) {
    await api("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { team } },
    }).catch(() => {});
  }
  const wanted = Number(values.cases);
  const perBatch = values.save ? 40 : 100;
  const begin = Date.now();
  const { gitVersion } = await api("GET", "/version");
  const different = [];
  let wrongVerdicts = 0;
  const saved = [];
  const sentences = new Set();
  let total = 0;
  const changeTest = new ChangeTest(Number(values.changes));
  for (let number = 0; total < wanted || !changeTest.isDone; number++) {
    const count = total < wanted ? Math.min(perBatch, wanted - total) : perBatch;
    const { nodes, results, objects } = await batch(number, count, gitVersion, changeTest);
    for (const { pod, said, ours } of results) {
      sentences.add(reasonsOf(said));
      if (reasonsOf(said) !== reasonsOf(ours)) different.push({ batch: number, nodes, pod, said, ours });
      if (fits(said) !== fits(ours)) wrongVerdicts += 1;
    }
    total += results.length;
    saved.push({ objects: objects.map(trimmed), cases: results.map(({ pod, said }) => ({ pod: trimmed(pod), said })) });
  }
  const seconds = (Date.now() - begin) / 1000;
  console.log(
    `${gitVersion}: ${total} cases, ${sentences.size} different sentences, ${wrongVerdicts} verdicts and ${different.length} sentences that are not ours, ${seconds.toFixed(0)} s, seed ${values.seed}`,
  );
  // What the filters say differs, or what preemption says after it; the wrong verdicts first.
  const head = (message) => reasonsOf(message).split(" | ")[0];
  const [inFilters, inPreemption] = [
    different.filter(({ said, ours }) => head(said) !== head(ours)),
    different.filter(({ said, ours }) => head(said) === head(ours)),
  ];
  if (different.length > 0)
    console.log(`differ: ${inFilters.length} in the filters, ${inPreemption.length} in preemption alone`);
  const isWrong = ({ said, ours }) => fits(said) !== fits(ours);
  inFilters.sort((a, b) => Number(isWrong(b)) - Number(isWrong(a)));
  for (const { batch: number, pod, said, ours } of [...inFilters, ...inPreemption].slice(0, 8)) {
    console.log(
      `batch ${number} ${pod.metadata.name}\n  scheduler  ${said}\n  ours       ${ours}\n  pod        ${JSON.stringify(pod.spec)}`,
    );
  }
  if (values.save) writeFileSync(values.save, `${JSON.stringify({ scheduler: gitVersion, clusters: saved })}\n`);
  changeTest.report();
  const wrong = different.length + changeTest.failures.length;
  conclude("scheduler agreement", total + changeTest.applied + changeTest.preempted - wrong, wrong);
  closeApi();
}

await main();
