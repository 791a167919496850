import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The sandbox cannot be made for a reason that is not known. */
export default sandboxRule({
  id: "sandbox/unknown-error",
  title: "The sandbox cannot be made for a reason that is not known",
  causes: ["unknown"],
  confidence: () => "possible",
  headline: (failure, input) =>
    text`Node ${nodeName(input)} cannot make the sandbox of the pod: ${shortWords(failure)}`,
  why: (failure) =>
    text`The words are none that this program knows; they are shown as they are: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(text`See the log of the container runtime on the node (journalctl -u containerd or crio).`),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "FailedCreatePodSandBox with words that fit no other rule.",
    seenIn: "Event FailedCreatePodSandBox (kubelet).",
    repair: "Read the message.",
    catalogue: [],
  },
});
