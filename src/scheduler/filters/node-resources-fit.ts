import type { Filter, Rejection } from "../filter.ts";
import { podRequests } from "../pod-requests.ts";
import { isBackedByDevices } from "./dynamic-resources.ts";

/**
 * Resources (kube-scheduler v1.36 plugins/noderesources/fit.go fitsRequest). Lists all that a node lacks. Since 1.34 more than
 * the whole node has is not looked for by preemption.
 */
export const nodeResourcesFit: Filter = {
  name: "NodeResourcesFit",
  prepare(pod, { snapshot, schedulerMinor }) {
    // The order of the message's parts does not matter: the scheduler sorts them.
    const wanted = [...podRequests(pod)].filter(([, amount]) => amount > 0n);
    return (node) => {
      const { pods, allocatable, requested } = node;
      const rejections: Rejection[] = [];
      const add = (resource: string, reason: string, amount: bigint, used: bigint, most: bigint) =>
        rejections.push({
          plugin: "NodeResourcesFit",
          reason,
          isUnresolvable: schedulerMinor >= 34 && resource !== "pods" && amount > most,
          lack: { of: "resource", resource, wanted: amount, requested: used, allocatable: most },
        });
      const mostPods = allocatable.get("pods") ?? 0n;
      if (BigInt(pods.length) + 1n > mostPods) add("pods", "Too many pods", 1n, BigInt(pods.length), mostPods);
      for (const [resource, amount] of wanted) {
        const [used, most] = [requested.get(resource) ?? 0n, allocatable.get(resource) ?? 0n];
        if (amount > most - used && !isBackedByDevices(resource, node, snapshot))
          add(resource, `Insufficient ${resource}`, amount, used, most);
      }
      return rejections;
    };
  },
};
