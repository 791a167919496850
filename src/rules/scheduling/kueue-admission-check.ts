import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { conditionOf, gateEvidence, queueViewOf } from "./kueue.ts";

/** The checks of a workload that has its quota and is not admitted. */
function openChecks(input: PodInput) {
  const { workload } = queueViewOf(input) ?? {};
  if (!workload || conditionOf(workload, "QuotaReserved")?.status !== "True") return undefined;
  if (conditionOf(workload, "Admitted")?.status === "True") return undefined;
  const checks = (workload.status?.admissionChecks ?? [])
    .map((check, index) => ({ ...check, index }))
    .filter(({ state }) => state !== "Ready");
  return checks.length > 0 ? { workload, checks } : undefined;
}

/** The quota is given, and another controller has not agreed yet. */
export default defineRule<{ workload: string; checks: readonly string[]; states: readonly string[] }>({
  id: "scheduling/kueue-admission-check",
  title: "A Kueue admission check is not ready",
  effect: "delays",
  needs: ["Workload"],
  explains: ["scheduling/gated"],
  check(input) {
    const open = openChecks(input);
    if (!open) return [];
    const { workload, checks } = open;
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        ...(checks.some(({ state }) => state === "Rejected") && { effect: "blocks" as const }),
        facts: {
          workload: workload.metadata.name,
          checks: checks.map((one) => one.name),
          states: checks.map(({ state }) => state),
        },
        evidence: [
          gateEvidence(input),
          ...checks.map(({ index, state, message, name: check }) =>
            seen(
              workload,
              `status.admissionChecks[${index}].state`,
              check,
              text`${value(state)}${message && text`: ${value(message)}`}`,
            ),
          ),
        ],
      },
    ];
  },
  message: ({ facts: { checks, states } }) => ({
    headline: states.includes("Rejected")
      ? text`The admission ${checks.length === 1 ? "check" : "checks"} ${list(checks.map(name))} of Kueue rejected the workload.`
      : text`Kueue has quota for the pod, and waits for the admission ${checks.length === 1 ? "check" : "checks"} ${list(checks.map(name))}.`,
    why: text`A ClusterQueue can ask other controllers before it admits a workload, for instance whether nodes can be had for it.`,
  }),
  fixes: ({ facts: { workload, checks } }, { pod }) => [
    look(
      text`See which controller the check belongs to, and what it waits for.`,
      ...checks.map((check) => kubectl("reads", undefined, "describe", "admissionchecks.kueue.x-k8s.io", check)),
      kubectl("reads", pod.metadata.namespace, "describe", "workloads.kueue.x-k8s.io", workload),
    ),
  ],
  groupKey: ({ facts: { checks, states } }) => `${checks.join()} ${states.join()}`,
  doc: {
    means:
      "Kueue has reserved quota for the workload, and an admission check of its ClusterQueue (a ProvisioningRequest, MultiKueue) is not ready.",
    seenIn:
      "The Workload's condition Admitted False, reason UnsatisfiedChecks; its status.admissionChecks[].state Pending, Retry or Rejected (Kueue).",
    repair: "Look at the controller of the check.",
    notToConfuseWith: "scheduling/kueue-waiting: there the quota itself is missing.",
    catalogue: ["kueue-admission-check"],
  },
});
