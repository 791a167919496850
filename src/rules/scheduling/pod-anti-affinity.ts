import { count, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { refusalRule } from "./refusal-rule.ts";
import { surgeFix } from "./surge.ts";

/** Each usable node has a pod already that this one must not be with. */
export default refusalRule({
  id: "scheduling/pod-anti-affinity",
  title: "Every usable node has a pod that this one must not share it with",
  obstacles: ["anti-affinity"],
  headline: ({ lacks, nearest, refusals }) => {
    const [lack] = lacks;
    const nodes = nearest.length || (refusals[0]?.count ?? 0);
    return lack?.of === "anti-affinity"
      ? text`The pod's anti-affinity forbids to share ${name(lack.key)} with ${name(lack.with)}, and ${nodes === 1 ? "no other node is" : `all ${count(nodes, "usable node")} are taken like this, none is`} left.`
      : text`The pod's anti-affinity keeps it from ${count(nodes, "node")}: each has a pod that it must not be with.`;
  },
  why: ({ verdict }, { workload }) =>
    text`There are fewer places than replicas that must be apart${workload.kind === "Deployment" && "; during an update the new pod also needs a place before the old one goes"}. The scheduler looked at ${count(verdict.parsed?.total ?? 0, "node")}.`,
  evidence: (_, { pod }) => {
    const has = (
      pod.spec.affinity as
        | { podAntiAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: unknown } }
        | undefined
    )?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    return has
      ? [seen(pod, "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution", "anti-affinity")]
      : [];
  },
  fixes: (_, input) => [
    ...surgeFix(input),
    {
      title: text`Or add a node, lower the replicas, or only prefer to be apart (preferredDuringScheduling…).`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  beside: (_, input) => surgeFix(input),
  doc: {
    means: "Required anti-affinity allows one such pod per node or zone, and each of those that are usable has one.",
    seenIn: "`node(s) didn't match pod anti-affinity rules` (kube-scheduler, all versions).",
    repair: "More nodes, fewer replicas, preferred instead of required, or maxSurge 0 for updates.",
    notToConfuseWith: "scheduling/existing-anti-affinity: there another workload's rule keeps this pod away.",
    catalogue: ["sched-pod-anti-affinity"],
  },
});
