import { parseImage } from "../../objects/image-reference.ts";
import { controllerOf, refTo } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { compare, type Lookup } from "../../snapshot/lookup.ts";
import { registryObject } from "../../snapshot/registry-answer.ts";
import { count, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule, type Match } from "../rule.ts";
import { pullAttempts } from "./pull-attempt.ts";
import { saidOf, shortDigest } from "./registry-said.ts";

interface Facts {
  readonly image: string;
  /** Of the pods, in the order of the alphabet; or of what runs, then of what the registry has. */
  readonly digests: readonly [string, string];
  /** `namespace/name` of the pod that runs what the registry has no more under this tag. */
  readonly outdatedPod?: string;
}

/** One tag stands for two builds: it was moved between the pulls, or since. */
export default defineRule<Facts>({
  id: "image/mutable-tag",
  title: "Pods run, or will run, different builds of one tag",
  effect: "risks",
  needs: ["Pod"],
  check: (input) => [...betweenSiblings(input), ...sinceOthersPulled(input)],
  message: ({ facts: { image, digests, outdatedPod } }) =>
    outdatedPod === undefined
      ? {
          headline: text`Pods of this workload run ${count(digests.length, "different build")} of ${value(image)}.`,
          why: text`The tag was moved to another build between their pulls, so pods that should be the same are not, and a restart on another node can change what runs.`,
        }
      : {
          headline: text`Pod ${name(outdatedPod)} runs another build of ${value(image)} than the registry has now.`,
          why: text`The tag was moved to another build (${name(shortDigest(digests[1]))}) since that pod pulled it (${name(shortDigest(digests[0]))}), so this pod will not run the same.`,
        },
  fixes: ({ facts: { digests } }) => [
    {
      title: text`Name the build that is meant by its digest (${name(`@${digests[0]}`)} or ${name(`@${digests[1]}`)}), or give every build a tag of its own.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  doc: {
    means:
      "One tag stood for different content when the pods of a workload pulled it, or stands for other content now.",
    seenIn:
      "`imageID` of the same container differs between pods of one owner, with the same image in the spec; or, with --check-registry, between a running pod and the registry.",
    repair: "Use digests or tags that never move.",
    catalogue: [],
  },
});

function betweenSiblings({ pod, snapshot, containers }: PodInput): readonly Match<Facts>[] {
  const owner = controllerOf(pod);
  if (!owner) return [];
  return containers.flatMap(({ name: container, spec, status, statusPath }) => {
    const own = digestOf(status?.imageID);
    if (!spec.image || spec.image.includes("@") || !own || !statusPath) return [];
    const builds = buildsIn(snapshot).get(buildKey(pod, container)) ?? new Map<string, Pod>();
    const other = [...builds].find(([digest]) => digest !== own)?.[1];
    if (!other) return [];
    const index = other.status?.containerStatuses?.findIndex((one) => one.name === container) ?? -1;
    const digest = digestOf(other.status?.containerStatuses?.[index]?.imageID) ?? "";
    const [first, second] = [own, digest].sort(compare);
    return [
      {
        subject: refTo(pod),
        container,
        confidence: "certain" as const,
        facts: { image: spec.image, digests: [first ?? own, second ?? digest] as const },
        evidence: [
          seen(pod, `${statusPath}.imageID`, "build here"),
          seen(other, `status.containerStatuses[${index}].imageID`, "build there"),
        ] as const,
      },
    ];
  });
}

/** By a container of one owner's pods: each digest that some pod has of its image, with the first such pod. */
type Builds = ReadonlyMap<string, ReadonlyMap<string, Pod>>;

const buildKey = (pod: Pod, container: string) => {
  const owner = controllerOf(pod);
  return [pod.metadata.namespace, owner?.uid, owner?.name, container].join("\n");
};

const builds = new WeakMap<Lookup, Builds>();

/** Gathered once for all pods of a snapshot. */
function buildsIn(snapshot: Lookup): Builds {
  const known = builds.get(snapshot);
  if (known) return known;
  const found = new Map<string, Map<string, Pod>>();
  for (const pod of snapshot.list("Pod").items) {
    for (const { name: container, imageID } of pod.status?.containerStatuses ?? []) {
      const digest = digestOf(imageID);
      if (digest === undefined) continue;
      const ofContainer = found.get(buildKey(pod, container)) ?? new Map<string, Pod>();
      found.set(buildKey(pod, container), ofContainer);
      if (!ofContainer.has(digest)) ofContainer.set(digest, pod);
    }
  }
  builds.set(snapshot, found);
  return found;
}

/** A pod elsewhere that runs the image this one waits for, from before the tag was moved. */
function sinceOthersPulled(input: PodInput): readonly Match<Facts>[] {
  const { pod, snapshot } = input;
  return pullAttempts(input).flatMap(({ image, reference, container }) => {
    const said = saidOf(image, input);
    const outcome = said?.outcome;
    if (!said || outcome?.is !== "found" || !outcome.digest || !reference?.tag || reference.digest) return [];
    const isIndex = !outcome.mediaType || /index|manifest\.list/.test(outcome.mediaType);
    for (const other of snapshot.list("Pod").items) {
      const index =
        other.status?.containerStatuses?.findIndex((status) => {
          const its = parseImage(other.spec.containers.find((one) => one.name === status.name)?.image ?? "");
          return (
            status.state?.running !== undefined &&
            its?.host === reference.host &&
            its.repository === reference.repository &&
            its.tag === reference.tag &&
            !its.digest
          );
        }) ?? -1;
      const imageId = other.status?.containerStatuses?.[index]?.imageID;
      const runs = digestOf(imageId);
      if (!runs || runs === outcome.digest || !tellsIndexes(other, input, isIndex)) continue;
      return [
        {
          subject: refTo(pod),
          container: container.name,
          // The node that pulled it may have asked a mirror.
          confidence: "likely" as const,
          facts: {
            image,
            digests: [runs, outcome.digest] as const,
            outdatedPod: `${other.metadata.namespace}/${other.metadata.name}`,
          },
          evidence: [
            seen(other, `status.containerStatuses[${index}].imageID`, "build there"),
            seen(registryObject(said.answer), `tries[${said.at}].outcome.digest`, "build now"),
          ] as const,
        },
      ];
    }
    return [];
  });
}

/**
 * Whether the digest in a pod's imageID can be compared with the registry's. Of an image for several platforms containerd
 * and Docker tell the digest of the index, CRI-O may tell that of the node's platform: different without being another build.
 */
function tellsIndexes({ spec }: Pod, { snapshot }: PodInput, isIndex: boolean): boolean {
  if (!isIndex) return true;
  const node = snapshot.get("Node", undefined, spec.nodeName ?? "");
  return /^(?:containerd|docker):/.test(node?.status?.nodeInfo?.containerRuntimeVersion ?? "");
}

/** Only digests that a registry gave can be compared: a runtime's own image id says nothing about the tag. */
const digestOf = (imageId: string | undefined) => /@(sha256:[0-9a-f]{64})$/.exec(imageId ?? "")?.[1];
