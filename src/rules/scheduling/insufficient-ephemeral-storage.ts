import { resourceRule } from "./resources.ts";

/** No node has the ephemeral storage that the pod asks for. */
export default resourceRule({
  id: "scheduling/insufficient-ephemeral-storage",
  title: "No node has the ephemeral storage that the pod asks for",
  isMine: (resource) => resource === "ephemeral-storage",
  doc: {
    means: "The local disk space that the pod's containers request is more than any node that it may use has left.",
    seenIn: "PodScheduled False, Unschedulable, `Insufficient ephemeral-storage` (kube-scheduler, all versions).",
    repair: "Request less, or add nodes with larger disks.",
    notToConfuseWith: "node/evicted: there the pod ran and used too much.",
    catalogue: ["sched-insufficient-ephemeral-storage"],
  },
});
