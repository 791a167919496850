import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The disk of the node is full. */
export default sandboxRule({
  id: "sandbox/disk-full",
  title: "The disk of the node is full",
  causes: ["disk-full"],
  headline: (_, input) => text`The disk of node ${nodeName(input)} is full: no sandbox can be made there.`,
  why: (failure) => text`The container runtime cannot write: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(
      text`Free the disk of the node: unused images (crictl rmi --prune), logs, and files below /var/lib. Send new pods elsewhere meanwhile.`,
    ),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means:
      "Making a sandbox writes files below the root directory of the runtime, and there is no room (or no inode) left.",
    seenIn: "FailedCreatePodSandBox with `no space left on device` (kernel, all runtimes).",
    repair: "Free the disk.",
    notToConfuseWith: "image/disk-full: there the image does not fit.",
    catalogue: ["sandbox-disk-full"],
  },
});
