import { resourceRule } from "./resources.ts";

/** No node has the memory that the pod asks for. */
export default resourceRule({
  id: "scheduling/insufficient-memory",
  title: "No node has the memory that the pod asks for",
  isMine: (resource) => resource === "memory",
  doc: {
    means: "The memory that the pod's containers request is more than any node that it may use has left.",
    seenIn: "PodScheduled False, Unschedulable, `Insufficient memory` (kube-scheduler, all versions).",
    repair: "Request less, free requests on a node, or add a node.",
    notToConfuseWith: "container/oom-killed: there the container ran and used too much.",
    catalogue: ["sched-insufficient-memory"],
  },
});
