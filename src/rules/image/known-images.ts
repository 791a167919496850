import { type ImageReference, parseImage } from "../../objects/image-reference.ts";
import { podTemplateOf, revisionOf } from "../../objects/workload.ts";
import { compare, type Lookup } from "../../snapshot/lookup.ts";
import { editDistance } from "../../text/nearest.ts";
import { newestFirst, tagDistance } from "../../text/nearest-tag.ts";
import { name, type Text, text } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";

/** An image that the cluster knows: a former revision ran it, a pod runs it, a node holds it. */
export interface KnownImage {
  /** As one would write it in place of the wanted one. */
  readonly image: string;
  readonly reference: ImageReference;
  /** Who knows it: `node worker-1 holds it`. */
  readonly because: Text;
  /** The revision of the same Deployment that ran it, for an undo. */
  readonly revision?: number;
  /** How it differs from what is wanted. */
  readonly differsIn: "nothing" | "tag" | "host" | "repository";
}

/**
 * The images known in the cluster that may be meant, best first: other tags of the same repository; failing those, the
 * same repository on another registry, and repositories of a name that is a slip away. Nothing that is merely vaguely alike.
 */
export function nearestKnownImages(input: PodInput, wanted: ImageReference): readonly KnownImage[] {
  const likely = knownImages(input).flatMap((known): (KnownImage & { score: number })[] => {
    const differsIn = differenceOf(known.reference, wanted);
    if (!differsIn || differsIn === "nothing") return [];
    const { tag = "" } = known.reference;
    const byTag = tagDistance(wanted.tag ?? "", tag);
    // What the same workload ran before is the best guess but for an obvious slip in the tag.
    const score = known.revision === undefined ? byTag : Math.min(byTag, 5);
    const image = differsIn === "tag" ? `${wanted.name}:${tag}` : shortened(known.image, wanted);
    return [{ ...known, image, differsIn, score: score + { tag: 0, host: 200, repository: 400 }[differsIn] }];
  });
  const isRepositoryKnown = likely.some(({ differsIn }) => differsIn === "tag");
  return likely
    .filter(({ differsIn }) => differsIn === "tag" || !isRepositoryKnown)
    .sort(
      (a, b) =>
        a.score - b.score || newestFirst(a.reference.tag ?? "", b.reference.tag ?? "") || compare(a.image, b.image),
    )
    .slice(0, 3)
    .map(({ score: _, ...known }) => known);
}

/** Nodes list Docker Hub's images with host and library; where the wanted one has neither, the suggestion needs none. */
function shortened(image: string, wanted: ImageReference): string {
  return wanted.name.startsWith("docker.io/") ? image : image.replace(/^docker\.io\/(?:library\/)?/, "");
}

/** By its tag, each image of a repository that the cluster knows. */
export function knownTags(input: PodInput, { host, repository }: ImageReference): ReadonlyMap<string, KnownImage> {
  const ofRepository = knownImages(input).filter(
    ({ reference }) => reference.host === host && reference.repository === repository,
  );
  return new Map(ofRepository.map((known) => [known.reference.tag ?? "", { ...known, differsIn: "tag" as const }]));
}

/** Who in the cluster has exactly this image already: it did exist. */
export function holdersOf(input: PodInput, wanted: ImageReference): readonly KnownImage[] {
  return knownImages(input)
    .filter(({ reference }) => differenceOf(reference, wanted) === "nothing")
    .map((known) => ({ ...known, differsIn: "nothing" as const }));
}

type Known = Omit<KnownImage, "differsIn">;

function differenceOf(known: ImageReference, wanted: ImageReference): KnownImage["differsIn"] | undefined {
  const isSameHost = known.host === wanted.host;
  if (known.repository === wanted.repository) {
    if (!isSameHost) return known.tag === wanted.tag ? "host" : undefined;
    return known.tag === wanted.tag ? "nothing" : "tag";
  }
  return isSameHost && isSlip(known.repository, wanted.repository) ? "repository" : undefined;
}

