import { claimNames } from "../../objects/persistent-volume-claim.ts";
import { type Container, isTerminal, type Pod } from "../../objects/pod.ts";
import type { Reader } from "./standing.ts";

/** One Secret or ConfigMap that a pod names. */
interface Reference {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
}

/** What the pod names: ServiceAccount, Secrets, ConfigMaps and claims, and for those that are missing the names there are. */
const readReferences: Reader = async (pod, collector, { isDone, hasSandbox, wantsImage, isOneOfMany }) => {
  // What a finished pod named serves others; of a Ready one only the claims can be on their way out.
  if (isTerminal(pod) || (isDone && isOneOfMany)) return [];
  const namespace = pod.metadata.namespace;
  const readClaims = () =>
    Promise.all(claimNames(pod).map((claim) => collector.get("PersistentVolumeClaim", namespace, claim)));
  if (isDone) return readClaims();
  const references = referencesOf(pod, { volumes: !hasSandbox });
  const pullSecrets = wantsImage ? (pod.spec.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []) : [];
  const secrets = pullSecrets.map((name): Reference => ({ kind: "Secret", name }));
  const [found] = await Promise.all([
    Promise.all(
      [...references, ...secrets].map(async (reference) => ({
        reference,
        object: await collector.get(reference.kind, namespace, reference.name),
      })),
    ),
    collector.get("ServiceAccount", namespace, pod.spec.serviceAccountName ?? "default"),
    readClaims(),
  ]);
  const missing = new Set(found.filter(({ object }) => !object).map(({ reference }) => reference.kind));
  // One read of names per kind: for the nearest existing name.
  return Promise.all([...missing].map((kind) => collector.listMetadata(kind, namespace)));
};
export default readReferences;

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
