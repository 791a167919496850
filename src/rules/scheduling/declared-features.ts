import { neededFeatures } from "../../scheduler/filters/node-declared-features.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, text } from "../../text/text.ts";
import { adminTask, look } from "../repair.ts";
import { refusalRule } from "./refusal-rule.ts";

const FIELDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    RestartAllContainersOnContainerExits: "a container's restartPolicyRules with the action RestartAllContainers",
    UserNamespacesHostNetworkSupport: "hostUsers false together with hostNetwork true",
  }),
);

/** The kubelets are too old for what the pod asks for. */
export default refusalRule({
  id: "scheduling/declared-features",
  title: "No node has a feature that the pod needs",
  obstacles: ["features"],
  headline: (_, { pod }) => {
    const needed = neededFeatures(pod);
    return needed.length > 0
      ? text`No node that would take the pod has the feature ${list(needed.map(name))}, which it needs.`
      : text`No node that would take the pod has all features that it needs.`;
  },
  why: (_, { pod }) => {
    const fields = neededFeatures(pod).flatMap((feature) => FIELDS.get(feature) ?? []);
    return text`Kubelets declare in status.declaredFeatures what they can do beyond the oldest supported version; one that is older than the control plane, or has the feature switched off, declares less.${fields.length > 0 && text` The pod asks for it by ${fields.join(" and ")}.`}`;
  },
  fixes: () => [
    look(text`See the kubelets' versions.`, kubectl("reads", undefined, "get", "nodes", "-o", "wide")),
    {
      title: text`Do without that field in the pod.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
    adminTask(text`Or upgrade the nodes, or switch the feature on there.`),
  ],
  doc: {
    means:
      "The pod's spec uses something that a kubelet must know, and no node that fits otherwise declares to know it.",
    seenIn: "`node(s) didn't match Pod's required features` (kube-scheduler [1.36; 1.35 alpha]).",
    repair: "Upgrade the nodes, or do without.",
    notToConfuseWith: "node/feature-skew: there the kubelet itself refused the pod.",
    catalogue: ["sched-declared-features"],
  },
});