/** One or two wrong letters in one part of the path. Very short words differ by a letter without being slips. */
function isSlip(known: string, wanted: string): boolean {
  const [a, b] = [known.split("/"), wanted.split("/")];
  if (a.length !== b.length) return false;
  const different = a.flatMap((part, index) => (part === b[index] ? [] : [[part, b[index] ?? ""] as const]));
  const [pair] = different;
  if (!pair || different.length > 1) return false;
  const shortest = Math.min(pair[0].length, pair[1].length);
  return shortest >= 4 && editDistance(...pair) <= (shortest < 8 ? 1 : 2);
}

const knownByInput = new WeakMap<PodInput, readonly Known[]>();
const knownByCluster = new WeakMap<Lookup, ReadonlyMap<string, Known>>();

/** What former revisions of the same workload ran, then what pods and nodes of the cluster have. */
function knownImages(input: PodInput): readonly Known[] {
  const already = knownByInput.get(input);
  if (already) return already;
  const known = new Map<string, Known>();
  addRevisions(input, known);
  for (const [key, image] of clusterImages(input.snapshot)) if (!known.has(key)) known.set(key, image);
  const all = [...known.values()];
  knownByInput.set(input, all);
  return all;
}

function add(known: Map<string, Known>, image: string | undefined, because: () => Text, revision?: number): void {
  const reference = image ? parseImage(image) : undefined;
  if (!image || !reference?.tag) return;
  // Nodes and pods spell one image in several ways: docker.io/library/nginx:1.25 and nginx:1.25.
  const key = `${reference.host}/${reference.repository}:${reference.tag}`;
  if (!known.has(key))
    known.set(key, { image, reference, because: because(), ...(revision !== undefined && { revision }) });
}

function addRevisions({ snapshot, owners, pod }: PodInput, known: Map<string, Known>): void {
  const deployment = owners.find(({ ref }) => ref.kind === "Deployment")?.ref;
  if (!deployment) return;
  const replicaSets = snapshot
    .list("ReplicaSet", pod.metadata.namespace)
    .items.filter(
      ({ metadata }) =>
        metadata.name !== owners[0]?.ref.name &&
        metadata.ownerReferences?.some(({ kind, name: owner }) => kind === "Deployment" && owner === deployment.name),
    )
    .sort((a, b) => (revisionOf(b) ?? 0) - (revisionOf(a) ?? 0));
  for (const replicaSet of replicaSets) {
    const revision = revisionOf(replicaSet);
    const { containers = [], initContainers = [] } = podTemplateOf(replicaSet)?.spec ?? {};
    for (const { image } of [...containers, ...initContainers]) {
      add(
        known,
        image,
        () => text`revision ${revision ?? "?"} of Deployment ${name(deployment.name)} ran it`,
        revision,
      );
    }
  }
}

/** Gathered once for all pods of a snapshot. */
function clusterImages(snapshot: Lookup): ReadonlyMap<string, Known> {
  const already = knownByCluster.get(snapshot);
  if (already) return already;
  const known = new Map<string, Known>();
  const pods = [...snapshot.list("Pod").items].sort((a, b) => compare(a.metadata.name, b.metadata.name));
  for (const { metadata, spec, status } of pods) {
    const arrived = new Set(
      [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]
        .filter(({ imageID }) => imageID)
        .map(({ name: container }) => container),
    );
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      if (arrived.has(container.name))
        add(known, container.image, () => text`pod ${name(`${metadata.namespace}/${metadata.name}`)} has it`);
    }
  }
  for (const node of snapshot.list("Node").items) {
    for (const { names = [] } of node.status?.images ?? []) {
      for (const image of names)
        if (!image.includes("@")) add(known, image, () => text`node ${name(node.metadata.name)} holds it`);
    }
  }
  knownByCluster.set(snapshot, known);
  return known;
}

/** The registries that images in this cluster come from. */
export function knownHosts(input: PodInput): readonly string[] {
  return [...new Set(knownImages(input).map(({ reference }) => reference.host))].sort(compare);
}
