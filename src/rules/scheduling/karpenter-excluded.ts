import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { autoscalerEvent } from "./autoscaling.ts";
import { exclusionOf, nodePools } from "./karpenter.ts";
import { verdictOn } from "./verdict.ts";

/** The pod itself keeps Karpenter from making a node for it. */
export default defineRule<{ what: string }>({
  id: "scheduling/karpenter-excluded",
  title: "Karpenter leaves the pod alone",
  effect: "delays",
  needs: ["NodePool"],
  check(input) {
    const { pod } = input;
    const exclusion = exclusionOf(pod);
    // A DaemonSet's pod is for one node that exists; nobody expects a new one for it.
    const isOfDaemonSet = pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") ?? false;
    if (!exclusion || isOfDaemonSet || !verdictOn(input) || autoscalerEvent(input) || nodePools(input).length === 0)
      return [];
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { what: exclusion.what },
        evidence: [seen(pod, exclusion.path, "affinity")],
      },
    ];
  },
  message: ({ facts: { what } }) => ({
    headline:
      what === "nodepool"
        ? text`The pod wants no node of Karpenter: it requires that the label ${value("karpenter.sh/nodepool")} be absent.`
        : text`Karpenter makes no node for the pod: its node affinity has matchFields, which Karpenter does not understand.`,
    why: text`Karpenter ignores such pods and says so in its log only: there is no event. A node has to come from elsewhere.`,
  }),
  fixes: () => [
    look(
      text`See which nodes are not Karpenter's.`,
      kubectl("reads", undefined, "get", "nodes", "-l", "!karpenter.sh/nodepool"),
    ),
    {
      title: text`If Karpenter may serve the pod: drop that requirement.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  groupKey: ({ facts: { what } }) => what,
  doc: {
    means: "The cluster has Karpenter, and the pod's own affinity keeps it from making a node for this pod.",
    seenIn:
      "Required node affinity with karpenter.sh/nodepool DoesNotExist, or with matchFields; `ignoring pod, …` in Karpenter's log only.",
    repair: "Drop the requirement, or make room on nodes that are not Karpenter's.",
    notToConfuseWith: "scheduling/karpenter-failed: there Karpenter tried.",
    catalogue: ["karpenter-excluded"],
  },
});
