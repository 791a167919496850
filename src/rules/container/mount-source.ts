import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The node cannot prepare what is to be mounted. */
export default startRule({
  id: "container/mount-source",
  title: "The node cannot prepare what is to be mounted",
  causes: ["mount-source"],
  headline: ({ view, error }, input) =>
    text`Node ${nodeOf(input)} cannot prepare a mount of ${containerInSentence(view)}${error.subject && text`: ${value(error.subject)}`}.`,
  why: ({ error }) =>
    text`Before it makes the container the runtime prepares the source of each mount, and failed: ${value(error.detail.slice(0, 240))}.`,
  fixes: (_failure, input) => [
    describeNode(
      input,
      text`Look at the path on the node: a read-only root, a stale NFS handle, or a mount that is not shared.`,
    ),
  ],
  doc: {
    means: "A host path cannot be made, read or shared as the mount asks.",
    seenIn:
      "`failed to mkdir`, `failed to stat`, `is mounted on … but it is not a shared mount`, `relabel … failed` (containerd); `failed to resolve symlink`, `cannot mount …: path does not exist` (CRI-O).",
    repair: "Correct the host path; make the mount shared where propagation is Bidirectional.",
    notToConfuseWith: "volume/…: there the kubelet does not get the volume to the node.",
    catalogue: ["create-mount-source"],
  },
});
