import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { disruptionRule } from "./disruption.ts";
import { nodeName, seeNode } from "./words.ts";

/** Deleted through the eviction API: a drain, an autoscaler, a descheduler. */
export default disruptionRule({
  id: "node/evicted-api",
  title: "Deleted through the eviction API, as by a drain",
  reason: "EvictionByEvictionAPI",
  isTold: (input) => {
    const event = tellingEvent(input);
    return event && seen(event, "message", event.reason ?? "event");
  },
  headline: (input) => text`It is being deleted because ${who(input)}.`,
  why: (input) =>
    input.node?.state === "found" && input.node.object.spec?.unschedulable
      ? text`Node ${nodeName(input)} is cordoned: it takes no new pods, so the successor goes elsewhere.`
      : text`The eviction API deletes a pod as its disruption budgets allow. Who called it is only told by events, or by the API server's audit log.`,
  fixes: (input) => [seeNode(input, text`Whether the node is being emptied, and by whom.`)],
  doc: {
    means:
      "Somebody asked the API server to evict the pod: `kubectl drain`, the cluster autoscaler, Karpenter or a descheduler. Nothing is wrong with the pod.",
    seenIn:
      "Condition DisruptionTarget, reason EvictionByEvictionAPI `Eviction API: evicting`; events ScaleDown (cluster autoscaler), Evicted or Disrupted (Karpenter).",
    repair: "None; watch the successor.",
    notToConfuseWith: "node/evicted-node-pressure: that is the kubelet, and the pod stays as Failed.",
    catalogue: ["evicted-api", "autoscaler-scale-down"],
  },
});

function tellingEvent({ events }: PodInput) {
  return events.findLast(
    ({ reason, message = "" }) =>
      (reason === "ScaleDown" && /node scale down/.test(message)) ||
      reason === "Disrupted" ||
      (reason === "Evicted" && /^Evicted pod: /.test(message)),
  );
}

function who(input: PodInput) {
  const event = tellingEvent(input);
  if (event?.reason === "ScaleDown") return text`the cluster autoscaler gives up node ${nodeName(input)}`;
  if (event) return text`Karpenter gives up node ${nodeName(input)} (${value(event.message ?? "")})`;
  return input.node?.state === "found" && input.node.object.spec?.unschedulable
    ? text`node ${name(input.node.object.metadata.name)} is being emptied`
    : text`it was evicted through the API, as by a drain`;
}
