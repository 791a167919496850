import { writtenBy } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { isTerminal, podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { nodeHealth } from "./health.ts";
import { neighboursNote, nodeName, seeNode } from "./words.ts";

/** A kubelet takes a pod on within a second or two; a busy one needs longer. */
const PATIENCE_SECONDS = 30;

/** Bound to a node whose kubelet has done nothing with it. */
export default defineRule<{ node: string; waitedSeconds: number; isNodeReady: boolean }>({
  id: "node/kubelet-not-seen",
  title: "The node's kubelet has not taken the pod on",
  effect: "blocks",
  needs: ["Node", "Event"],
  check: (input) => {
    const { pod, snapshot, events } = input;
    const { nodeName: node } = pod.spec;
    if (!node || isTerminal(pod) || pod.metadata.deletionTimestamp) return [];
    const { startTime, containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    if (startTime || containerStatuses.length > 0 || initContainerStatuses.length > 0) return [];
    if (events.some((event) => writtenBy(event) === "kubelet")) return [];
    const waitedSeconds = snapshot.secondsSince(
      podCondition(pod, "PodScheduled")?.lastTransitionTime ?? pod.metadata.creationTimestamp,
    );
    if (waitedSeconds === undefined || waitedSeconds < PATIENCE_SECONDS) return [];
    const isNodeReady = nodeHealth(input)?.state === "ready";
    return [
      {
        subject: refTo(pod),
        confidence: isNodeReady ? ("likely" as const) : ("possible" as const),
        facts: { node, waitedSeconds, isNodeReady },
        evidence: [seen(pod, "spec.nodeName", "node")] as const,
      },
    ];
  },
  message: ({ facts: { waitedSeconds, isNodeReady } }, input) => {
    const note = neighboursNote(input);
    return {
      headline: text`The kubelet of node ${nodeName(input)} has not taken the pod on, ${duration(waitedSeconds)} after it was bound to it.`,
      why: text`The pod has no ${path("status.startTime")}, no container statuses and no event of a kubelet${isNodeReady ? ", while the node says that it is ready: its kubelet hangs, is far behind, or no longer gets changes from the API server" : ""}.`,
      notes: [
        ...(note ? [note] : []),
        ...(isVirtual(input)
          ? [text`It is a virtual node: its provider starts the pods, and its own log tells why it does not.`]
          : []),
      ],
    };
  },
  fixes: (_match, input) => [
    seeNode(input, text`The node's conditions, and when it was last heard of.`),
    {
      title: text`Whether other pods start on the node.`,
      commands: [
        kubectl(
          "reads",
          undefined,
          "get",
          "pods",
          "--all-namespaces",
          "--field-selector",
          `spec.nodeName=${input.pod.spec.nodeName ?? ""}`,
        ),
      ],
      applies: "as-is",
      by: "cluster-admin",
    },
    { title: text`Restart the kubelet on the node.`, commands: [], applies: "maybe", by: "cluster-admin" },
  ],
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means: "The scheduler bound the pod to a node, and the kubelet there has not reported anything about it.",
    seenIn:
      "spec.nodeName is set, status.startTime and container statuses are missing, and no event of the pod is a kubelet's.",
    repair: "Look at the node and its kubelet.",
    notToConfuseWith: "A node that is not ready or not heard of: then that is the cause.",
    catalogue: ["node-kubelet-not-seen"],
  },
});

function isVirtual({ node }: Parameters<typeof nodeHealth>[0]): boolean {
  return node?.state === "found" && node.object.metadata.labels?.type === "virtual-kubelet";
}
