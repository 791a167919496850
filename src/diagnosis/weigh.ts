import { isSameImage, parseImage } from "../objects/image-reference.ts";
import { nodeCondition } from "../objects/node.ts";
import { isSameObject, type KubeObject, refTo } from "../objects/object.ts";
import { isWorkloadKind, podTemplateOf, type Workload } from "../objects/workload.ts";
import { checkedFix } from "../rules/checked-fix.ts";
import {
  type Confidence,
  type Evidence,
  type Finding,
  type Fix,
  type RuleId,
  resolvePath,
  seen,
} from "../rules/finding.ts";
import type { PodInput } from "../rules/pod-input.ts";
import { deletePod, look } from "../rules/repair.ts";
import { kubectl } from "../text/command.ts";
import { duration, name, path, type Text, text, value } from "../text/text.ts";

/**
 * What the snapshot says against a finding, or about its repair. A rule judges by its own signal; what contradicts it
 * often stands in another object, and is looked for here, once for all rules.
 */
interface Objection {
  /** In place of the rule's own, where that claims more than is left of it. */
  readonly headline?: Text;
  /** Shown as a note: "But …". */
  readonly but: Text;
  readonly evidence: readonly Evidence[];
  /** The most that may still be claimed; absent where the cause stands. */
  readonly atMost?: Confidence;
  readonly effect?: Finding["effect"];
  /** What takes the place of the rule's own repairs. */
  readonly fixes?: readonly Fix[];
  /** What was expected to happen does not. */
  readonly hasNoOutlook?: true;
}

type Argument = (finding: Finding, input: PodInput) => Objection | undefined;

const CONFIDENCES: readonly Confidence[] = ["possible", "likely", "certain"];
const lower = (a: Confidence, b: Confidence): Confidence => (CONFIDENCES.indexOf(a) <= CONFIDENCES.indexOf(b) ? a : b);

/** Weighs a finding against everything else that is known of the pod. */
export function weigh(finding: Finding, input: PodInput): Finding {
  return OBJECTIONS.reduce((weighed: Finding, objectionTo) => {
    const objection = objectionTo(weighed, input);
    if (!objection) return weighed;
    const { headline, but, evidence, atMost, effect, fixes, hasNoOutlook } = objection;
    const { outlook, ...rest } = weighed;
    return {
      ...rest,
      ...(outlook && !hasNoOutlook && { outlook }),
      ...(headline && { headline }),
      confidence: atMost ? lower(weighed.confidence, atMost) : weighed.confidence,
      effect: effect ?? weighed.effect,
      evidence: [...weighed.evidence, ...evidence] as unknown as Finding["evidence"],
      notes: [but, ...weighed.notes],
      fixes: fixes?.map(checkedFix) ?? weighed.fixes,
    };
  }, finding);
}

const FULL_DISK: ReadonlySet<RuleId> = new Set(["sandbox/disk-full", "image/disk-full", "container/disk-full"]);

/**
 * "No space left on device" is said of more than disks (namespaces, keyrings, mounts of their own). The kubelet measures
 * the node's file systems every 10 s and reports DiskPressure long before they are full (kubernetes v1.36
 * pkg/kubelet/eviction/helpers.go, defaults_linux.go: 10 % of nodefs, 15 % of imagefs).
 */
function withoutDiskPressure({ rule }: Finding, { node }: PodInput): Objection | undefined {
  if (!FULL_DISK.has(rule) || node?.state !== "found") return undefined;
  const { object } = node;
  const condition = nodeCondition(object, "DiskPressure");
  if (condition?.status !== "False" || nodeCondition(object, "Ready")?.status !== "True") return undefined;
  const at = object.status?.conditions?.indexOf(condition) ?? -1;
  return {
    headline: text`A limit of node ${name(object.metadata.name)} is reached (no space left on device); it may be its disk.`,
    but: text`But node ${name(object.metadata.name)} reports ${path("DiskPressure")} False. The same error is written where another limit is reached, or where a file system of its own is full.`,
    evidence: [seen(object, `status.conditions[${at}].status`, "DiskPressure")],
    atMost: "possible",
  };
}

/** A kubelet that has the image refuses it for another reason: a tag that means another image, or credentials to verify. */
function onTheNode({ rule, container }: Finding, { node, containers }: PodInput): Objection | undefined {
  if (rule !== "image/never-pull" || node?.state !== "found") return undefined;
  const view = containers.find((one) => one.name === container);
  const wanted = parseImage(view?.spec.image ?? "");
  const at = (node.object.status?.images ?? []).findIndex(({ names = [] }) =>
    names.some((held) => isSameImage(parseImage(held), wanted)),
  );
  if (at < 0) return undefined;
  return {
    headline: text`Node ${name(node.object.metadata.name)} has the image, and its kubelet refuses it with pull policy Never.`,
    but: text`But node ${name(node.object.metadata.name)} lists the image. From kubelet 1.35 on the credentials of a pod are verified for images that another pod pulled, also with ${path("imagePullPolicy: Never")} (${path("imagePullCredentialsVerificationPolicy")} of the kubelet).`,
    evidence: [seen(node.object, `status.images[${at}].names`, "held by node")],
    atMost: "possible",
  };
}

/** Families in which nothing that ends by itself takes so long: an attach, a sandbox, the kubelet's caches, a pull. */
const QUICK_STAGES: ReadonlySet<string> = new Set(["volume", "sandbox", "image", "config"]);
const LONGEST_DELAY_SECONDS = 3600;

