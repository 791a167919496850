import { text } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The runtime still works at an earlier try. */
export default startRule({
  id: "container/name-conflict",
  title: "The runtime still works at an earlier try",
  causes: ["name-conflict"],
  effect: "delays",
  headline: ({ view }, input) =>
    text`The runtime on node ${nodeOf(input)} is still busy with an earlier try to make ${containerInSentence(view)}.`,
  why: () =>
    text`An earlier request took longer than the kubelet waits (2 minutes), and the runtime has not finished or cleaned it up: the name is taken. That points to a slow disk or an overloaded node.`,
  fixes: (_failure, input) => [describeNode(input, text`See whether the node is overloaded or its disk slow.`)],
  doc: {
    means:
      "The kubelet gave up on a slow request to make the container, asks again, and the runtime holds the name for the first one.",
    seenIn:
      "`failed to reserve container name` (containerd), `kubelet may be retrying requests that are timing out` (CRI-O), `The container name … is already in use` (Docker).",
    repair: "Relieve the node; restart its runtime if it does not recover.",
    notToConfuseWith: "container/timeout: the first of these tries.",
    catalogue: ["create-name-conflict"],
  },
});
