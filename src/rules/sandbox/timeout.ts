import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** Making the sandbox takes too long. */
export default sandboxRule({
  id: "sandbox/timeout",
  title: "Making the sandbox takes too long",
  causes: ["timeout"],
  confidence: () => "likely",
  headline: (_, input) =>
    text`Node ${nodeName(input)} did not make the sandbox within its time (2 minutes by default).`,
  why: (failure) =>
    text`Runtime, network plugin or disk of the node hang, or the node is overloaded: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(
      text`See the load and the disk of the node, the log of the container runtime (journalctl -u containerd) and the network agent there.`,
    ),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "The kubelet gives up waiting for the runtime after runtimeRequestTimeout, 2 minutes.",
    seenIn:
      "FailedCreatePodSandBox with `rpc error: code = DeadlineExceeded desc = context deadline exceeded` (kubelet, all runtimes).",
    repair: "Find what hangs on the node.",
    notToConfuseWith: "sandbox/cni-agent-down: where the words name the network plugin.",
    catalogue: ["sandbox-timeout"],
  },
});
