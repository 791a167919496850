import { isSystemTaint, tolerationText } from "../../objects/toleration.ts";
import { meantToleration, ownTolerations } from "../../scheduler/edit-options.ts";
import { clusterView } from "../../scheduler/node-info.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec } from "../repair.ts";
import { type Obstruction, refusalRule } from "./refusal-rule.ts";
import { lookAtNodes } from "./resources.ts";
import { type Barrier, barriers } from "./taint-words.ts";

const CONTROL_PLANE = /^node-role\.kubernetes\.io\/(?:control-plane|master)$/;

const words = ({ key, value: content, effect }: Barrier) =>
  `${key}${content ? `=${content}` : ""}${effect ? `:${effect}` : ""}`;

const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /^node\.kubernetes\.io\/(?:not-ready|unreachable)$/,
    "the node is broken: repair it, a toleration would only move the trouble",
  ],
  [/^node\.kubernetes\.io\/network-unavailable$/, "the node has no pod network yet"],
  [/^node\.kubernetes\.io\/(?:disk|memory|pid)-pressure$/, "the node is short of that resource: free it there"],
  [/^node\.kubernetes\.io\/unschedulable$/, "the node is cordoned"],
  [
    /^node\.cloudprovider\.kubernetes\.io\/uninitialized$/,
    "the cloud controller manager has not initialized the node yet: see that it runs",
  ],
  [/^karpenter\.sh\//, "Karpenter is making the node ready or taking it away"],
  [
    /^ToBeDeletedByClusterAutoscaler|^DeletionCandidateOfClusterAutoscaler/,
    "the cluster autoscaler is taking the node away",
  ],
  [CONTROL_PLANE, "the node is kept for the control plane"],
];

/** The toleration of the pod that was meant for a taint of the nearest node. */
function slip(obstruction: Obstruction, { pod, snapshot }: PodInput) {
  const { nodes } = clusterView(snapshot);
  for (const { key, value: content, effect } of barriers(obstruction)) {
    const meant = effect && meantToleration({ key, ...(content && { value: content }), effect }, pod, nodes);
    if (meant) return meant;
  }
  return undefined;
}

/** Kubernetes itself closed the node: what is wrong with it comes first. */
function lookAtBroken(obstruction: Obstruction): readonly Fix[] {
  const node = obstruction.nearest[0]?.node;
  if (!barriers(obstruction).some(({ key }) => isSystemTaint(key))) return [];
  return [
    {
      title: text`Find out what is wrong with ${node ? text`node ${name(node.name)}` : "the node"}.`,
      commands: [kubectl("reads", undefined, "describe", ...(node ? ["node", node.name] : ["nodes"]))],
      applies: "as-is",
      by: "cluster-admin",
    },
  ];
}

/** A taint that the pod does not tolerate closes the nodes. */
export default refusalRule({
  id: "scheduling/untolerated-taint",
  title: "A taint that the pod does not tolerate closes the nodes",
  obstacles: ["taint"],
  headline: (obstruction, input) => {
    const all = barriers(obstruction);
    const total = obstruction.verdict.parsed?.total ?? 0;
    const where =
      obstruction.nearest.length > 0 ? obstruction.nearest.length : (obstruction.refusals[0]?.count ?? total);
    const of =
      where === total
        ? total === 1
          ? "The only node has"
          : `All ${total} nodes have`
        : `${count(where, "node")} of ${total} ${where === 1 ? "has" : "have"}`;
    const meant = slip(obstruction, input);
    return all.length > 0
      ? text`${of} the taint ${list([...new Set(all.map(words))].map(value))}, which the pod does not tolerate${meant && text`; it tolerates ${value(tolerationText(meant))}`}.`
      : text`${of} a taint that the pod does not tolerate.`;
  },
  why: (obstruction) => {
    const meanings = barriers(obstruction).flatMap(
      ({ key }) => MEANINGS.find(([pattern]) => pattern.test(key))?.[1] ?? [],
    );
    return text`A node with a taint takes only pods that tolerate it${meanings.length > 0 ? `; this one says: ${[...new Set(meanings)].join("; ")}` : ": it is kept for certain workloads"}.`;
  },
  notes: ({ nearest, verdict }) =>
    nearest.length === 0 && /taint\(s\)/.test(verdict.message)
      ? [text`Since 1.34 the scheduler does not name the taint, and the nodes could not be read.`]
      : [],
  fixes: (obstruction, input) => {
    const all = barriers(obstruction);
    const [first] = all;
    if (!first) return [lookAtNodes(text`See the nodes' taints.`)];
    const broken = lookAtBroken(obstruction);
    if (broken.length > 0) return broken;
    const tolerations = all.map(({ key, value: content, effect }) => ({
      key,
      ...(content ? { operator: "Equal", value: content } : { operator: "Exists" }),
      ...(effect && { effect }),
    }));
    return [
      // The sentence names one taint of each node; whether it is the only one cannot be told.
      patchPodSpec(
        input,
        { tolerations: [...ownTolerations(input.pod), ...tolerations] },
        text`Let the pod tolerate ${list(all.map((one) => value(words(one))))}, if it belongs on such nodes.`,
        { applies: "maybe" },
      ),
      {
        title: text`Or take the taint off the node${CONTROL_PLANE.test(first.key) && ", as is usual in a cluster of one node"}.`,
        commands: [kubectl("changes", undefined, "taint", "nodes", "<node>", `${first.key}-`)],
        applies: "fill-in",
        by: "cluster-admin",
      },
    ];
  },
  beside: lookAtBroken,
  doc: {
    means:
      "Nodes can be closed by taints; a pod goes there only with a toleration for each. Taints are put on by hand for dedicated nodes, by Kubernetes for nodes in trouble, and by installers for the control plane.",
    seenIn:
      "`node(s) had untolerated taint {key: value}` [1.24–1.33], `node(s) had untolerated taint(s)` [1.34+], `node(s) had taint {…}, that the pod didn't tolerate` [≤1.23].",
    repair:
      "Add a toleration where the pod belongs there, remove the taint, or repair the node that Kubernetes tainted.",
    notToConfuseWith: "scheduling/node-unschedulable: a cordoned node has its own reason.",
    catalogue: [
      "sched-untolerated-taint",
      "sched-taint-not-ready",
      "sched-taint-unreachable",
      "sched-taint-pressure",
      "sched-taint-control-plane",
      "sched-taint-provider",
    ],
  },
});
