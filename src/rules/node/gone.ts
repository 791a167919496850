import { refTo } from "../../objects/object.ts";
import { isTerminal, podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { nearest } from "../../text/nearest.ts";
import { list, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { nodeHealth, STALE_WITHOUT_NODE } from "./health.ts";

/** There is no such node. */
export default defineRule<{ node: string; wasScheduled: boolean; nearest: readonly string[] }>({
  id: "node/gone",
  title: "The node does not exist",
  effect: "blocks",
  needs: ["Node"],
  explains: STALE_WITHOUT_NODE,
  check: (input) => {
    const { pod, snapshot } = input;
    const health = nodeHealth(input);
    const collected = podCondition(pod, "DisruptionTarget");
    const wasCollected = collected?.status === "True" && collected.reason === "DeletionByPodGC";
    if (pod.metadata.deletionTimestamp || (isTerminal(pod) && !wasCollected) || health?.state !== "gone") return [];
    const names = snapshot.list("Node").items.map(({ metadata }) => metadata.name);
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: {
          node: health.name,
          wasScheduled: hasRun(input.pod) || podCondition(pod, "PodScheduled")?.status === "True",
          nearest: nearest(health.name, names),
        },
        evidence: [seen(pod, "spec.nodeName", "node")] as const,
      },
    ];
  },
  message: ({ facts: { node, wasScheduled, nearest: like } }) => ({
    headline: wasScheduled
      ? text`Node ${name(node)}, where the pod ran, no longer exists.`
      : text`There is no node ${name(node)}${like[0] && text`; there is ${name(like[0])}`}.`,
    why: wasScheduled
      ? text`The Node object was deleted. The pod's status is the last word of its kubelet, and the containers may run on, unseen, if the machine does.`
      : text`The pod names its node itself (${path("spec.nodeName")}), which passes the scheduler over: nothing looks for another one.`,
    notes: like.length > 1 ? [text`Nodes of similar names: ${list(like.map(name))}.`] : [],
    outlook: text`The pod garbage collector deletes pods of missing nodes after about 40 s.`,
  }),
  fixes: ({ facts: { node } }, { pod }) => [
    {
      title: text`The nodes that there are.`,
      commands: [kubectl("reads", undefined, "get", "nodes")],
      applies: "as-is",
      by: "workload-owner",
    },
    {
      title: text`If the pod is still there after minutes and machine ${name(node)} is off for certain: delete it without waiting for its kubelet.`,
      commands: [
        kubectl("deletes", pod.metadata.namespace, "delete", "pod", pod.metadata.name, "--grace-period=0", "--force"),
      ],
      applies: "maybe",
      by: "cluster-admin",
    },
  ],
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means:
      "spec.nodeName names a node that the API server does not know: it was deleted, or the name was set by hand and is wrong.",
    seenIn:
      "spec.nodeName, and no Node of that name; DisruptionTarget with reason DeletionByPodGC `PodGC: node no longer exists`.",
    repair: "Wait for the pod garbage collector, or leave the choice of the node to the scheduler.",
    notToConfuseWith: "A node that could not be read (forbidden): then nothing is said of it.",
    catalogue: ["node-gone"],
  },
});

const hasRun = ({ status }: { status?: { startTime?: string | undefined } | undefined }) =>
  status?.startTime !== undefined;
