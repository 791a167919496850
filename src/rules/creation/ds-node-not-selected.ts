import { matchesRequirement, type Requirement } from "../../objects/label-selector.ts";
import type { Node } from "../../objects/node.ts";
import { refTo } from "../../objects/object.ts";
import { type Toleration, taintText, untolerated } from "../../objects/toleration.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { adminFix, look, patchTemplate } from "./repair.ts";

interface Facts {
  readonly nodes: number;
  /** Labels of the node selector that no node has. */
  readonly missingLabels: readonly string[];
  readonly byAffinity: number;
  /** Taints that are not tolerated, with the number of nodes that have them and would do otherwise. */
  readonly taints: readonly { readonly taint: string; readonly nodes: number }[];
}

/** No node is one that the DaemonSet wants. */
export default defineWorkloadRule<Facts>({
  id: "creation/ds-node-not-selected",
  title: "No node is one that the DaemonSet wants",
  effect: "blocks",
  needs: ["Node"],
  check: (input) => {
    const { object, snapshot, counts, template } = input;
    if (object.kind !== "DaemonSet" || counts?.wanted !== 0 || !template) return [];
    const { observedGeneration } = (object.status ?? {}) as { observedGeneration?: number };
    const nodes = snapshot.list("Node");
    if (!observedGeneration || !nodes.isComplete) return [];
    const evidence = [seen(object, "status.desiredNumberScheduled", "wanted")] as const;
    return [{ subject: refTo(object), confidence: "certain" as const, evidence, facts: factsOf(nodes.items, input) }];
  },
  message: ({ facts: { nodes, missingLabels, byAffinity, taints } }, { object }) => ({
    headline: headlineOf(object.metadata.name, { nodes, missingLabels, byAffinity, taints }),
    why: text`A DaemonSet makes one pod for each node that fits its ${path("nodeSelector")} and node affinity and whose taints it tolerates. It sends no event about nodes that do not.`,
    notes: taints.map(
      ({ taint, nodes: n }): Text => text`${count(n, "node")} would do but for the taint ${value(taint)}.`,
    ),
  }),
  fixes: ({ facts }, input) => fixesOf(facts, input),
  doc: {
    means:
      "All nodes are ruled out by the DaemonSet's node selector, its node affinity, or taints that it does not tolerate.",
    seenIn:
      "`status.desiredNumberScheduled: 0` with nodes in the cluster. No event (kubernetes v1.36 pkg/controller/daemon/daemon_controller.go NodeShouldRunDaemonPod).",
    repair: "Label a node, correct the selector, or add a toleration.",
    notToConfuseWith: "A DaemonSet whose pods are there and not ready.",
    catalogue: ["ds-node-not-selected", "owner-scaled-to-zero"],
  },
});

/** What every pod of a DaemonSet tolerates (kubernetes v1.36 pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations). */
const ALWAYS: readonly Toleration[] = [
  ...["not-ready", "unreachable"].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoExecute",
  })),
  ...["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map((key) => ({
    key: `node.kubernetes.io/${key}`,
    operator: "Exists",
    effect: "NoSchedule",
  })),
];
const ON_HOST_NETWORK: Toleration = {
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
};

function factsOf(nodes: readonly Node[], { template }: WorkloadInput): Facts {
  const wanted = Object.entries(template?.nodeSelector ?? {});
  const selected = nodes.filter(({ metadata }) => wanted.every(([label, one]) => metadata.labels?.[label] === one));
  const missing = wanted.filter(([label, one]) => !nodes.some(({ metadata }) => metadata.labels?.[label] === one));
  const fitting = selected.filter((node) => fitsAffinity(node, template?.affinity));
  const tolerations = [
    ...((template?.tolerations ?? []) as readonly Toleration[]),
    ...ALWAYS,
    ...(template?.hostNetwork ? [ON_HOST_NETWORK] : []),
  ];
  const byTaint = new Map<string, number>();
  for (const node of fitting) {
    for (const taint of untolerated(node.spec?.taints ?? [], tolerations))
      byTaint.set(taintText(taint), (byTaint.get(taintText(taint)) ?? 0) + 1);
  }
  return {
    nodes: nodes.length,
    missingLabels: missing.map(([label, one]) => `${label}=${one}`),
    byAffinity: selected.length - fitting.length,
    taints: [...byTaint].sort(([a], [b]) => (a < b ? -1 : 1)).map(([taint, n]) => ({ taint, nodes: n })),
  };
}

/** Any term, with all of its expressions. Fields know `metadata.name` only. */
function fitsAffinity({ metadata }: Node, affinity: unknown): boolean {
  const { nodeAffinity } = (affinity ?? {}) as {
    nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: readonly Term[] } };
  };
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some(
    ({ matchExpressions = [], matchFields = [] }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every((one) => matchesRequirement(one, metadata.labels ?? {})) &&
      matchFields.every((one) => matchesRequirement(one, { "metadata.name": metadata.name })),
  );
}

interface Term {
  readonly matchExpressions?: readonly Requirement[];
  readonly matchFields?: readonly Requirement[];
}

function headlineOf(itsName: string, { nodes, missingLabels, byAffinity, taints }: Facts): Text {
  const of = text`of the ${count(nodes, "node")}`;
  if (nodes === 0) return text`DaemonSet ${name(itsName)} has no pods: the cluster has no nodes.`;
  if (missingLabels.length > 0)
    return text`DaemonSet ${name(itsName)} wants nodes with ${list(missingLabels.map(value))}; none ${of} has that.`;
  if (taints.length > 0)
    return text`DaemonSet ${name(itsName)} does not tolerate ${list(taints.map(({ taint }) => value(taint)))}; no other node fits.`;
  return byAffinity > 0
    ? text`None ${of} fits the node affinity of DaemonSet ${name(itsName)}.`
    : text`None ${of} has all the labels that DaemonSet ${name(itsName)} wants.`;
}

function fixesOf({ missingLabels, taints }: Facts, input: WorkloadInput): readonly Fix[] {
  const see = look(text`What the nodes have.`, kubectl("reads", undefined, "get", "nodes", "--show-labels"));
  const labels = missingLabels.map((label) =>
    adminFix(text`Label a node that it should run on.`, [
      kubectl("changes", undefined, "label", "node", "<node>", label),
    ]),
  );
  if (labels.length > 0) {
    const nodeSelector = Object.fromEntries(missingLabels.map((label) => [label.slice(0, label.indexOf("=")), null]));
    return [
      see,
      ...labels.slice(0, 1),
      patchTemplate(input, { spec: { nodeSelector } }, text`Or do without that label.`, { applies: "maybe" }),
    ];
  }
  const tolerations = taints.map(({ taint }) => {
    const [, key = "", wanted, effect = ""] = /^([^=:]+)(?:=([^:]*))?:(.+)$/.exec(taint) ?? [];
    return { key, ...(wanted === undefined ? { operator: "Exists" } : { operator: "Equal", value: wanted }), effect };
  });
  if (tolerations.length === 0) return [see];
  const own = (input.template?.tolerations ?? []) as readonly object[];
  return [
    see,
    patchTemplate(
      input,
      { spec: { tolerations: [...own, ...tolerations] } },
      text`Tolerate the taint, if it should run there.`,
      { applies: "maybe" },
    ),
  ];
}
