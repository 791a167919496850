import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode } from "./words.ts";

/** The sandbox went away meanwhile. */
export default startRule({
  id: "container/sandbox-gone",
  title: "The sandbox went away meanwhile",
  causes: ["sandbox-gone"],
  effect: "delays",
  headline: ({ view }) => text`The sandbox of the pod went away before ${containerInSentence(view)} was made.`,
  why: ({ error }) =>
    text`The runtime no longer has it: ${value(error.detail.slice(0, 200))}. At its next look the kubelet makes a new one.`,
  fixes: (_failure, input) => [describeNode(input, text`See whether the node's runtime was restarted.`)],
  doc: {
    means: "The pod's sandbox died between its start and the creation of a container.",
    seenIn:
      "`failed to find sandbox id`, `sandbox container … is not running` (containerd), `the sandbox was stopped` (CRI-O); `namespace path: lstat /proc/PID/ns/ipc: no such file or directory` (runc): the pause process has ended.",
    repair: "Wait for the next try.",
    notToConfuseWith: "sandbox/…: there no sandbox can be made.",
    catalogue: ["create-sandbox-gone"],
  },
});
