import { path, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The node cannot give the pod a user namespace. */
export default sandboxRule({
  id: "sandbox/userns",
  title: "The node cannot give the pod a user namespace",
  causes: ["userns"],
  headline: (failure, input) =>
    isLimit(failure.error.words)
      ? text`The kernel of node ${nodeName(input)} allows no more ${wantsItsOwn(input) ? "user namespaces, which hostUsers: false asks for" : "namespaces"}; its disk is not full.`
      : text`Node ${nodeName(input)} cannot give the pod a user namespace, which hostUsers: false asks for.`,
  why: (failure) =>
    isLimit(failure.error.words)
      ? text`The kernel answers "no space left on device" where a limit of namespaces is reached (sysctl ${path("user.max_user_namespaces")} and its kin). Some systems, Talos for one, set it to 0. The node says: ${value(failure.error.words)}.`
      : text`It needs Linux 6.3, a filesystem with idmapped mounts, containerd 2.0 or CRI-O 1.25, and runc 1.2 or crun 1.9. The node says: ${value(failure.error.words)}.`,
  fixes: (failure, input) => [
    isLimit(failure.error.words)
      ? adminTask(
          text`Raise ${path("user.max_user_namespaces")} on node ${nodeName(input)}, for example to 11255${wantsItsOwn(input) && text`, or run the pod with ${path("hostUsers: true")}`}.`,
        )
      : adminTask(text`Update the container runtime and kernel of the node, or run the pod with hostUsers: true.`),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "hostUsers: false asks for a user namespace of the pod's own; runtime, kernel or filesystem cannot do it.",
    seenIn:
      "FailedCreatePodSandBox with `runtime does not support user namespaces`, `could not find an empty slot to allocate a user namespace`, `failed to set MOUNT_ATTR_IDMAP` (kubelet pkg/kubelet/userns, runc); `unshare: … no space left on device` where user.max_user_namespaces is reached (kernel, containerd).",
    repair: "A newer node, or hostUsers: true.",
    catalogue: ["sandbox-userns"],
  },
});

const isLimit = (words: string) => /no space left on device/.test(words);
const wantsItsOwn = ({ pod }: PodInput) => pod.spec.hostUsers === false;
