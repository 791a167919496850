import type { Event } from "../objects/event.ts";
import { groupBy } from "../objects/group-by.ts";
import { controllerOf, isSameObject, type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import { isBetweenCrashes, isReady, type Pod } from "../objects/pod.ts";
import { lacksPods, trueCondition, type Workload } from "../objects/workload.ts";
import { compare } from "../snapshot/lookup.ts";
import { kubectl, shellLine } from "../text/command.ts";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import { command, count, list, name, type Text, text } from "../text/text.ts";
import type { TableRow } from "./api.ts";
import type { Collector } from "./collector.ts";
import { lackingRemarks, lackingWorkloads, workloadTables } from "./lacking.ts";
import { RESOURCES } from "./resources.ts";

/** Which pods to explain. */
export interface Wanted {
  /** Empty: all that are not fine. */
  readonly names: readonly { readonly kind: string; readonly name: string }[];
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly selector?: string;
}

/** The objects to explain, and what the user should know about the choice. */
export interface Targets {
  readonly refs: readonly ObjectRef[];
  readonly podsSeen?: number;
  readonly remarks: readonly Text[];
}

/** Finds the targets. Throws a Failure where a name fits nothing, or where pods may not be read at all. */
export async function findTargets(wanted: Wanted, collector: Collector): Promise<Targets> {
  if (wanted.names.length === 0) return podsNotFine(wanted, collector);
  const namespace = wanted.namespace ?? "default";
  const found = await Promise.all(
    wanted.names.map(({ kind, name: itsName }) =>
      kind === "Pod"
        ? podByName(itsName, namespace, collector)
        : podsOfWorkload(kind as WorkloadTarget, itsName, namespace, collector),
    ),
  );
  const refs = found.flatMap((one) => one.refs);
  const isFirst = (ref: ObjectRef, index: number) => refs.findIndex((other) => isSameObject(ref, other)) === index;
  return { refs: refs.filter(isFirst), remarks: found.flatMap((one) => one.remarks) };
}

async function podByName(itsName: string, namespace: string, collector: Collector): Promise<Targets> {
  // What the name tells goes out with the first request, and nobody waits for it here: who needs it asks again.
  const events = podEvents(itsName, namespace, collector);
  events.catch(() => {});
  const reading = collector.get("Pod", namespace, itsName);
  guessOwners(itsName, namespace, collector);
  const pod = await reading;
  if (pod) return { refs: [refTo(pod)], remarks: [] };
  await events;
  const gap = collector.gathered().gaps.find((one) => one.kind === "Pod" && one.name === itsName);
  if (gap) throw notReadable(gap.right ?? `get pods in namespace ${namespace}`, gap.message, namespace, gap.state);
  return nearestPods(itsName, namespace, collector);
}

// The names that a Deployment makes: a hash for its ReplicaSets, five letters for their pods, of the same letters
// (apimachinery v0.36 pkg/util/rand/rand.go SafeEncodeString, apiserver v0.36 pkg/storage/names/generate.go).
const OF_DEPLOYMENT = /^((.+)-[bcdfghjklmnpqrstvwxz2456789]{6,10})-[bcdfghjklmnpqrstvwxz2456789]{5}$/;

/** Asks for the owners that a pod's name speaks of; with the pod's own word for them it would take two round trips more. */
function guessOwners(podName: string, namespace: string, collector: Collector): void {
  const [, replicaSet, deployment] = OF_DEPLOYMENT.exec(podName) ?? [];
  if (replicaSet) collector.guess("ReplicaSet", namespace, replicaSet);
  if (deployment) collector.guess("Deployment", namespace, deployment);
}

/** All events about pods. */
export const OF_PODS = "involvedObject.kind=Pod";

/**
 * The events about a pod. By name, as its uid is not known yet; whose they are is decided when they are used. Where those about all
 * pods are being read these are among them: the server goes through all events of a namespace for each question.
 */
export async function podEvents(
  itsName: string,
  namespace: string,
  collector: Collector,
): Promise<readonly KubeObject[]> {
  const all = await collector.started("Event", namespace, OF_PODS);
  if (all) return eventsByPod(all).get(`${namespace}/${itsName}`) ?? [];
  return collector.list("Event", namespace, { fieldSelector: `${OF_PODS},involvedObject.name=${itsName}` });
}

const byPod = new WeakMap<readonly Event[], ReadonlyMap<string, readonly Event[]>>();

function eventsByPod(events: readonly Event[]): ReadonlyMap<string, readonly Event[]> {
  const known =
    byPod.get(events) ??
    groupBy(events, ({ involvedObject }) => `${involvedObject.namespace ?? ""}/${involvedObject.name ?? ""}`);
  byPod.set(events, known);
  return known;
}

/** No such pod: one whose name begins so is taken as meant; else the nearest names are told. */
async function nearestPods(itsName: string, namespace: string, collector: Collector): Promise<Targets> {
  const [pods, elsewhere] = await Promise.all([
    collector.listMetadata("Pod", namespace),
    collector.listMetadata("Pod", undefined, { fieldSelector: `metadata.name=${itsName}` }),
  ]);
  const here = pods.filter(({ metadata }) => metadata.namespace === namespace);
  const exact = here.filter((pod) => workloadName(pod) === itsName);
  const meant = exact.length > 0 ? exact : here.filter(({ metadata }) => metadata.name.startsWith(itsName));
  const [only] = meant;
  if (only && new Set(meant.map(workloadName)).size === 1) {
    const full = await Promise.all(
      meant.map(async ({ metadata }) => {
        const [pod] = await Promise.all([
          collector.get("Pod", namespace, metadata.name),
          podEvents(metadata.name, namespace, collector),
        ]);
        return pod;
      }),
    );
    const there = full.filter((pod): pod is Pod => pod !== undefined);
    const stuck = there.filter((pod) => !isFine(pod));
    const refs = (stuck.length > 0 ? stuck : there).map(refTo);
    const what =
      meant.length === 1
        ? text`${name(only.metadata.name)}, the only pod whose name begins so`
        : text`${count(refs.length, "pod")} of the ${meant.length} whose names begin so${stuck.length > 0 && ", those that are not fine"}`;
    return { refs, remarks: [text`There is no pod ${name(itsName)} in namespace ${name(namespace)}; taking ${what}.`] };
  }
  if (here.length === 0) await checkNamespace(namespace, collector);
  const twins = elsewhere.map(({ metadata }) => metadata.namespace ?? "").filter((one) => one !== namespace);
  const like = nearestPodNames(itsName, here);
  const seen: Text[] = [];
  if (meant.length > 1) seen.push(text`several begin so: ${list(meant.map(({ metadata }) => name(metadata.name)))}`);
  else if (like.length > 0) seen.push(text`nearest: ${list(like.map(name))}`);
  if (twins.length > 0)
    seen.push(text`a pod of this name is in namespace ${list([...new Set(twins)].sort(compare).map(name))}`);
  const [twin] = twins;
  const place = meant.length + like.length === 0 && twin ? twin : namespace;
  const next = meant[0]?.metadata.name ?? like[0] ?? (twin ? itsName : undefined);
  throw new Failure(
    text`There is no pod ${name(itsName)} in namespace ${name(namespace)}${here.length === 0 && text`, nor any other`}.`,
    {
      seen,
      todo: [
        next
          ? text`${command(`kubectl why-pending ${next} -n ${place}`)} explains that one; ${command(shellLine(kubectl("reads", namespace, "get", "pods").argv))} lists all.`
          : text`${command(shellLine(kubectl("reads", namespace, "get", "pods").argv))} lists the pods. If a workload should have made it: ${command(`kubectl why-pending deployment/NAME -n ${namespace}`)}.`,
      ],
    },
  );
}

/** Names of pods end in a hash that nobody types: the workload's name decides too. */
function nearestPodNames(itsName: string, pods: readonly KubeObject[]): readonly string[] {
  const whole = nearest(
    itsName,
    pods.map(({ metadata }) => metadata.name),
  );
  if (whole.length > 0) return whole;
  const byWorkload = new Map(pods.map((pod) => [workloadName(pod), pod.metadata.name]));
  return nearest(withoutHash(itsName), byWorkload.keys()).flatMap((stem) => byWorkload.get(stem) ?? []);
}

/** The name of what a person would call the owner: a Deployment's, not its ReplicaSet's; a CronJob's, not its Job's. */
function workloadName(pod: KubeObject): string {
  const owner = controllerOf(pod);
  if (owner?.kind === "ReplicaSet") return owner.name.replace(/-[a-z0-9]{4,10}$/, "");
  if (owner?.kind === "Job") return owner.name.replace(/-\d{8,}$/, "");
  return owner?.name ?? pod.metadata.name;
}

const withoutHash = (podName: string) => podName.replace(/(?:-[a-z0-9]{6,10})?-[a-z0-9]{5}$/, "");

async function checkNamespace(namespace: string, collector: Collector): Promise<void> {
  if (await collector.get("Namespace", undefined, namespace)) return;
  const isAbsent = collector.gathered().absent.some(({ kind, name: one }) => kind === "Namespace" && one === namespace);
  if (!isAbsent) return;
  const names = (await collector.listMetadata("Namespace", undefined)).map(({ metadata }) => metadata.name);
  const like = nearest(namespace, names);
  throw new Failure(text`There is no namespace ${name(namespace)}.`, {
    ...(like.length > 0 && { seen: [text`nearest: ${list(like.map(name))}`] }),
    todo: [text`${command("kubectl get namespaces")} lists them.`],
  });
}

/** The kinds whose pods can be asked for. */
export type WorkloadTarget =
  | "Deployment"
  | "ReplicaSet"
  | "StatefulSet"
  | "DaemonSet"
  | "Job"
  | "CronJob"
  | "ReplicationController";

async function podsOfWorkload(
  kind: WorkloadTarget,
  itsName: string,
  namespace: string,
  collector: Collector,
): Promise<Targets> {
  const workload = await collector.get(kind, namespace, itsName);
  const argument = `${kind.toLowerCase()}/${itsName}`;
  if (!workload) {
    const gap = collector.gathered().gaps.find((one) => one.kind === kind && one.name === itsName);
    if (gap)
      throw notReadable(
        gap.right ?? `get ${RESOURCES[kind].plural} in namespace ${namespace}`,
        gap.message,
        namespace,
        gap.state,
      );
    await checkNamespace(namespace, collector);
    const names = (await collector.listMetadata(kind, namespace)).map(({ metadata }) => metadata.name);
    const like = nearest(itsName, names);
    throw new Failure(text`There is no ${kind} ${name(itsName)} in namespace ${name(namespace)}.`, {
      ...(like.length > 0 && { seen: [text`nearest: ${list(like.map(name))}`] }),
      todo: [text`${command(shellLine(kubectl("reads", namespace, "get", RESOURCES[kind].plural).argv))} lists them.`],
    });
  }
  const pods = await podsBelow(workload as Workload, collector);
  const stuck = pods.filter((pod) => !isFine(pod));
  if (stuck.length > 0) {
    // Some fail, and others are not even created: two causes.
    const isRefused =
      lacksPods(workload) && (workload.kind === "DaemonSet" || trueCondition(workload, "ReplicaFailure") !== undefined);
    return {
      refs: [...stuck.map(refTo).sort(byName), ...(isRefused ? [refTo(workload)] : [])],
      remarks:
        stuck.length < pods.length
          ? [text`${stuck.length} of the ${count(pods.length, "pod")} of ${name(argument)} are not fine.`]
          : [],
    };
  }
  // Nothing is wrong with the pods there are: whether there are enough is told of the workload itself.
  return { refs: [refTo(workload)], remarks: [] };
}

/** The pods that a workload owns, directly or through the ReplicaSets or Jobs it made. */
export async function podsBelow(workload: Workload, collector: Collector): Promise<readonly Pod[]> {
  const { namespace, uid } = workload.metadata;
  if (workload.kind === "CronJob") {
    const jobs = (await collector.list("Job", namespace)).filter((job) => controllerOf(job)?.uid === uid);
    const pods = await Promise.all(jobs.map((job) => podsBelow(job as Workload, collector)));
    return pods.flat();
  }
  const labelSelector = selectorText(workload.spec?.selector);
  const pods = await collector.list("Pod", namespace, labelSelector ? { labelSelector } : {});
  if (workload.kind !== "Deployment") return pods.filter((pod) => controllerOf(pod)?.uid === uid);
  const replicaSets = await collector.list("ReplicaSet", namespace, labelSelector ? { labelSelector } : {});
  const owned = new Set(
    replicaSets.filter((one) => controllerOf(one)?.uid === uid).map(({ metadata }) => metadata.uid),
  );
  return pods.filter((pod) => owned.has(controllerOf(pod)?.uid));
}

/** A label selector as the `labelSelector` parameter takes it; a ReplicationController's is a plain map. */
export function selectorText(selector: unknown): string {
  if (!selector || typeof selector !== "object") return "";
  const { matchLabels, matchExpressions, ...plainLabels } = selector as {
    matchLabels?: Record<string, string>;
    matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
  } & Record<string, unknown>;
  const labels = matchLabels ?? (matchExpressions ? {} : (plainLabels as Record<string, string>));
  return [
    ...Object.entries(labels).map(([label, wanted]) => `${label}=${wanted}`),
    ...(matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      if (operator === "Exists") return key;
      if (operator === "DoesNotExist") return `!${key}`;
      return `${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`;
    }),
  ].join(",");
}

