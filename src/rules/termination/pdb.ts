import { type LabelSelector, matchesSelector } from "../../objects/label-selector.ts";
import { refTo } from "../../objects/object.ts";
import { isTerminal } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, path, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { nodeName } from "../node/words.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

interface Budget {
  readonly name: string;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
}

/** A drain of the pod's cordoned node waits for a disruption budget. */
export default defineRule<{ budgets: readonly Budget[] }>({
  id: "termination/pdb",
  title: "A disruption budget holds up the drain of the node",
  effect: "risks",
  needs: ["PodDisruptionBudget", "Node"],
  check: (input) => {
    const { pod, node } = input;
    if (
      pod.metadata.deletionTimestamp ||
      isTerminal(pod) ||
      node?.state !== "found" ||
      !node.object.spec?.unschedulable
    )
      return [];
    const budgets = budgetsOf(input);
    const holding = budgets.filter(({ disruptionsAllowed }) => disruptionsAllowed === 0);
    const several = budgets.length > 1;
    const [first] = several ? budgets : holding;
    if (!first) return [];
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: {
          budgets: (several ? budgets : holding).map(({ object, currentHealthy, desiredHealthy, expectedPods }) => ({
            name: object.metadata.name,
            currentHealthy,
            desiredHealthy,
            expectedPods,
          })),
        },
        evidence: [
          seen(first.object, "status.disruptionsAllowed", "disruptionsAllowed"),
          seen(node.object, "spec.unschedulable", "cordoned"),
        ] as const,
      },
    ];
  },
  message: ({ facts: { budgets } }, input) => {
    const [first] = budgets;
    const isSeveral = budgets.length > 1;
    return {
      headline: isSeveral
        ? text`A drain of node ${nodeName(input)} fails at this pod: ${list(budgets.map((one) => name(one.name)))} all select it.`
        : text`A drain of node ${nodeName(input)} waits for this pod: PodDisruptionBudget ${name(first?.name ?? "")} allows no eviction.`,
      why: isSeveral
        ? text`The eviction API refuses a pod that more than one PodDisruptionBudget selects.`
        : text`It wants ${first?.desiredHealthy ?? 0} healthy pods and has ${first?.currentHealthy ?? 0} of ${first?.expectedPods ?? 0}. Only evictions ask it; ${value("kubectl delete pod")} does not.`,
    };
  },
  fixes: ({ facts: { budgets } }, { pod }) => [
    look(
      text`What the budget counts.`,
      kubectl("reads", pod.metadata.namespace, "describe", "poddisruptionbudget", budgets[0]?.name ?? ""),
    ),
    {
      title: text`If unhealthy pods use the budget up, let those be evicted all the same (${path("unhealthyPodEvictionPolicy")}).`,
      commands: [
        kubectl(
          "changes",
          pod.metadata.namespace,
          "patch",
          "poddisruptionbudget",
          budgets[0]?.name ?? "",
          "--type=merge",
          "-p",
          JSON.stringify({ spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } }),
        ),
      ],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  doc: {
    means:
      "The node is cordoned, as for a drain, and a PodDisruptionBudget that selects the pod allows no disruption now, or several select it.",
    seenIn:
      "Node spec.unschedulable; PodDisruptionBudget status.disruptionsAllowed 0. The one who drains gets 429 `Cannot evict pod as it would violate the pod's disruption budget.`",
    repair: "Get the unhealthy pods ready, run one more replica, or loosen the budget.",
    catalogue: ["pdb-blocks-eviction"],
  },
});

function budgetsOf({ pod, snapshot }: PodInput) {
  return snapshot.list("PodDisruptionBudget", pod.metadata.namespace).items.flatMap((object) => {
    const { spec, status } = object as {
      spec?: { selector?: LabelSelector };
      status?: Readonly<Record<string, unknown>>;
    };
    if (!matchesSelector(spec?.selector, pod.metadata.labels)) return [];
    const number = (field: string) => (typeof status?.[field] === "number" ? status[field] : 0);
    if (typeof status?.disruptionsAllowed !== "number") return [];
    return [
      {
        object,
        disruptionsAllowed: number("disruptionsAllowed"),
        currentHealthy: number("currentHealthy"),
        desiredHealthy: number("desiredHealthy"),
        expectedPods: number("expectedPods"),
      },
    ];
  });
}
