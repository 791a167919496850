import { requirementText } from "../../objects/label-selector.ts";
import { list, name, path, text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** The node's labels do not fit the pod's selector, or no longer do. */
export default verdictRule<{ message: string }>({
  id: "node/node-affinity",
  title: "Refused, because the node's labels do not fit the pod",
  needs: ["Node"],
  read: byReason("NodeAffinity"),
  headline: (_more, input) =>
    text`Refused (NodeAffinity): the labels of node ${nodeName(input)} do not fit the pod's node selector or affinity.`,
  why: (_more, { pod, node }) => {
    const selector = Object.entries(pod.spec.nodeSelector ?? {});
    const labels = node?.state === "found" ? node.object.metadata.labels : undefined;
    const lacking = labels ? selector.filter(([key, wanted]) => labels[key] !== wanted) : [];
    const shown = lacking.map(([key, wanted]) => value(requirementText({ key, operator: "In", values: [wanted] })));
    return text`The kubelet checks the labels again when a pod arrives and when it starts itself. ${
      lacking.length > 0
        ? text`The node lacks ${list(shown)} of ${path("spec.nodeSelector")}.`
        : text`They were changed after the scheduler had decided, the node came back without them, or ${path("spec.nodeName")} was set by hand.`
    }`;
  },
  fixes: (_more, input) => {
    const selector = Object.entries(input.pod.spec.nodeSelector ?? {});
    const labels = input.node?.state === "found" ? input.node.object.metadata.labels : undefined;
    const lacking = labels ? selector.filter(([key, wanted]) => labels[key] !== wanted) : [];
    return [
      seeNode(input, text`The node's labels.`),
      ...(lacking.length > 0 && input.pod.spec.nodeName
        ? [
            {
              title: text`If the node should have ${lacking.length === 1 ? "the label" : "the labels"}: set ${list(lacking.map(([key]) => name(key)))}.`,
              commands: [
                {
                  argv: [
                    "kubectl",
                    "label",
                    "node",
                    input.pod.spec.nodeName,
                    ...lacking.map(([key, wanted]) => `${key}=${wanted}`),
                  ],
                  does: "changes" as const,
                },
              ],
              applies: "maybe" as const,
              by: "cluster-admin" as const,
            },
          ]
        : []),
      ...leftover(input),
    ];
  },
  doc: {
    means: "The pod was bound to a node whose labels do not satisfy its node selector or required node affinity.",
    seenIn:
      "Phase Failed, reason NodeAffinity, `Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector` (kubelet, all versions).",
    repair: "Restore the node's label, or let the scheduler choose the node.",
    notToConfuseWith: "scheduling/node-affinity: no node fits, and the pod waits.",
    catalogue: ["admit-node-affinity"],
  },
});
