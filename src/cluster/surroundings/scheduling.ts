import type { Reader } from "./standing.ts";

/** Nodes and the pods on them, to run the scheduler's filters again; more than this is a cluster too large for one answer. */
const MOST_PODS = 20_000;

const scheduling: Reader = async ({ spec, metadata }, collector) => {
  if (spec.nodeName || metadata.deletionTimestamp || (spec.schedulingGates ?? []).length > 0) return;
  const namespaced = JSON.stringify(spec.affinity ?? {}).includes("namespaceSelector");
  await Promise.all([
    collector.list("Node", undefined),
    // Without a selector: only a whole list proves that a node holds nothing else.
    collector.list("Pod", undefined, { most: MOST_PODS }),
    namespaced ? collector.list("Namespace", undefined) : undefined,
  ]);
};
export default scheduling;
