import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, type Text, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { needsItsNode, nodeHealth, STALE_WITHOUT_NODE, secondsUntilEviction } from "./health.ts";
import { neighboursNote, nodeName, seeNode } from "./words.ts";

/** Nobody has heard of the node: whatever the pod says of itself is old. */
export default defineRule<{ node: string; reason: string; sinceSeconds?: number; lastHeartbeatTime?: string }>({
  id: "node/unreachable",
  title: "The node does not answer",
  effect: "blocks",
  needs: ["Node"],
  explains: STALE_WITHOUT_NODE,
  check: (input) => {
    const { pod } = input;
    const health = nodeHealth(input);
    if (health?.state !== "unreachable" || isTerminal(pod) || pod.metadata.deletionTimestamp) return [];
    const { reason = "", lastHeartbeatTime } = health.condition;
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        // A moment after the last word of the node the pod still says Ready.
        ...(!needsItsNode(input) && { effect: "risks" as const }),
        facts: {
          node: pod.spec.nodeName ?? "",
          reason,
          ...(health.sinceSeconds !== undefined && { sinceSeconds: health.sinceSeconds }),
          ...(lastHeartbeatTime && { lastHeartbeatTime }),
        },
        evidence: [
          seen(health.node, `${health.path}.status`, "Ready"),
          ...(health.condition.message ? [seen(health.node, `${health.path}.message`, "node controller")] : []),
          ...(lastHeartbeatTime ? [seen(health.node, `${health.path}.lastHeartbeatTime`, "last heard of")] : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { sinceSeconds, reason } }, input) => {
    const health = nodeHealth(input);
    const until = health?.state === "unreachable" ? secondsUntilEviction(input, health.node) : undefined;
    const isNew = reason === "NodeStatusNeverUpdated";
    return {
      headline: isNew
        ? text`Node ${nodeName(input)} never reported: its kubelet has not come up.`
        : text`Node ${nodeName(input)} has not been heard of${sinceSeconds !== undefined && ` for ${duration(sinceSeconds)}`}; what the pod says of itself is that old.`,
      why: text`Its kubelet stopped posting: the machine is off or frozen, its network is cut, or the kubelet is down. Only the kubelet updates the pod's status, so containers shown as running may be gone, and the other way round; failures of probes from before say nothing now.`,
      notes: [neighboursNote(input)].filter((note): note is Text => Array.isArray(note)),
      outlook:
        until === undefined
          ? text`The pod stays bound to this node: it tolerates the node's taint without a limit, or nothing says since when the node has it.`
          : text`In ${duration(until)} the pod is marked for deletion (its tolerations say how long it stays); its owner then makes another one, except a StatefulSet, which waits until this one is gone for certain.`,
    };
  },
  fixes: (_match, input) => {
    const node = input.pod.spec.nodeName ?? "";
    return [
      seeNode(input, text`The node's conditions, and when it was last heard of.`),
      {
        title: text`When the node's lease was last renewed.`,
        commands: [kubectl("reads", "kube-node-lease", "get", "lease", node, "-o", "jsonpath={.spec.renewTime}")],
        applies: "as-is",
        by: "cluster-admin",
      },
      adminTask(text`Bring machine and kubelet back: the pod's status then becomes current by itself.`),
      {
        title: text`If the machine is gone for good: delete the Node, and its pods are cleaned up. Not while it may still run: its pods would go on unseen.`,
        commands: [kubectl("deletes", undefined, "delete", "node", node)],
        applies: "maybe",
        by: "cluster-admin",
      },
    ];
  },
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means:
      "The control plane has not heard of the node for 40 s (50 s since 1.31). The pod's status is what was true before.",
    seenIn:
      "Node condition Ready Unknown, reason NodeStatusUnknown `Kubelet stopped posting node status.` or NodeStatusNeverUpdated; taints node.kubernetes.io/unreachable. The pod's Ready is False without a new reason.",
    repair: "Bring the node back, or delete its Node object when the machine is gone for certain.",
    notToConfuseWith: "node/not-ready: the kubelet answers and says what is wrong.",
    catalogue: ["node-unreachable"],
  },
});
