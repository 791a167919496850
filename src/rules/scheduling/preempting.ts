import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** Pods of lower priority are being evicted for this one. */
export default defineRule<{ node: string; victims: readonly string[] }>({
  id: "scheduling/preempting",
  title: "Pods of lower priority are making room",
  effect: "delays",
  needs: ["Pod"],
  explains: [
    "scheduling/insufficient-cpu",
    "scheduling/insufficient-memory",
    "scheduling/insufficient-extended",
    "scheduling/insufficient-ephemeral-storage",
    "scheduling/too-many-pods",
    "scheduling/host-port",
    "scheduling/pod-anti-affinity",
    "scheduling/existing-anti-affinity",
    "scheduling/topology-spread",
  ],
  check({ pod, snapshot }) {
    const node = pod.status?.nominatedNodeName;
    if (!node || pod.spec.nodeName || pod.metadata.deletionTimestamp) return [];
    const victims = snapshot
      .list("Pod")
      .items.filter(({ spec, metadata }) => spec.nodeName === node && metadata.deletionTimestamp)
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    // Since 1.35 a node is nominated as well while a pod that fits waits for its volumes or devices there; no verdict stands against it.
    if (victims.length === 0 && podCondition(pod, "PodScheduled")?.status !== "False") return [];
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { node, victims },
        evidence: [seen(pod, "status.nominatedNodeName", "node")],
      },
    ];
  },
  message: ({ facts: { node, victims } }) => ({
    headline: text`Node ${name(node)} is being cleared for the pod: ${victims.length > 0 ? text`${list(victims.map(name))} ${victims.length === 1 ? "is" : "are"} ending` : "pods of lower priority are ending"}.`,
    why: text`The scheduler evicts pods of lower priority and waits for their grace periods to end.`,
    outlook: text`It goes on by itself when they are gone. One that does not go (a finalizer, a long grace period) holds it up.`,
  }),
  fixes: ({ facts: { node } }) => [
    look(
      text`See which pods are still ending there.`,
      kubectl("reads", undefined, "get", "pods", "-A", "-o", "wide", `--field-selector=spec.nodeName=${node}`),
    ),
  ],
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means: "Preemption has chosen a node, and the pods that must go are on their way.",
    seenIn: "status.nominatedNodeName; Normal event Preempted on the victims.",
    repair: "Wait; look at a victim that does not end.",
    notToConfuseWith: "scheduling/insufficient-cpu: there nobody makes room.",
    catalogue: ["sched-preempting"],
  },
});
