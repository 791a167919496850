import { name, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** A sysctl of the pod cannot be set. */
export default sandboxRule({
  id: "sandbox/sysctl",
  title: "A sysctl of the pod cannot be set",
  causes: ["sysctl"],
  headline: (failure, input) =>
    text`The sysctl ${name(failure.error.names.sysctl ?? "")} of the pod cannot be set on node ${nodeName(input)}.`,
  why: (failure) =>
    text`securityContext.sysctls may only name those that belong to the pod alone; with hostNetwork or hostIPC those of the network or IPC do not. The runtime says: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(text`Remove it from securityContext.sysctls of the pod, or set it on the node itself.`),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "The pod asks for a sysctl that is not namespaced, or that the node does not have.",
    seenIn:
      'FailedCreatePodSandBox with `sysctl "s" is not in a separate kernel namespace` or `open /proc/sys/…: no such file or directory` (runc).',
    repair: "Remove the sysctl, or set it on the node.",
    notToConfuseWith: "node/…: a sysctl that the kubelet forbids ends the pod with SysctlForbidden.",
    catalogue: ["sandbox-runc"],
  },
});
