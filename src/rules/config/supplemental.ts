import { name, path, text, value } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import { failureRule } from "./failure-rule.ts";

/** The pod wants a rule for supplemental groups that the node does not know. */
export default failureRule<{ policy: string }>({
  id: "config/supplemental",
  title: "The node does not know the pod's supplementalGroupsPolicy",
  parse: ({ message }) => {
    const policy = /unsupported supplementalGroupsPolicy: (\S+)/.exec(message)?.[1];
    return policy === undefined ? undefined : { policy };
  },
  headline: ({ policy }, container, { pod }) =>
    text`Node ${name(pod.spec.nodeName ?? "")} does not support supplementalGroupsPolicy ${value(policy)}, which container ${name(container)} needs.`,
  why: () =>
    text`${path("Strict")} needs a runtime that tells the groups of a container: containerd 2.0 or CRI-O 1.31.`,
  fixes: (_facts, _container, input) => [
    patchPodSpec(
      input,
      { securityContext: { supplementalGroupsPolicy: "Merge" } },
      text`Let the groups of the image's /etc/group count too, as by default.`,
      { applies: "maybe" },
    ),
  ],
  doc: {
    means: "securityContext.supplementalGroupsPolicy has a value that the kubelet or its runtime cannot keep.",
    seenIn:
      "CreateContainerConfigError or the sandbox's error with `unsupported supplementalGroupsPolicy: P` (kubelet, 1.31 and later).",
    repair: "Use Merge, or a newer runtime.",
    catalogue: ["config-supplemental"],
  },
});
