import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The container runtime of the node does not answer. */
export default sandboxRule({
  id: "sandbox/runtime-down",
  title: "The container runtime of the node does not answer",
  causes: ["runtime-down"],
  headline: (_, input) => text`The container runtime of node ${nodeName(input)} does not answer.`,
  why: (failure) =>
    text`The kubelet cannot reach it at its socket: ${value(failure.error.words)}. It has stopped or is starting; the node turns NotReady soon if it stays away.`,
  fixes: (_, input) => [
    adminTask(
      text`Restart it on the node: systemctl restart containerd (or crio, docker), and see journalctl -u containerd.`,
    ),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "containerd, CRI-O or Docker on the node is down.",
    seenIn:
      "FailedCreatePodSandBox with `rpc error: code = Unavailable desc = connection error: … dial unix /run/containerd/containerd.sock: connect: connection refused` (kubelet).",
    repair: "Restart the runtime.",
    notToConfuseWith: "sandbox/cni-agent-down: there the socket is the network agent's.",
    catalogue: ["sandbox-runtime-down"],
  },
});
