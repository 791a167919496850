import { fullName, type KubeObject, refTo } from "../../objects/object.ts";
import { type Pod, priorityOf } from "../../objects/pod.ts";
import type { Fit } from "../../scheduler/fit.ts";
import { clusterView } from "../../scheduler/node-info.ts";
import { preemptionFor, type Victims } from "../../scheduler/preemption.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text, value } from "../../text/text.ts";
import { type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { verdictOn } from "./verdict.ts";

interface PriorityClass extends KubeObject {
  readonly value?: number;
  readonly preemptionPolicy?: string;
}

/** Classes above are Kubernetes' own (scheduling v1 HighestUserDefinablePriority, kubernetes v1.36 pkg/apis/scheduling/types.go). */
const HIGHEST_OF_USERS = 1_000_000_000;

/** Whom the scheduler would evict for the pod, were it not told to evict nobody. */
function victimsWithout({ pod, snapshot }: PodInput, fit: Fit | undefined) {
  if (!fit) return undefined;
  const { preemptionPolicy: _, ...spec } = pod.spec;
  const preemption = preemptionFor({ ...pod, spec } as Pod, clusterView(snapshot), fit);
  return preemption.state === "possible" ? preemption.candidates[0] : undefined;
}

/** The class nearest to the pod's own that stands above those pods and does evict. */
function otherClass({ pod, snapshot }: PodInput, above: number): PriorityClass | undefined {
  const distance = (one: PriorityClass) => Math.abs((one.value ?? 0) - priorityOf(pod));
  return (snapshot.list("PriorityClass").items as readonly PriorityClass[])
    .filter(
      ({ value: at = 0, preemptionPolicy }) => preemptionPolicy !== "Never" && at > above && at <= HIGHEST_OF_USERS,
    )
    .sort((a, b) => distance(a) - distance(b))[0];
}

const highest = ({ pods }: Pick<Victims, "pods">) => Math.max(...pods.map(priorityOf));

/** Pods of lower priority are in the way, and the pod's PriorityClass lets it evict nobody. */
export default defineRule<{ node: string; pods: readonly string[]; above: number }>({
  id: "scheduling/preemption-never",
  title: "The pod's PriorityClass evicts nobody",
  effect: "delays",
  needs: ["Node", "Pod"],
  check(input) {
    const { pod } = input;
    if (pod.spec.preemptionPolicy !== "Never") return [];
    const victims = victimsWithout(input, verdictOn(input)?.fit);
    if (!victims) return [];
    const pods = victims.pods.map(({ metadata }) => fullName(metadata));
    return [
      {
        subject: refTo(pod),
        confidence: "likely",
        facts: { node: victims.node, pods, above: highest(victims) },
        evidence: [seen(pod, "spec.preemptionPolicy", "preemptionPolicy"), seen(pod, "spec.priority", "priority")],
      },
    ];
  },
  message: ({ facts: { node, pods } }, { pod }) => ({
    headline: text`${list(pods.map(name), 3)} on ${name(node)} could make room: ${pods.length === 1 ? "its priority is" : "their priority is"} lower, but the pod's preemptionPolicy is ${value("Never")}.`,
    why: text`${pod.spec.priorityClassName ? text`PriorityClass ${name(pod.spec.priorityClassName)} puts the pod first in the queue and evicts nobody for it` : "The pod stands first in the queue, and nobody is evicted for it"}: it waits until somebody goes.`,
  }),
  fixes: ({ facts: { above } }, input): readonly Fix[] => {
    const { pod } = input;
    const other = otherClass(input, above);
    if (!other)
      return [look(text`See which PriorityClasses evict.`, kubectl("reads", undefined, "get", "priorityclasses"))];
    // What the class stands for was written into the pod when it was made, and may not differ in a new one.
    const own = input.workload.kind === "Pod" ? { priority: null, preemptionPolicy: null } : {};
    return [
      patchPodSpec(
        input,
        { ...own, priorityClassName: other.metadata.name },
        text`If those pods may be evicted for it: use PriorityClass ${name(other.metadata.name)} (${other.value ?? 0}; the pod's has ${priorityOf(pod)}).`,
        { applies: "maybe" },
      ),
    ];
  },
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means:
      "The pod is more important than others on a node that would take it without them, but preemptionPolicy Never forbids the scheduler to evict them.",
    seenIn:
      "spec.preemptionPolicy Never; `preemption: not eligible due to preemptionPolicy=Never.` at the end of the scheduler's sentence (all versions).",
    repair: "Another PriorityClass, where those pods may go; or repair what the nodes lack.",
    notToConfuseWith: "What the nodes lack, which is the cause: only named where evicting would help.",
    catalogue: ["sched-preemption-never"],
  },
});
