import { type Node, nodeCondition } from "../../objects/node.ts";
import { controllerOf } from "../../objects/object.ts";
import { isReady, type Pod } from "../../objects/pod.ts";
import type { Collector } from "../collector.ts";
import type { Reader } from "./standing.ts";

/** Bounds for reads that only make an answer better. */
const MOST_ON_NODE = 110;
const MOST_SIBLINGS = 50;

/**
 * The node the pod is bound to; where that is in trouble, its events and the other pods on it. For a pod that is being
 * deleted, what may hold it; for one that runs and is not ready, how long its siblings took.
 */
const node: Reader = async (pod, collector, { isOneOfMany }) => {
  const { nodeName } = pod.spec;
  const [found] = await Promise.all([
    nodeName ? collector.get("Node", undefined, nodeName) : undefined,
    readDeletion(pod, collector),
    isOneOfMany ? undefined : readSiblings(pod, collector),
  ]);
  if (!nodeName) return;
  await Promise.all([
    found?.spec?.unschedulable && !pod.metadata.deletionTimestamp
      ? collector.tryList("PodDisruptionBudget", pod.metadata.namespace)
      : undefined,
    !isOneOfMany && isInTrouble(pod, found) ? readNeighbours(nodeName, collector) : undefined,
  ]);
};
export default node;

const isInTrouble = (pod: Pod, found: Node | undefined) =>
  found === undefined || nodeCondition(found, "Ready")?.status !== "True" || pod.status?.phase === "Failed";

function readNeighbours(nodeName: string, collector: Collector): Promise<unknown> {
  return Promise.all([
    collector.tryList("Pod", undefined, { fieldSelector: `spec.nodeName=${nodeName}`, most: MOST_ON_NODE }),
    // Events about nodes, which have no namespace, are kept in this one.
    collector.tryList("Event", "default", {
      fieldSelector: `involvedObject.kind=Node,involvedObject.name=${nodeName}`,
      most: MOST_ON_NODE,
    }),
  ]);
}

async function readDeletion({ metadata }: Pod, collector: Collector): Promise<void> {
  if (metadata.deletionTimestamp && metadata.namespace) await collector.get("Namespace", undefined, metadata.namespace);
}

/** Other pods of the same template, and the network policies, for a container whose probe does not succeed. */
async function readSiblings(pod: Pod, collector: Collector): Promise<void> {
  const { metadata, spec, status } = pod;
  const hash = metadata.labels?.["pod-template-hash"];
  const runs = status?.containerStatuses?.some(({ state, ready }) => state?.running && !ready) ?? false;
  const isProbed = spec.containers.some((one) => one.readinessProbe ?? one.startupProbe ?? one.livenessProbe);
  if (!runs || !isProbed || isReady(pod)) return;
  await Promise.all([
    hash && controllerOf(pod)
      ? collector.tryList("Pod", metadata.namespace, {
          labelSelector: `pod-template-hash=${hash}`,
          most: MOST_SIBLINGS,
        })
      : undefined,
    collector.tryList("NetworkPolicy", metadata.namespace, { most: MOST_SIBLINGS }),
  ]);
}
