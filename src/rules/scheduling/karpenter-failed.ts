import { refTo } from "../../objects/object.ts";
import { nanos } from "../../objects/quantity.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text, value } from "../../text/text.ts";
import { type Evidence, type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { wordOf } from "./autoscaling.ts";
import { nodePools } from "./karpenter.ts";

/** What Karpenter's words come to (karpenter v1.8 provisioning/scheduling/*.go), the first that fits. */
const MEANINGS: readonly (readonly [RegExp, string, "pod" | "pool" | "cloud"])[] = [
  [/no nodepools found/, "there is no NodePool that is ready", "pool"],
  [/did not tolerate taint/, "the pod does not tolerate the taints of the NodePools", "pod"],
  [/does not have known values/, "no NodePool knows a label that the pod asks for", "pod"],
  [/incompatible requirements/, "the NodePools do not offer what the pod's selector or affinity asks for", "pod"],
  [
    /exceed(?:s|ed)? limits? for nodepool|limits have been exhausted/,
    "the limits of the NodePools are reached",
    "pool",
  ],
  [/unsatisfiable topology constraint/, "no new node would satisfy the spread or the affinity between pods", "pod"],
  [/requirements filtered out all/, "the requirements of the NodePools leave no instance type", "pool"],
  [/no instance type/, "no instance type is large enough, or none is offered", "cloud"],
  [/failed to validate pvc|unbound pvc|persistentvolumeclaim/i, "a claim of the pod is not in order", "pod"],
  [/Dynamic Resource Allocation/, "it does not serve pods with ResourceClaims yet", "pod"],
];

const meaningOf = (message: string) => MEANINGS.find(([pattern]) => pattern.test(message));

/** A NodePool whose limit of a resource is used up. */
function fullPools(
  input: PodInput,
): readonly { readonly pool: string; readonly used: string; readonly evidence: Evidence }[] {
  return nodePools(input).flatMap((pool) =>
    Object.entries(pool.spec?.limits ?? {}).flatMap(([resource, limit]) => {
      const used = pool.status?.resources?.[resource];
      if ((nanos(used) ?? 0n) < (nanos(limit) ?? 0n)) return [];
      return [
        {
          pool: pool.metadata.name,
          used: `${used} of ${limit} ${resource}`,
          evidence: seen(pool, `spec.limits['${resource}']`, "limit"),
        },
      ];
    }),
  );
}

/** Karpenter makes no node for the pod. */
export default defineRule<{ message: string; typo: string | null }>({
  id: "scheduling/karpenter-failed",
  title: "Karpenter makes no node for the pod",
  effect: "delays",
  needs: ["Event"],
  check(input) {
    const event = wordOf(input, "karpenter-failed");
    if (!event) return [];
    const message = (event.message ?? "").replace(/^Failed to schedule pod, /, "");
    const [, typo] = /typo of "([^"]+)"\?/.exec(message) ?? [];
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: { message, typo: typo ?? null },
        evidence: [
          seen(event, "message", "Karpenter"),
          ...(/limit/.test(message) ? fullPools(input).map(({ evidence }) => evidence) : []),
        ],
      },
    ];
  },
  message: ({ facts: { message, typo } }, input) => {
    const [, meaning] = meaningOf(message) ?? [];
    const [full] = /limit/.test(message) ? fullPools(input) : [];
    return {
      headline: meaning
        ? text`Karpenter makes no node for this pod: ${meaning}${typo !== null && text`; it may mean ${name(typo)}`}${full && text` (${name(full.pool)}: ${value(full.used)})`}.`
        : text`Karpenter makes no node for this pod.`,
      why: text`It tries the pod on a new node of each NodePool.${meaning === undefined && text` It says: ${value(message)}.`}`,
    };
  },
  fixes: ({ facts: { message } }, input): readonly Fix[] => {
    const [, , whose] = meaningOf(message) ?? [];
    const pools = nodePools(input).map(({ metadata }) => metadata.name);
    return [
      look(
        text`Compare the pod with the NodePools${pools.length > 0 && text` ${list(pools.map(name))}`}.`,
        kubectl("reads", undefined, "describe", "nodepools.karpenter.sh"),
      ),
      ...(whose === "pod"
        ? [
            {
              title: text`Correct the pod's selector, affinity, tolerations or claims.`,
              commands: [],
              applies: "maybe" as const,
              by: "workload-owner" as const,
            },
          ]
        : []),
      ...(whose === "pool" ? [adminTask(text`Widen the NodePool: its limits or its requirements.`)] : []),
      ...(whose === "cloud" ? [adminTask(text`Allow larger or other instance types in a NodePool.`)] : []),
    ];
  },
  groupKey: ({ facts: { message } }) => meaningOf(message)?.[1] ?? message,
  doc: {
    means: "Karpenter has tried the pod on a new node of each NodePool, and none would take it or may be made.",
    seenIn:
      'Event FailedScheduling of Karpenter on the pod: `Failed to schedule pod, incompatible requirements, label "x" does not have known values (typo of "y"?)`, `… did not tolerate taint …`, `… all available instance types exceed limits for nodepool`, `… no instance type met the scheduling requirements …`, `… no nodepools found`.',
    repair: "Correct the pod, widen a NodePool, raise its limits.",
    notToConfuseWith: "FailedScheduling of kube-scheduler, which is the cause.",
    catalogue: ["karpenter-failed"],
  },
});
