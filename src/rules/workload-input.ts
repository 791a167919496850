import { type Event, firstSeen, lastSeen, timesSeen } from "../objects/event.ts";
import { controllerOf, type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import type { Pod, PodSpec } from "../objects/pod.ts";
import {
  isWorkloadKind,
  lacksPods,
  type PodCounts,
  podCountsOf,
  podTemplateOf,
  revisionOf,
  trueCondition,
  type Workload,
} from "../objects/workload.ts";
import { compare, type Lookup } from "../snapshot/lookup.ts";
import { type Evidence, seen } from "./finding.ts";
import { type PodInput, type Progress, STEPS } from "./pod-input.ts";

/** Why the API server would not create something for a workload, in its own words. */
export interface Refusal {
  /** Without the words that the controller puts before it. */
  readonly message: string;
  /** What could not be created. */
  readonly what: "pod" | "claim" | "Job" | "ReplicaSet";
  readonly maker: Workload;
  readonly since?: string;
  readonly at?: string;
  readonly times: number;
  readonly evidence: Evidence;
}

/** What the rules for one workload look at. */
export interface WorkloadInput {
  readonly object: Workload;
  readonly snapshot: Lookup;
  /** What makes the pods: a Deployment's newest ReplicaSet, a CronJob's unfinished Jobs, else the object itself. */
  readonly makers: readonly Workload[];
  /** The controllers above the object, nearest first. */
  readonly owners: PodInput["owners"];
  /** What a person would edit: the topmost owner that we know how to edit, else the object itself. */
  readonly workload: ObjectRef;
  /** The events about the object and its makers, oldest first. */
  readonly events: readonly Event[];
  /** All pods below the object that were read. */
  readonly pods: readonly Pod[];
  /** Undefined for a CronJob. */
  readonly counts: PodCounts | undefined;
  readonly template: PodSpec | undefined;
  /** `spec.template.spec`, a level deeper in a CronJob. */
  readonly templatePath: string;
  readonly containers: readonly { readonly name: string }[];
  /** Undefined where nothing is missing, or nothing says why. */
  readonly refusal: Refusal | undefined;
  readonly progress: Progress;
}

/** Gathers what the rules need of one workload. */
export function workloadInput(object: Workload, snapshot: Lookup): WorkloadInput {
  const below = objectsBelow(object, snapshot);
  const makers = makersOf(object, below);
  const owners = snapshot.ownersOf(object);
  const template = podTemplateOf(object)?.spec;
  const counts = podCountsOf(object);
  const lacks = lacksPods(object) || makers.some(lacksPods);
  return {
    object,
    snapshot,
    makers,
    owners,
    workload: owners.findLast(({ ref }) => isWorkloadKind(ref.kind))?.ref ?? refTo(object),
    events: [...new Set([object, ...makers])]
      .flatMap((one) => snapshot.eventsOf(one))
      .sort((a, b) => compare(lastSeen(a), lastSeen(b))),
    pods: podsOf([object, ...below], snapshot),
    counts,
    template,
    templatePath: object.kind === "CronJob" ? "spec.jobTemplate.spec.template.spec" : "spec.template.spec",
    containers: [...(template?.initContainers ?? []), ...(template?.containers ?? [])],
    refusal: [...new Set([...makers, object])].flatMap((maker) => refusalOf(maker, snapshot) ?? [])[0],
    progress: lacks
      ? STEPS.map((name, index) => ({ name, state: index === 0 ? ("current" as const) : ("pending" as const) }))
      : [],
  };
}

/** A Deployment's ReplicaSets, a CronJob's Jobs. */
function objectsBelow(object: Workload, snapshot: Lookup): readonly Workload[] {
  const kind = object.kind === "Deployment" ? "ReplicaSet" : object.kind === "CronJob" ? "Job" : undefined;
  if (!kind) return [];
  return snapshot.list(kind, object.metadata.namespace).items.filter((one) => isOwnedBy(one, object));
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  const reference = controllerOf(object);
  if (!reference || reference.kind !== owner.kind || object.metadata.namespace !== owner.metadata.namespace)
    return false;
  return reference.uid && owner.metadata.uid
    ? reference.uid === owner.metadata.uid
    : reference.name === owner.metadata.name;
}

function makersOf(object: Workload, below: readonly Workload[]): readonly Workload[] {
  if (object.kind === "CronJob") return below.filter((job) => (podCountsOf(job)?.wanted ?? 0) > 0);
  if (object.kind !== "Deployment") return [object];
  const newest = [...below].sort(
    (a, b) =>
      (revisionOf(b) ?? 0) - (revisionOf(a) ?? 0) ||
      compare(b.metadata.creationTimestamp ?? "", a.metadata.creationTimestamp ?? ""),
  )[0];
  // An older one may lack pods too, while a roll-out stands still.
  return [...(newest ? [newest] : []), ...below.filter((one) => one !== newest && lacksPods(one))];
}

function podsOf(makers: readonly Workload[], snapshot: Lookup): readonly Pod[] {
  const namespace = makers[0]?.metadata.namespace;
  return snapshot.list("Pod", namespace).items.filter((pod) => makers.some((maker) => isOwnedBy(pod, maker)));
}

/** Reasons of events that say why something was not created (kubernetes v1.36 pkg/controller/controller_utils.go and the controllers). */
const REFUSALS: ReadonlySet<string> = new Set(["FailedCreate", "ReplicaSetCreateError"]);
const SUCCESSES: ReadonlySet<string> = new Set(["SuccessfulCreate", "ScalingReplicaSet"]);

/**
 * The newest refusal that still holds. The ReplicaSet's condition stays as long as creating fails, but keeps the words
 * of the first failure (kubernetes v1.36 pkg/controller/replicaset/replica_set_utils.go calculateStatus), so a later
 * event is the better witness.
 */
function refusalOf(maker: Workload, snapshot: Lookup): Refusal | undefined {
  const isCronJob = maker.kind === "CronJob";
  const isWithoutReplicaSet = maker.kind === "Deployment";
  if (!isCronJob && !isWithoutReplicaSet && !lacksPods(maker)) return undefined;
  const events = snapshot.eventsOf(maker);
  const condition = trueCondition(maker, "ReplicaFailure");
  const failures = events.filter(({ reason = "" }) => REFUSALS.has(reason));
  const last = failures.at(-1);
  const success = events.findLast(({ reason = "" }) => SUCCESSES.has(reason));
  const isOvercome = last && success && !condition && lastSeen(success) > lastSeen(last);
  const conditionAt = condition?.lastTransitionTime ?? "";
  if (last && !isOvercome && lastSeen(last) >= conditionAt) {
    const first =
      failures
        .map(firstSeen)
        .filter((at) => at !== "")
        .sort(compare)[0] ?? lastSeen(last);
    return {
      ...envelopeOf(last.message ?? ""),
      maker,
      since: conditionAt && conditionAt < first ? conditionAt : first,
      at: lastSeen(last),
      times: failures.reduce((sum, event) => sum + timesSeen(event), 0),
      evidence: seen(last, "message", "last try"),
    };
  }
  // The Deployment's condition is a copy of its ReplicaSet's.
  if (!condition?.message || isCronJob) return undefined;
  return {
    ...envelopeOf(condition.message),
    maker,
    ...(conditionAt && { since: conditionAt, at: conditionAt }),
    times: 1,
    evidence: seen(maker, `status.conditions[${condition.index}].message`, "refused"),
  };
}

/**
 * The API server's words without the controller's. The verb's case changed in 1.36 (kubernetes
 * pkg/controller/statefulset/stateful_pod_control.go, pkg/controller/cronjob/cronjob_controllerv2.go,
 * pkg/controller/deployment/sync.go).
 */
export function envelopeOf(message: string): Pick<Refusal, "message" | "what"> {
  const words = message.trim().replace(/^\(combined from similar events\): /, "");
  const strip = (pattern: RegExp) => {
    const match = pattern.exec(words);
    return match && words.slice(match[0].length);
  };
  const claim = strip(/^create Claim \S+ for Pod \S+ in StatefulSet \S+ failed error: /i);
  if (claim) return { what: "claim", message: claim };
  const ofStatefulSet = strip(/^create Pod \S+ in StatefulSet \S+ failed error: /i);
  if (ofStatefulSet) return { what: "pod", message: ofStatefulSet };
  const job = strip(/^Error creating job: /);
  if (job) return { what: "Job", message: job };
  const replicaSet = strip(/^Failed to create new replica set "[^"]*": /);
  if (replicaSet) return { what: "ReplicaSet", message: replicaSet };
  return { what: "pod", message: strip(/^Error creating: /) ?? words };
}
