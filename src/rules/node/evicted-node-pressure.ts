import { nodeCondition } from "../../objects/node.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, path, type Text, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { type Eviction, parseEviction } from "./eviction.ts";
import { exceeds, roomFor, shown } from "./quantities.ts";
import { verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode, setResources } from "./words.ts";

type NodeLow = Extract<Eviction, { kind: "node-low" }>;

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    memory: "memory",
    "ephemeral-storage": "local disk (ephemeral-storage)",
    inodes: "inodes on its disk",
    pids: "process ids",
  }),
);
const CONDITION: ReadonlyMap<string, string> = new Map(
  Object.entries({ memory: "MemoryPressure", pids: "PIDPressure" }),
);

/** The node ran short of something, and the kubelet evicted this pod to free it. */
export default verdictRule<NodeLow>({
  id: "node/evicted-node-pressure",
  title: "Evicted, because the node ran short of memory or disk",
  needs: ["Node"],
  read: ({ reason, message }) => {
    const eviction = reason === "Evicted" ? parseEviction(message) : undefined;
    return eviction?.kind === "node-low" ? eviction : undefined;
  },
  headline: ({ resource, containers, pod }, input) => {
    const worst = containers[0] ?? pod;
    const culprit =
      worst &&
      text`; ${worst === pod ? "the pod" : name(worst.name)} used ${value(shown(worst.usage))}, requested ${value(request(worst.request))}`;
    return text`Evicted: node ${nodeName(input)} ran short of ${WORDS.get(resource) ?? resource}${culprit}.`;
  },
  why: ({ resource, threshold, available, containers, pod }, input) =>
    text`${threshold !== undefined && available !== undefined && text`${value(shown(available))} was left, and the kubelet evicts below ${value(shown(threshold))}. `}${whyThisPod(resource, containers.length > 0 || pod !== undefined, input)}`,
  notes: ({ resource }, input) => {
    const node = input.node?.state === "found" ? input.node.object : undefined;
    const condition = node && nodeCondition(node, CONDITION.get(resource) ?? "DiskPressure");
    const since = input.snapshot.secondsSince(condition?.lastTransitionTime);
    return [
      condition &&
        text`The node says ${path(condition.type)} ${value(condition.status)}${since !== undefined && `, for ${duration(since)}`}${condition.status === "True" ? ": it takes no new pods that would make it worse" : ": the pressure is over"}.`,
      input.pod.status?.containerStatuses?.some(({ state }) => state?.terminated?.exitCode === 137) === true &&
        text`The exit code 137 of its containers comes from the eviction; nothing was killed for its memory limit.`,
    ];
  },
  fixes: ({ resource, containers }, input) => {
    const node = input.node?.state === "found" ? input.node.object : undefined;
    const canRequest = resource === "memory" || resource === "ephemeral-storage";
    const raises = canRequest
      ? containers.flatMap((consumer) => {
          const size = roomFor(consumer.usage);
          if (!size) return [];
          const allocatable = node?.status?.allocatable?.[resource];
          const isTooMuch = exceeds(size, allocatable);
          const title: Text = isTooMuch
            ? text`Request what ${name(consumer.name)} uses. Node ${nodeName(input)} has only ${value(shown(String(allocatable)))} for pods, so it takes a larger node.`
            : text`Request what ${name(consumer.name)} uses: the scheduler then finds a node with that much room, and the pod is not the first to go.`;
          return [setResources(input, consumer.name, "requests", resource, size, title, isTooMuch ? "maybe" : "as-is")];
        })
      : [];
    return [
      seeNode(input, text`What else is on the node, and whether the pressure lasts.`),
      ...raises,
      ...diskAdvice(resource, input),
      ...leftover(input),
    ];
  },
  doc: {
    means:
      "The node ran short of memory, disk, inodes or process ids. The kubelet evicts pods to get some back: first those that use more than they request, by priority and by how far they are above it.",
    seenIn:
      "Phase Failed, reason Evicted, `The node was low on resource: memory. Threshold quantity: …, available: …. Container X was using …, request is …, has larger consumption of memory.` (1.26 and later; before, `which exceeds its request of` and no threshold). Event Evicted with the same words; node event EvictionThresholdMet.",
    repair:
      "Request what the container uses. Disk: write less or to a volume, set ephemeral-storage requests, clean up or enlarge the node's disk.",
    notToConfuseWith:
      "node/node-pressure: refused on arrival. Out of memory within a container's own limit is OOMKilled and evicts nobody. An eviction by a drain deletes the pod.",
    catalogue: ["evicted-node-pressure"],
  },
});

const request = (quantity: string) => (quantity === "0" ? "none" : shown(quantity));

function whyThisPod(resource: string, isNamed: boolean, { pod }: PodInput): Text {
  const { qosClass } = (pod.status ?? {}) as { qosClass?: string };
  if (isNamed) return text`Pods that use more than they request go first, and this one did.`;
  if (resource === "inodes" || resource === "pids")
    return text`Requests do not count for ${resource}: the kubelet chose by priority.`;
  return text`No container is named as using more than it requested: it was chosen by its priority${qosClass && text` (QoS class ${value(qosClass)})`} and is the victim of others.`;
}

function diskAdvice(resource: string, { pod }: PodInput) {
  if (resource !== "ephemeral-storage" && resource !== "inodes") return [];
  const dirs = (pod.spec.volumes ?? [])
    .filter(({ emptyDir }) => emptyDir !== undefined)
    .map(({ name: volume }) => name(volume));
  return [
    {
      title: text`What counts: files in the containers${dirs.length > 0 ? text`, their logs, and the emptyDir volumes ${list(dirs)}` : " and their logs"}. Write less, write to a volume claim, or give the node a larger disk.`,
      commands: pod.spec.nodeName
        ? [kubectl("reads", undefined, "get", "--raw", `/api/v1/nodes/${pod.spec.nodeName}/proxy/stats/summary`)]
        : [],
      applies: "as-is" as const,
      by: "cluster-admin" as const,
    },
  ];
}
