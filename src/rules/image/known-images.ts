import { type ImageReference, parseImage } from "../../objects/image-reference.ts";
import { podTemplateOf, revisionOf } from "../../objects/workload.ts";
import { compare } from "../../snapshot/lookup.ts";
import { editDistance } from "../../text/nearest.ts";
import type { PodInput } from "../pod-input.ts";

/** An image that the cluster knows: a node holds it, a pod runs it, a former revision ran it. */
export interface KnownImage {
  readonly image: string;
  readonly reference: ImageReference;
  /** In words, who knows it: `node worker-1 holds it`. */
  readonly because: string;
  /** The revision of the same Deployment that ran it, for an undo. */
  readonly revision?: number;
}

/** The known images most like a wanted one, best first: a former revision, then other tags, then other repositories. */
export function nearestKnownImages(input: PodInput, image: string, wanted: ImageReference): readonly KnownImage[] {
  const candidates = knownImages(input).filter(
    (known) => known.image !== image && known.reference.host === wanted.host,
  );
  const score = ({ reference, revision }: KnownImage) => {
    const isSame = reference.repository === wanted.repository;
    if (!isSame && editDistance(reference.repository, wanted.repository) > Math.max(1, wanted.repository.length / 5))
      return Number.POSITIVE_INFINITY;
    // A tag that the same workload ran before is the best guess there is; then the likest name.
    return (
      (isSame ? 0 : 1000) + (revision === undefined ? 100 : 0) + editDistance(reference.tag ?? "", wanted.tag ?? "")
    );
  };
  return candidates
    .map((known) => ({ known, score: score(known) }))
    .filter(({ score }) => Number.isFinite(score))
    .sort((a, b) => a.score - b.score || compare(b.known.image, a.known.image))
    .map(({ known }) => known)
    .slice(0, 3);
}

function knownImages(input: PodInput): KnownImage[] {
  const { snapshot, owners, pod } = input;
  const known = new Map<string, KnownImage>();
  const add = (image: string | undefined, because: string, revision?: number) => {
    const reference = image ? parseImage(image) : undefined;
    if (!image || !reference?.tag || known.has(image)) return;
    known.set(image, { image, reference, because, ...(revision !== undefined && { revision }) });
  };
  const deployment = owners.find(({ ref }) => ref.kind === "Deployment")?.ref;
  for (const replicaSet of snapshot.list("ReplicaSet", pod.metadata.namespace).items) {
    const isSibling = replicaSet.metadata.ownerReferences?.some(
      ({ kind, name }) => kind === deployment?.kind && name === deployment?.name,
    );
    if (!isSibling || replicaSet.metadata.name === owners[0]?.ref.name) continue;
    const revision = revisionOf(replicaSet);
    for (const { image } of podTemplateOf(replicaSet)?.spec?.containers ?? []) {
      add(image, `revision ${revision ?? "?"} of ${deployment?.kind} ${deployment?.name} ran it`, revision);
    }
  }
  for (const other of snapshot.list("Pod").items) {
    const running = other.status?.containerStatuses?.filter(({ imageID }) => imageID).map(({ name }) => name) ?? [];
    for (const { name, image } of other.spec.containers) {
      if (running.includes(name)) add(image, `pod ${other.metadata.namespace}/${other.metadata.name} runs it`);
    }
  }
  for (const node of snapshot.list("Node").items) {
    for (const { names = [] } of node.status?.images ?? []) {
      for (const image of names) if (!image.includes("@")) add(image, `node ${node.metadata.name} holds it`);
    }
  }
  return [...known.values()];
}

/** Pods that pulled from a host onto the pod's node within the last hour: the registry answers there. */
export function recentPulls({ snapshot, pod }: PodInput, host: string): readonly string[] {
  const pulled = snapshot.list("Event").items.filter(({ reason, message = "", source, involvedObject }) => {
    if (reason !== "Pulled" || !message.startsWith("Successfully pulled image ")) return false;
    const image = /"([^"]+)"/.exec(message)?.[1];
    if (source?.host !== pod.spec.nodeName || parseImage(image ?? "")?.host !== host) return false;
    return involvedObject.name !== pod.metadata.name;
  });
  return [...new Set(pulled.map(({ involvedObject: { namespace, name } }) => `${namespace}/${name}`))].sort(compare);
}
