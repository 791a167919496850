import { STATUS_NAME, STATUS_NAMESPACE } from "../../objects/autoscaler-status.ts";
import { type Event, writtenBy } from "../../objects/event.ts";
import { isQueued, type LocalQueue, QUEUE_LABEL } from "../../objects/kueue.ts";
import type { Pod } from "../../objects/pod.ts";
import { membershipOf } from "../../objects/pod-group.ts";
import { claimReferences } from "../../objects/resource-claim.ts";
import type { Collector } from "../collector.ts";
import { podEvents } from "../targets.ts";
import type { Reader } from "./standing.ts";
import { readVolumesToSchedule } from "./volumes-to-schedule.ts";

/** Nodes and the pods on them, to run the scheduler's filters again; more than this is a cluster too large for one answer. */
const MOST_PODS = 20_000;
/** Bounds for lists that only make an answer better. */
const BOUNDED = { most: 500 };

const scheduling: Reader = async (pod, collector) => {
  const { spec, metadata } = pod;
  if (spec.nodeName || metadata.deletionTimestamp) return;
  if ((spec.schedulingGates ?? []).length > 0) {
    await readQueue(pod, collector);
    return;
  }
  const namespaced = JSON.stringify(spec.affinity ?? {}).includes("namespaceSelector");
  await Promise.all([
    collector.list("Node", undefined),
    // Without a selector: only a whole list proves that a node holds nothing else.
    collector.list("Pod", undefined, { most: MOST_PODS }),
    namespaced ? collector.list("Namespace", undefined) : undefined,
    readVolumesToSchedule(pod, collector),
    readDevices(pod, collector),
    readGang(pod, collector),
    readAutoscaler(pod, collector),
    // What a lowered request must not fall below, and which pods may not be evicted for this one, and by which class others may.
    collector.tryList("LimitRange", metadata.namespace),
    (spec.priority ?? 0) > 0 ? collector.tryList("PodDisruptionBudget", undefined) : undefined,
    spec.preemptionPolicy === "Never" ? collector.tryList("PriorityClass", undefined) : undefined,
  ]);
};
export default scheduling;

/** Claims for devices, and what drivers publish: all of them, as a device may be anybody's. */
async function readDevices(pod: Pod, collector: Collector): Promise<void> {
  const references = claimReferences(pod);
  // An extended resource may stand for a DeviceClass; few clusters have any.
  const asksExtended = JSON.stringify(pod.spec.containers.map(({ resources }) => resources ?? {})).includes("/");
  if (references.length === 0 && !asksExtended) return;
  const classes = await collector.tryList("DeviceClass", undefined);
  if (references.length === 0 && (classes ?? []).length === 0) return;
  const { namespace } = pod.metadata;
  await Promise.all([
    classes ? undefined : collector.list("DeviceClass", undefined),
    collector.list("ResourceSlice", undefined),
    collector.list("ResourceClaim", undefined),
    references.some(({ template }) => template) ? collector.list("ResourceClaimTemplate", namespace) : undefined,
  ]);
}

/** A pod that is scheduled with others: its group, by the words of each project for it. */
async function readGang(pod: Pod, collector: Collector): Promise<void> {
  const { namespace, name } = pod.metadata;
  const membership = membershipOf(pod);
  if (membership && !(await collector.get("PodGroup", namespace, membership.group)))
    await collector.tryList("PodGroup", namespace, BOUNDED);
  if (!pod.spec.schedulerName || pod.spec.schedulerName === "default-scheduler") return;
  const said = [pod.status?.conditions, await podEvents(name, namespace ?? "", collector)];
  if (JSON.stringify(said).includes("ElasticQuota")) await collector.list("ElasticQuota", undefined, BOUNDED);
}

/** What Kueue says of a pod that it holds back, and the queues there are. */
async function readQueue(pod: Pod, collector: Collector): Promise<void> {
  if (!isQueued(pod)) return;
  const { namespace, labels } = pod.metadata;
  const [queues] = await Promise.all([
    collector.list("LocalQueue", namespace, BOUNDED),
    collector.list("Workload", namespace, BOUNDED),
  ]);
  const queue = queues.find(({ metadata }) => metadata.name === labels?.[QUEUE_LABEL]) as LocalQueue | undefined;
  const { clusterQueue } = queue?.spec ?? {};
  if (clusterQueue) await collector.get("ClusterQueue", undefined, clusterQueue);
}

/** What autoscalers say of new nodes. The ConfigMap shows that there is a cluster autoscaler, also where it is silent. */
async function readAutoscaler(pod: Pod, collector: Collector): Promise<void> {
  const [status, nodes, events] = await Promise.all([
    collector.get("ConfigMap", STATUS_NAMESPACE, STATUS_NAME),
    collector.list("Node", undefined),
    podEvents(pod.metadata.name, pod.metadata.namespace ?? "", collector),
  ]);
  const isKarpenters =
    nodes.some(({ metadata }) => Object.keys(metadata.labels ?? {}).some((key) => key.startsWith("karpenter.sh/"))) ||
    events.some((event) => writtenBy(event as Event) === "karpenter");
  await Promise.all([
    status
      ? collector.list("Event", STATUS_NAMESPACE, {
          fieldSelector: `involvedObject.kind=ConfigMap,involvedObject.name=${STATUS_NAME}`,
        })
      : undefined,
    ...(isKarpenters
      ? [collector.list("NodePool", undefined, BOUNDED), collector.list("NodeClaim", undefined, BOUNDED)]
      : []),
  ]);
}