/** Above this many pods of one name each, the whole list costs less than the single requests. */
const MOST_SINGLE_READS = 60;

/**
 * All pods that are not fine. The table that `kubectl get` prints is some 40 times smaller than the objects; those that
 * are Pending or Failed come with one request beside it, and the few that remain are read one by one.
 */
async function podsNotFine({ namespace, selector }: Wanted, collector: Collector): Promise<Targets> {
  const query = selector ? { labelSelector: selector } : {};
  const [table, unfinished, workloads] = await Promise.all([
    collector.api.listTable(RESOURCES.Pod, namespace, query),
    collector.tryList("Pod", namespace, { ...query, fieldSelector: "status.phase!=Running,status.phase!=Succeeded" }),
    workloadTables(namespace, selector, collector),
  ]);
  const withWorkloads = async (pods: readonly Pod[], podsSeen: number | undefined): Promise<Targets> => {
    const found = inspected(pods, podsSeen);
    const notFine = pods.filter((pod) => !isFine(pod));
    const lacking = await lackingWorkloads(workloads, notFine, namespace, collector);
    return {
      ...found,
      refs: [...found.refs, ...[...lacking].sort(byName)],
      remarks: [...found.remarks, ...lackingRemarks(workloads)],
    };
  };
  if (table.state !== "ok" && !unfinished) {
    const right =
      table.state === "forbidden" ? table.right : `list pods${namespace ? ` in namespace ${namespace}` : ""}`;
    throw notReadable(right, table.message, namespace, table.state);
  }
  if (table.state !== "ok") return withWorkloads(await collector.list("Pod", namespace, query), undefined);
  const rows = table.body.items;
  if (rows.length === 0 && namespace !== undefined) await checkNamespace(namespace, collector);
  const known = new Set((unfinished ?? []).map(({ metadata }) => metadata.name));
  const missing = [...new Set(rows.filter((row) => !looksFine(row)).map(({ cells }) => cells.Name ?? ""))].filter(
    (one) => !known.has(one),
  );
  const rest = await (missing.length > MOST_SINGLE_READS
    ? collector.list("Pod", namespace, { ...query, fieldSelector: "status.phase=Running" })
    : Promise.all(
        missing.map((one) =>
          // A table row does not say its namespace.
          collector.list("Pod", namespace, { fieldSelector: `metadata.name=${one}` }),
        ),
      ).then((found) => found.flat()));
  return withWorkloads([...(unfinished ?? []), ...rest], rows.length);
}

