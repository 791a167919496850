import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** An earlier try to make the sandbox still runs. */
export default sandboxRule({
  id: "sandbox/name-reserved",
  title: "An earlier try to make the sandbox still runs",
  causes: ["name-reserved"],
  effect: "delays",
  confidence: () => "likely",
  headline: (_, input) => text`Node ${nodeName(input)} is still busy with an earlier try to make this sandbox.`,
  why: (failure) =>
    text`The runtime refuses a second sandbox of the same name: ${value(failure.error.words)}. The earlier request hangs, mostly because the node is overloaded, its disk is slow, or the network plugin does not answer.`,
  fixes: (_, input) => [
    adminTask(
      text`See what the node is busy with: load, disk, and the errors before this one. If it stays, restart the container runtime.`,
    ),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means:
      "A request for the sandbox timed out for the kubelet and goes on in the runtime; the name is taken until it ends.",
    seenIn:
      'FailedCreatePodSandBox with `failed to reserve sandbox name "n": name "n" is reserved for "id"` (containerd), `pod sandbox with name "n" already exists`, `kubelet may be retrying requests that are timing out in CRI-O due to system load` (CRI-O).',
    repair: "Relieve the node; the message is a symptom.",
    notToConfuseWith: "sandbox/timeout: the first sign of the same.",
    catalogue: ["sandbox-name-reserved"],
  },
});
