import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The low-level runtime cannot start the sandbox. */
export default sandboxRule({
  id: "sandbox/runc",
  title: "The low-level runtime cannot start the sandbox",
  causes: ["runc"],
  confidence: () => "possible",
  headline: (failure, input) =>
    text`runc or its like cannot start the sandbox on node ${nodeName(input)}: ${shortWords(failure)}`,
  why: (failure) =>
    text`The trouble lies in the container runtime or the kernel of the node: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(
      text`See the log of the container runtime on the node (journalctl -u containerd), and whether other pods start there.`,
    ),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "The OCI runtime (runc, crun) fails before any container of the pod.",
    seenIn:
      "FailedCreatePodSandBox with `OCI runtime create failed: …`, `failed to create shim task` (containerd, CRI-O).",
    repair: "By the words.",
    notToConfuseWith: "container/…: the same words for a container mean its own command or mounts.",
    catalogue: ["sandbox-runc"],
  },
});
