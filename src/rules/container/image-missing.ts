import { text } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The image vanished between pull and start. */
export default startRule({
  id: "container/image-missing",
  title: "The image vanished between pull and start",
  causes: ["image-missing"],
  effect: "delays",
  headline: ({ view }, input) => text`The image of ${containerInSentence(view)} is no longer on node ${nodeOf(input)}.`,
  why: () =>
    text`It was there when the kubelet looked, and gone when the runtime made the container; image garbage collection took it, as it does when the disk is nearly full.`,
  fixes: (_failure, input) => [describeNode(input, text`See whether the node's disk is nearly full.`)],
  doc: {
    means: "The image was removed from the node between the pull and the creation of the container.",
    seenIn:
      "`failed to resolve image`, `failed to get image from containerd` (containerd), `image … does not exist locally` (CRI-O).",
    repair: "Wait for the next pull; make room on the disk.",
    notToConfuseWith: "image/never-pull: there it may not be pulled.",
    catalogue: ["create-image-missing"],
  },
});
