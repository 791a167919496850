import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The node cannot give the pod a user namespace. */
export default sandboxRule({
  id: "sandbox/userns",
  title: "The node cannot give the pod a user namespace",
  causes: ["userns"],
  headline: (_, input) =>
    text`Node ${nodeName(input)} cannot give the pod a user namespace, which hostUsers: false asks for.`,
  why: (failure) =>
    text`It needs Linux 6.3, a filesystem with idmapped mounts, containerd 2.0 or CRI-O 1.25, and runc 1.2 or crun 1.9. The node says: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(text`Update the container runtime and kernel of the node, or run the pod with hostUsers: true.`),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "hostUsers: false asks for a user namespace of the pod's own; runtime, kernel or filesystem cannot do it.",
    seenIn:
      "FailedCreatePodSandBox with `runtime does not support user namespaces`, `could not find an empty slot to allocate a user namespace`, `failed to set MOUNT_ATTR_IDMAP` (kubelet pkg/kubelet/userns, runc).",
    repair: "A newer node, or hostUsers: true.",
    catalogue: ["sandbox-userns"],
  },
});
