import { fullName, isSameObject, type KubeObject, type ObjectRef } from "../objects/object.ts";
import type { Pod } from "../objects/pod.ts";
import type { Workload } from "../objects/workload.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { Failure, mistakeWords } from "../text/failure.ts";
import type { Text } from "../text/text.ts";
import type { Api } from "./api.ts";
import { Collector } from "./collector.ts";
import { readSurroundings } from "./surroundings/index.ts";
import { readWorkload } from "./surroundings/workload.ts";
import { findTargets, OF_PODS, podEvents, type Wanted, type WorkloadTarget } from "./targets.ts";

/** What to read, and how. */
export interface CollectOptions extends Wanted {
  /** Whether Secrets may be read. */
  readonly secrets: boolean;
  /** Whether the last lines of containers that crashed may be read. */
  readonly logs: boolean;
  /** Ask for the server's version too, for a snapshot that others will read. */
  readonly version: boolean;
  now(): Date;
  /** Told what is being read, for a progress line. */
  onProgress?(what: string): void;
  /** Told the pods and workloads in question as soon as they are known, before what surrounds them is read. */
  onTargets?(objects: readonly KubeObject[]): void;
}

/** Above this many targets events and nodes are listed instead of asked for one by one. */
const MANY = 25;

/** Reads all that the diagnosis of the targets needs. Throws a Failure where there is nothing to diagnose. */
export async function collect(
  api: Api,
  options: CollectOptions,
): Promise<{ snapshot: Snapshot; remarks: readonly Text[] }> {
  const refused = new Map<string, string>();
  if (!options.secrets) refused.set("Secret", "--no-secrets was given");
  if (!options.logs) refused.set("Log", "--no-logs was given");
  const collector = new Collector(api, refused);
  options.onProgress?.("reading pods");
  const [{ refs, podsSeen, remarks }, version] = await Promise.all([
    findTargets(options, collector),
    options.version ? api.version() : undefined,
  ]);
  options.onProgress?.(
    refs.length === 1 ? "reading what surrounds the pod" : `reading what surrounds ${refs.length} pods`,
  );
  const [pods, workloads] = await Promise.all([targetPods(refs, collector), targetWorkloads(refs, collector)]);
  options.onTargets?.([...pods, ...workloads]);
  await Promise.all([
    readEvents(refs, options.namespace, collector),
    ...pods.map((pod) => isolated(pod, collector, () => readSurroundings(pod, collector, pods.length > MANY))),
    ...workloads.map((one) => isolated(one, collector, () => readWorkload(one, collector, workloads.length > MANY))),
  ]);
  const gathered = collector.gathered();
  // A pod that cannot be used may be among those that were looked for.
  const unusable = options.names.length > 0 ? [] : (gathered.unusable ?? []);
  const odd = unusable.flatMap(({ ref }) =>
    ref.kind === "Pod" && !refs.some((one) => isSameObject(one, ref)) ? ref : [],
  );
  const snapshot: Snapshot = {
    takenAt: options.now().toISOString(),
    ...(version?.state === "ok" && { serverVersion: version.body }),
    ...(api.context && { context: api.context }),
    targets: [...refs, ...odd],
    ...(podsSeen !== undefined && { podsSeen }),
    ...gathered,
  };
  return { snapshot, remarks };
}

/** A mistake of this program while it looks for what surrounds one target costs the others nothing. */
async function isolated({ kind, metadata }: KubeObject, collector: Collector, read: () => Promise<unknown>) {
  try {
    await read();
  } catch (error) {
    if (error instanceof Failure) throw error;
    collector.skip(`what surrounds ${kind} ${fullName(metadata)} was not read: ${mistakeWords(error)}`);
  }
}

async function targetPods(refs: readonly ObjectRef[], collector: Collector): Promise<readonly Pod[]> {
  const pods = await Promise.all(
    refs.map(({ kind, namespace, name }) => (kind === "Pod" ? collector.get("Pod", namespace, name) : undefined)),
  );
  const there = pods.filter((pod): pod is Pod => pod !== undefined);
  const nodes = new Set(there.flatMap(({ spec }) => spec.nodeName ?? []));
  if (nodes.size > MANY) await collector.list("Node", undefined);
  return there;
}

async function targetWorkloads(refs: readonly ObjectRef[], collector: Collector): Promise<readonly Workload[]> {
  const workloads = await Promise.all(
    refs.map(({ kind, namespace, name }) =>
      kind === "Pod" ? undefined : collector.get(kind as WorkloadTarget, namespace, name),
    ),
  );
  return workloads.filter((one): one is Workload => one !== undefined);
}

/** The events about the pods among the targets: by name where they are few, else those of the namespace or of all pods. */
async function readEvents(
  refs: readonly ObjectRef[],
  namespace: string | undefined,
  collector: Collector,
): Promise<void> {
  if (refs.length > MANY) {
    const ofPods = { fieldSelector: OF_PODS };
    if (await collector.tryList("Event", namespace, ofPods)) return;
    // All namespaces at once are forbidden: the rights may differ from one to the next.
    const namespaces = new Set(refs.map((ref) => ref.namespace));
    await Promise.all([...namespaces].map((one) => collector.list("Event", one, ofPods)));
    return;
  }
  // A workload's are read with what surrounds it.
  await Promise.all(
    refs.flatMap((ref) => (ref.kind === "Pod" ? podEvents(ref.name, ref.namespace ?? "", collector) : [])),
  );
}
