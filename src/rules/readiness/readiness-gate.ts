import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, path, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { gateOwner } from "./gate-owners.ts";

interface Gate {
  readonly type: string;
  /** Absent where nobody has set the condition. */
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** All containers are ready, and a condition that the pod waits for is not True. */
export default defineRule<{ gates: readonly Gate[]; waitedSeconds?: number }>({
  id: "readiness/readiness-gate",
  title: "A readiness gate is not True",
  effect: "blocks",
  needs: [],
  check: ({ pod, snapshot }) => {
    const conditions = pod.status?.conditions ?? [];
    const ready = podCondition(pod, "Ready");
    const containersReady = podCondition(pod, "ContainersReady");
    if (pod.metadata.deletionTimestamp || ready?.status !== "False" || containersReady?.status !== "True") return [];
    const gates = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }, index) => {
      const at = conditions.findIndex(({ type }) => type === conditionType);
      const { status, reason, message } = conditions[at] ?? {};
      return status === "True"
        ? []
        : [
            {
              gate: {
                type: conditionType,
                ...(status && { status }),
                ...(reason && { reason }),
                ...(message && { message }),
              },
              index,
              at,
            },
          ];
    });
    const [first, ...others] = gates;
    if (!first) return [];
    const waitedSeconds = snapshot.secondsSince(containersReady.lastTransitionTime);
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: { gates: gates.map(({ gate }) => gate), ...(waitedSeconds !== undefined && { waitedSeconds }) },
        evidence: [
          seen(pod, `spec.readinessGates[${first.index}].conditionType`, "readiness gate"),
          ...others.map(({ index }) => seen(pod, `spec.readinessGates[${index}].conditionType`, "readiness gate")),
          ...gates.flatMap(({ at }) =>
            at >= 0 ? [seen(pod, `status.conditions[${at}].status`, "its condition")] : [],
          ),
        ],
      },
    ];
  },
  message: ({ facts: { gates, waitedSeconds } }) => {
    const types = list(gates.map(({ type }) => name(type)));
    const unset = gates.every(({ status }) => status === undefined);
    return {
      headline: unset
        ? text`All containers are ready, but nobody has set the readiness gate ${types}.`
        : text`All containers are ready, but the readiness gate ${types} is ${value(gates[0]?.status ?? "not set")}.`,
      why: text`The pod becomes Ready only when each condition in ${path("spec.readinessGates")} is True. The kubelet does not set them: another controller has to${waitedSeconds !== undefined && `, and has not for ${duration(waitedSeconds)}`}.`,
      notes: gates.flatMap(({ type, reason, message }) => {
        const owner = gateOwner(type);
        const says = [reason, message].filter(Boolean).join(": ");
        return [
          ...(says ? [text`${name(type)} says ${value(says)}.`] : []),
          owner
            ? text`${name(type)} is set by ${owner}.`
            : text`Who sets ${name(type)} can only be told by its name: the part before the slash is the domain of its controller.`,
        ];
      }),
    };
  },
  fixes: ({ facts: { gates } }, input) => {
    const { namespace, name: podName } = input.pod.metadata;
    const conditions = gates.map(({ type }) => ({ type, status: "True" }));
    return [
      look(
        text`The conditions of the pod, and what its controller wrote there.`,
        kubectl("reads", namespace, "get", "pod", podName, "-o", "jsonpath={.status.conditions}"),
      ),
      {
        title: text`The repair is at the controller. To let traffic in at once, set the condition by hand; the controller may set it back.`,
        commands: [
          kubectl(
            "changes",
            namespace,
            "patch",
            "pod",
            podName,
            "--subresource=status",
            "-p",
            JSON.stringify({ status: { conditions } }),
          ),
        ],
        applies: "maybe",
        by: "cluster-admin",
      },
      patchPodSpec(input, { readinessGates: null }, text`If the controller is gone for good, do without the gate.`, {
        applies: "maybe",
      }),
    ];
  },
  doc: {
    means:
      "A pod can name conditions that have to be True, beside its containers being ready, before it counts as Ready. One of them is missing or False: its controller has not set it.",
    seenIn:
      'ContainersReady is True and Ready is False with reason ReadinessGatesNotReady, `corresponding condition of pod readiness gate "X" does not exist.` or `the status of pod readiness gate "X" is not "True", but False` (kubelet).',
    repair:
      "Repair the controller that owns the condition: a load balancer's controller waits for the target's own health check, for example.",
    notToConfuseWith:
      "A probe: then ContainersReady is False. A node that is not ready: it turns Ready False with no gate involved.",
    catalogue: ["readiness-gate"],
  },
});