/** What only delays a pod is over after an hour. What lasts longer blocks it. */
function lastsTooLong({ effect, stage }: Finding, { pod, progress, snapshot }: PodInput): Objection | undefined {
  if (effect !== "delays" || !QUICK_STAGES.has(stage)) return undefined;
  const since = progress.findLast(({ at }) => at)?.at ?? pod.metadata.creationTimestamp;
  const seconds = snapshot.secondsSince(since);
  if (seconds === undefined || seconds < LONGEST_DELAY_SECONDS) return undefined;
  return {
    but: text`But this has lasted for ${duration(seconds)}: waiting longer does not help.`,
    evidence: [],
    atMost: "likely",
    effect: "blocks",
    hasNoOutlook: true,
  };
}

/** A node without a pod network starts pods that use the network of the node itself. */
function usesTheNodesNetwork({ rule, facts }: Finding, { pod }: PodInput): Objection | undefined {
  if (rule !== "node/not-ready" || pod.spec.hostNetwork !== true) return undefined;
  const { message } = facts as { readonly message?: string };
  if (!/NetworkPluginNotReady|NetworkReady=false|cni plugin not initialized/.test(message ?? "")) return undefined;
  return {
    but: text`But the pod uses the network of the node (${path("hostNetwork")}), and starts without a pod network.`,
    evidence: [seen(pod, "spec.hostNetwork", "network")],
    atMost: "possible",
    effect: "risks",
  };
}

/** The owner's template is not the one that the pod was made of, and differs in what the finding is about. */
function isRepaired(finding: Finding, input: PodInput): Objection | undefined {
  const { pod, workload } = input;
  const owner = input.owners.find(({ ref }) => isSameObject(ref, workload))?.object;
  if (!owner || !isWorkloadKind(owner.kind) || pod.metadata.deletionTimestamp) return undefined;
  const old = oldRevision(input, owner as Workload);
  const template = podTemplateOf(owner as Workload);
  if (!old || !template) return undefined;
  for (const { ref, path: at, value: had } of finding.evidence) {
    if (!at.startsWith("spec.") || !isSameObject(ref, refTo(pod))) continue;
    const there = templatePath(at, pod, template);
    if (!there) continue;
    const has = resolvePath(template, there);
    if (JSON.stringify(has) === JSON.stringify(had)) continue;
    const change =
      has === undefined
        ? text`has no ${path(there)} any more`
        : text`has ${value(JSON.stringify(has))} at ${path(there)}`;
    return {
      but: text`But ${owner.kind} ${name(owner.metadata.name)} has been changed since: its template ${change}. This pod is of an older revision.`,
      evidence: [old.evidence, ...(has === undefined ? [] : [seen(owner, `spec.template.${there}`, "template now")])],
      fixes: [old.fix],
    };
  }
  return undefined;
}

interface OldRevision {
  readonly evidence: Evidence;
  readonly fix: Fix;
}

const REVISION = "deployment.kubernetes.io/revision";

/** How it is known that the pod is of an older revision, and what brings the newer one. */
function oldRevision({ pod, owners, workload }: PodInput, owner: Workload): OldRevision | undefined {
  const { namespace } = pod.metadata;
  if (owner.kind === "StatefulSet") {
    const { updateRevision } = (owner.status ?? {}) as { readonly updateRevision?: unknown };
    const own = pod.metadata.labels?.["controller-revision-hash"];
    if (typeof updateRevision !== "string" || !own || own === updateRevision) return undefined;
    return {
      evidence: seen(owner, "status.updateRevision", "newest revision"),
      fix: {
        title: text`Delete the pod of the old revision: StatefulSet ${name(owner.metadata.name)} creates it again from its current template. It does not replace a pod that never became ready.`,
        commands: [deletePod(pod)],
        applies: "as-is",
        by: "workload-owner",
      },
    };
  }
  if (owner.kind !== "Deployment") return undefined;
  const replicaSet: KubeObject | undefined = owners.find(({ ref }) => ref.kind === "ReplicaSet")?.object;
  const [own, newest] = [replicaSet, owner].map((one) => Number(one?.metadata.annotations?.[REVISION]));
  if (!own || !newest || own >= newest) return undefined;
  return {
    evidence: seen(owner, `metadata.annotations['${REVISION}']`, "newest revision"),
    fix: look(
      text`Wait for the rollout of revision ${newest}: this pod goes when the new pods are ready.`,
      kubectl("reads", namespace, "rollout", "status", `deployment/${workload.name}`, "--timeout=2m"),
    ),
  };
}

/** The path in the template of a path in the pod: containers go by their names, as admission may add some. */
function templatePath(at: string, pod: object, template: object): string | undefined {
  const [, list, index, rest = ""] = /^spec\.(containers|initContainers)\[(\d{1,4})\](.*)$/.exec(at) ?? [];
  if (!list) return at;
  const wanted = resolvePath(pod, `spec.${list}[${index}].name`);
  const containers = resolvePath(template, `spec.${list}`);
  const place = Array.isArray(containers)
    ? containers.findIndex((one) => (one as { readonly name?: unknown } | null)?.name === wanted)
    : -1;
  return place < 0 ? undefined : `spec.${list}[${place}]${rest}`;
}

const OBJECTIONS: readonly Argument[] = [withoutDiskPressure, onTheNode, usesTheNodesNetwork, lastsTooLong, isRepaired];
