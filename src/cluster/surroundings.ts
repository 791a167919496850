import { controllerOf, type KubeObject } from "../objects/object.ts";
import { type Container, IMAGE_REASONS, isReady, isTerminal, type Pod, podCondition } from "../objects/pod.ts";
import { WORKLOAD_KINDS, type Workload } from "../objects/workload.ts";
import type { Collector } from "./collector.ts";
import { selectorText } from "./targets.ts";

/** Where to look around a pod, by how far it got. */
interface Needs {
  readonly isDone: boolean;
  readonly hasNode: boolean;
  readonly hasSandbox: boolean;
  readonly wantsImage: boolean;
}

/** Reads what surrounds one pod, as far as its state asks for it. Everything goes out at once that can. */
export async function readSurroundings(pod: Pod, collector: Collector): Promise<void> {
  const needs = needsOf(pod);
  await Promise.all([
    readOwners(pod, collector, needs),
    pod.spec.nodeName ? collector.get("Node", undefined, pod.spec.nodeName) : undefined,
    ...(needs.isDone ? [] : [readReferences(pod, collector, needs)]),
    ...(needs.wantsImage ? [readImageNeighbours(pod, collector)] : []),
  ]);
}

function needsOf(pod: Pod): Needs {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const reasons = statuses.map(({ state }) => state?.waiting?.reason ?? "");
  const sandbox = podCondition(pod, "PodReadyToStartContainers");
  return {
    isDone: isTerminal(pod) || (isReady(pod) && !pod.metadata.deletionTimestamp),
    hasNode: Boolean(pod.spec.nodeName),
    hasSandbox: sandbox ? sandbox.status === "True" : Boolean(pod.status?.podIP),
    // A status that still says ContainerCreating may be behind events of a failed pull.
    wantsImage: reasons.some(
      (reason) => IMAGE_REASONS.has(reason) || reason === "ContainerCreating" || reason === "PodInitializing",
    ),
  };
}

async function readOwners(pod: Pod, collector: Collector, needs: Needs): Promise<void> {
  let current: KubeObject | undefined = pod;
  for (let depth = 0; current && depth < 3; depth++) {
    const owner = controllerOf(current);
    const kind = WORKLOAD_KINDS.find((one) => one === owner?.kind);
    if (!owner || !kind) return;
    const next: Workload | undefined = await collector.get(kind, pod.metadata.namespace, owner.name);
    // Former revisions: what ran before is the best guess at what should run now.
    if (next?.kind === "ReplicaSet" && controllerOf(next)?.kind === "Deployment" && !needs.isDone) {
      await Promise.all([
        collector.get("Deployment", pod.metadata.namespace, controllerOf(next)?.name ?? ""),
        collector.list("ReplicaSet", pod.metadata.namespace, {
          labelSelector: selectorText(withoutHash(next.spec?.selector)),
        }),
      ]);
    }
    current = next;
  }
}

/** The Deployment's own selector: the controller added the hash to it (kubernetes v1.36 pkg/controller/deployment/sync.go). */
function withoutHash(selector: unknown): unknown {
  const { matchLabels = {}, ...rest } = (selector ?? {}) as { matchLabels?: Readonly<Record<string, string>> };
  const { "pod-template-hash": _, ...labels } = matchLabels;
  return { matchLabels: labels, ...rest };
}

/** One Secret or ConfigMap that a pod names. */
interface Reference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
}

/** What the pod names: ServiceAccount, Secrets, ConfigMaps and claims, and for those that are missing the names there are. */
async function readReferences(pod: Pod, collector: Collector, needs: Needs): Promise<void> {
  const namespace = pod.metadata.namespace;
  const references = referencesOf(pod, { volumes: !needs.hasSandbox });
  const claims = (pod.spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claimName = (persistentVolumeClaim as { claimName?: string } | undefined)?.claimName;
    return claimName ?? (ephemeral ? `${pod.metadata.name}-${name}` : []);
  });
  const pullSecrets = needs.wantsImage ? (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []) : [];
  const secrets = pullSecrets.map((name): Reference => ({ kind: "Secret", name }));
  const [found] = await Promise.all([
    Promise.all(
      [...references, ...secrets].map(async (reference) => ({
        reference,
        object: await collector.get(reference.kind, namespace, reference.name),
      })),
    ),
    collector.get("ServiceAccount", namespace, pod.spec.serviceAccountName ?? "default"),
    ...claims.map((claim) => collector.get("PersistentVolumeClaim", namespace, claim)),
  ]);
  const missing = new Set(found.filter(({ object }) => !object).map(({ reference }) => reference.kind));
  // One read of names per kind: for the nearest existing name.
  await Promise.all([...missing].map((kind) => collector.listMetadata(kind, namespace)));
}

/** The Secrets and ConfigMaps that the containers of a pod name, and its volumes: with a sandbox those are mounted. */
export function referencesOf({ spec }: Pod, { volumes }: { readonly volumes: boolean }): readonly Reference[] {
  const found: Reference[] = [];
  const add = (kind: Reference["kind"], from: unknown, field = "name") => {
    const name = (from as Readonly<Record<string, unknown>> | undefined)?.[field];
    if (typeof name === "string" && name) found.push({ kind, name });
  };
  const containers: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers];
  for (const { env = [], envFrom = [] } of containers) {
    for (const { valueFrom } of env) {
      const { secretKeyRef, configMapKeyRef } = (valueFrom ?? {}) as Record<string, unknown>;
      add("Secret", secretKeyRef);
      add("ConfigMap", configMapKeyRef);
    }
    for (const { secretRef, configMapRef } of envFrom) {
      add("Secret", secretRef);
      add("ConfigMap", configMapRef);
    }
  }
  for (const { secret, configMap, projected } of volumes ? (spec.volumes ?? []) : []) {
    add("Secret", secret, "secretName");
    add("ConfigMap", configMap);
    const sources = (projected as { sources?: readonly Record<string, unknown>[] } | undefined)?.sources ?? [];
    for (const source of sources) {
      add("Secret", source.secret);
      add("ConfigMap", source.configMap);
    }
  }
  return found.filter(({ kind, name }, at) => found.findIndex((one) => one.kind === kind && one.name === name) === at);
}

/** Bounds for reads that only make an answer better: in a large cluster some of them will do. */
const MOST_NEIGHBOURS = 500;
const MOST_ON_NODE = 110;

/**
 * Who else pulls: pods that wait as well, pods on the same node, the images that nodes hold, and pulls that succeeded.
 * Where the whole cluster may not be read, the namespace has to do.
 */
async function readImageNeighbours(pod: Pod, collector: Collector): Promise<void> {
  const { namespace } = pod.metadata;
  await Promise.all([
    readNeighbours(pod, collector),
    collector.list("Node", undefined, { most: MOST_NEIGHBOURS }),
    collector
      .tryList("Event", undefined, PULLED)
      .then((found) => found ?? collector.tryList("Event", namespace, PULLED)),
  ]);
}

const PULLED = { fieldSelector: "reason=Pulled", most: MOST_NEIGHBOURS };

async function readNeighbours({ metadata, spec }: Pod, collector: Collector): Promise<void> {
  const [pending] = await Promise.all([
    collector.tryList("Pod", undefined, { fieldSelector: "status.phase=Pending", most: MOST_NEIGHBOURS }),
    spec.nodeName
      ? collector.tryList("Pod", undefined, { fieldSelector: `spec.nodeName=${spec.nodeName}`, most: MOST_ON_NODE })
      : undefined,
  ]);
  if (!pending) await collector.tryList("Pod", metadata.namespace, { most: MOST_NEIGHBOURS });
}
