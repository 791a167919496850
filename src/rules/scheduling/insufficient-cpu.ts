import { resourceRule } from "./resources.ts";

/** No node has the CPU that the pod asks for. */
export default resourceRule({
  id: "scheduling/insufficient-cpu",
  title: "No node has the CPU that the pod asks for",
  isMine: (resource) => resource === "cpu",
  doc: {
    means:
      "The sum of what the pod's containers request is larger than what any node that it may use has left: allocatable minus the requests of the pods there.",
    seenIn: "PodScheduled False, Unschedulable, `Insufficient cpu` (kube-scheduler, all versions).",
    repair: "Request less, free requests on a node, or add a node.",
    notToConfuseWith:
      "node/out-of-resource (the kubelet refuses a pod that was bound already); a quota, which keeps the pod from being made.",
    catalogue: ["sched-insufficient-cpu"],
  },
});
