import { isQueued } from "../../objects/kueue.ts";
import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** Controllers by the gates they set. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^kueue\.x-k8s\.io\//, "Kueue, which admits it when its queue has quota"],
];

const isWithoutKueue = ({ pod, snapshot }: PodInput) =>
  isQueued(pod) && snapshot.gapFor("Workload", pod.metadata.namespace)?.state === "not-served";

/** A scheduling gate holds the pod back. */
export default defineRule<{ gates: readonly string[] }>({
  id: "scheduling/gated",
  title: "A scheduling gate holds the pod back",
  effect: "blocks",
  needs: [],
  check({ pod }) {
    const gates = (pod.spec.schedulingGates ?? []).map(({ name: gate }) => gate);
    if (gates.length === 0 || pod.spec.nodeName || pod.metadata.deletionTimestamp) return [];
    const condition = podCondition(pod, "PodScheduled");
    const index = condition ? (pod.status?.conditions ?? []).indexOf(condition) : -1;
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { gates },
        evidence: [
          seen(pod, "spec.schedulingGates", "gates"),
          ...(index >= 0 ? [seen(pod, `status.conditions[${index}].reason`, "scheduler")] : []),
        ],
      },
    ];
  },
  message: ({ facts: { gates } }, input) => {
    const owners = gates.flatMap((gate) => OWNERS.find(([pattern]) => pattern.test(gate))?.[1] ?? []);
    return {
      headline: text`The scheduling ${gates.length === 1 ? "gate" : "gates"} ${list(gates.map(name))} must be removed before the scheduler looks at the pod.`,
      why: text`A pod with a gate is not scheduled; whoever set the gate takes it away when the time has come.${owners.length > 0 && ` It belongs to ${owners.join(" and ")}.`}`,
      notes: isWithoutKueue(input)
        ? [
            text`This cluster does not serve Kueue's kinds: it is not installed (any more), and nobody will take the gate away.`,
          ]
        : [],
    };
  },
  fixes({ facts: { gates } }, { pod }) {
    const { namespace, name: podName } = pod.metadata;
    const isKueue = gates.some((gate) => gate.startsWith("kueue.x-k8s.io/"));
    return [
      isKueue
        ? look(
            text`See what Kueue says about the workload.`,
            kubectl("reads", namespace, "describe", "workloads.kueue.x-k8s.io"),
          )
        : look(
            text`Find the controller that owns the gate, and see what it waits for.`,
            kubectl("reads", namespace, "get", "pod", podName, "-o", "jsonpath={.metadata.managedFields[*].manager}"),
          ),
      {
        title: text`If that controller is gone for good: take the gate away by hand.`,
        commands: [
          kubectl(
            "changes",
            namespace,
            "patch",
            "pod",
            podName,
            "--type=json",
            "-p",
            '[{"op":"remove","path":"/spec/schedulingGates"}]',
          ),
        ],
        applies: "maybe",
        by: "workload-owner",
      },
    ];
  },
  groupKey: ({ facts: { gates } }) => gates.join(),
  doc: {
    means: "The pod was made with scheduling gates: the scheduler does not look at it until they are removed.",
    seenIn:
      "PodScheduled False, reason SchedulingGated; the gates' names stand in spec.schedulingGates. No events. [1.27+]",
    repair: "See what the gate's controller waits for.",
    notToConfuseWith: "scheduling/no-scheduler: there nothing is said at all.",
    catalogue: ["sched-gated"],
  },
});