function inspected(pods: readonly Pod[], podsSeen: number | undefined): Targets {
  const refs = pods.filter((pod) => !isFine(pod)).map(refTo);
  return { refs: refs.sort(byName), podsSeen: podsSeen ?? pods.length, remarks: [] };
}

/** Ready, or over in peace. */
function isFine(pod: Pod): boolean {
  if (pod.status?.phase === "Succeeded") return true;
  return isReady(pod) && !pod.metadata.deletionTimestamp && !isCrashLooping(pod);
}

/** Ready for a moment, and restarted again and again. */
function isCrashLooping({ status }: Pod): boolean {
  return (status?.containerStatuses ?? []).some((one) => isBetweenCrashes(one, Date.now()));
}

/** The same by the columns READY and STATUS. */
function looksFine({ cells }: TableRow): boolean {
  const [ready, all] = (cells.Ready ?? "").split("/");
  return (
    cells.Status === "Completed" ||
    cells.Status === "Succeeded" ||
    (cells.Status === "Running" &&
      ready === all &&
      !/<none>|^$/.test(ready ?? "") &&
      !hasOpenGate(cells) &&
      !wasRestartedNow(cells))
  );
}

/** RESTARTS shows `5 (8s ago)`: more than once, and within the ten minutes after which the kubelet forgets. */
function wasRestartedNow({ Restarts = "" }: Readonly<Record<string, string>>): boolean {
  const [, times = 0] = /^(\d+) \((?:\dm)?(?:\d+s)? ago\)$/.exec(Restarts) ?? [];
  return Number(times) > 1;
}

/** READINESS GATES shows `0/1` where a gate keeps a pod with all containers ready from being Ready. */
function hasOpenGate(cells: Readonly<Record<string, string>>): boolean {
  const [passed, gates] = (cells["Readiness Gates"] ?? "").split("/");
  return gates !== undefined && passed !== gates;
}

const byName = (a: ObjectRef, b: ObjectRef) => compare(a.namespace ?? "", b.namespace ?? "") || compare(a.name, b.name);

function notReadable(right: string, message: string, namespace: string | undefined, state: string): Failure {
  const [verb = "get", resource = "pods"] = right.split(" ");
  return new Failure(
    state === "forbidden"
      ? text`I may not read what you ask for: it needs the right to ${name(right)}.`
      : text`What you ask for could not be read.`,
    {
      seen: [text`the API server says: ${message}`],
      todo:
        state === "forbidden"
          ? [
              text`${command(shellLine(kubectl("reads", namespace, "auth", "can-i", verb, resource, ...(namespace ? [] : ["-A"])).argv))} shows whether you have it; somebody with admin rights can grant it.`,
            ]
          : [],
    },
  );
}
