import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The sandbox cannot be described from the pod's spec. */
export default sandboxRule({
  id: "sandbox/config",
  title: "The sandbox cannot be described from the pod's spec",
  causes: ["config"],
  headline: (failure) => text`The spec of the pod does not allow a sandbox: ${shortWords(failure)}`,
  why: (failure) =>
    text`The kubelet works out the settings of the sandbox from the spec and stops at: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(text`Correct the field that the message names.`),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "A combination of fields that the kubelet cannot turn into a sandbox.",
    seenIn:
      "FailedCreatePodSandBox with `unsupported supplementalGroupsPolicy: p`, `pod must not contain both HostProcess and non-HostProcess containers`, `hostNetwork is required if Pod contains HostProcess containers` (kubelet, pkg/kubelet/kuberuntime/kuberuntime_sandbox.go).",
    repair: "Correct the field.",
    notToConfuseWith: "config/hostname: a host name that is not valid.",
    catalogue: ["sandbox-config"],
  },
});
