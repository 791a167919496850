// The scheduler's filters on a large cluster, once it is read: part of `npm run bench`, which compiles it as the program is and runs
// it for one pod at a time. Without a name of one it lists these. Exits with 1 above a bound.
import { schedulingOf } from "../src/diagnosis/scheduling.ts";
import type { KubeObject } from "../src/objects/object.ts";
import type { Pod } from "../src/objects/pod.ts";
import { podInput } from "../src/rules/pod-input.ts";
import { verdictOn } from "../src/rules/scheduling/verdict.ts";
import { Lookup } from "../src/snapshot/lookup.ts";

const NODES = 5_000;
const PODS_PER_NODE = 20;
/** What this machine takes to parse so many objects shows what a millisecond is worth here. */
const PARSED = 20_000;
const MOST_MS = 1_000;
const MOST_MB = 500;
const TAKEN_AT = "2026-03-04T12:00:00Z";

const metadata = (name: string, labels: Record<string, string>) => ({
  name,
  uid: `uid-of-${name}`,
  creationTimestamp: "2026-03-04T00:00:00Z",
  labels,
});

const node = (index: number): KubeObject => {
  const name = `worker-${index}`;
  const taints = [{ key: "dedicated", value: "db", effect: "NoSchedule" }];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: metadata(name, {
      "kubernetes.io/hostname": name,
      "topology.kubernetes.io/zone": `zone-${index % 3}`,
      disk: index % 5 === 0 ? "hdd" : "ssd",
    }),
    spec: index % 10 === 0 ? { taints } : {},
    status: { allocatable: { cpu: "32", memory: "128Gi", pods: "110", "ephemeral-storage": "100Gi" } },
  };
};

/** Each twentieth keeps others of its app from its node. */
const placed = (index: number): KubeObject => {
  const app = `app-${index % 200}`;
  const term = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app } } };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata(`${app}-${index}`, { app }), namespace: `team-${index % 40}` },
    spec: {
      nodeName: `worker-${Math.floor(index / PODS_PER_NODE)}`,
      priority: index % 4 === 0 ? 0 : 1000,
      containers: [{ name: "app", image: "app", resources: { requests: { cpu: "1500m", memory: "4Gi" } } }],
      ...(index % 20 === 0 && { affinity }),
    },
    status: { phase: "Running" },
  };
};

const SELECTOR = { matchLabels: { app: "app-7" } };
const SPREAD = {
  maxSkew: 1,
  topologyKey: "topology.kubernetes.io/zone",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: SELECTOR,
};
const AGAINST = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: SELECTOR },
    ],
  },
};

/** What each pod asks for, beside 4 CPU: no node has more than 2 left. */
const WAITING: Readonly<Record<string, object>> = {
  "too large": {},
  "too large, and may evict": { priority: 500 },
  "spread, anti-affinity, and may evict": { priority: 500, topologySpreadConstraints: [SPREAD], affinity: AGAINST },
  "spread and anti-affinity, evicts nobody": {
    priority: 500,
    preemptionPolicy: "Never",
    topologySpreadConstraints: [SPREAD],
    affinity: AGAINST,
  },
};

const waiting = (name: string, spec: object): Pod =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...metadata(name, { app: "app-7" }), namespace: "team-7" },
    spec: {
      containers: [{ name: "app", image: "app", resources: { requests: { cpu: "4", memory: "8Gi" } } }],
      ...spec,
    },
    status: {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: `0/${NODES} nodes are available: 500 node(s) had untolerated taint(s), 4500 Insufficient cpu.`,
        },
      ],
    },
  }) as Pod;

function measure(name: string, spec: object): boolean {
  const pod = waiting("web", spec);
  const objects = [
    ...Array.from({ length: NODES }, (_, index) => node(index)),
    ...Array.from({ length: NODES * PODS_PER_NODE }, (_, index) => placed(index)),
    pod,
  ];
  const json = JSON.stringify(objects.slice(0, PARSED));
  let start = performance.now();
  JSON.parse(json);
  const parsing = performance.now() - start;
  const snapshot = {
    takenAt: TAKEN_AT,
    objects,
    targets: [],
    absent: [],
    gaps: [],
    complete: [],
    logs: [],
    skipped: [],
  };
  const input = podInput(pod, new Lookup(snapshot));
  const read = megabytes();
  start = performance.now();
  const fit = verdictOn(input)?.run;
  const filters = performance.now() - start;
  if (!fit || fit.accepts.length > 0) throw new Error(`${name}: the filters do not refuse it`);
  start = performance.now();
  const scheduling = schedulingOf(input);
  const rest = performance.now() - start;
  if (!scheduling?.smallestChange) throw new Error(`${name}: no change was found`);
  const peak = process.resourceUsage().maxRSS / 1024;
  const isGood = filters <= MOST_MS && peak <= MOST_MB;
  const times = [parsing, filters, rest].map((time) => `${time.toFixed(0)} ms`.padStart(10)).join("  ");
  const sizes = [read, peak].map((size) => `${size.toFixed(0)} MB`.padStart(8)).join("  ");
  console.log(`${name.padEnd(40)} ${times}  ${sizes}   ${isGood ? "ok" : "ABOVE"}`);
  return isGood;
}

const megabytes = () => process.memoryUsage().rss / 1024 / 1024;

const [one] = process.argv.slice(2);
if (one === undefined) {
  console.error(`\nthe scheduler's filters on ${NODES} nodes and ${NODES * PODS_PER_NODE} pods, once they are read`);
  console.error(`bounds: filters ${MOST_MS} ms, ${MOST_MB} MB; parsing: of the JSON of ${PARSED} of these objects`);
  console.error(`${"".padEnd(42)} parsing   filters  changes…  once read    peak`);
  console.log(Object.keys(WAITING).join("\n"));
} else {
  process.exitCode = measure(one, WAITING[one] ?? {}) ? 0 : 1;
}
