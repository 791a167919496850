import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The runtime does not answer in time. */
export default startRule({
  id: "container/timeout",
  title: "The runtime does not answer in time",
  causes: ["timeout"],
  effect: "delays",
  headline: ({ view }, input) =>
    text`The runtime on node ${nodeOf(input)} did not make or start ${containerInSentence(view)} in time.`,
  why: ({ error }) =>
    text`The kubelet waits two minutes for the container runtime. It answered with ${value(error.detail.slice(0, 200))}: the node is overloaded, its disk slow, or the runtime hangs.`,
  fixes: (_failure, input) => [describeNode(input, text`See whether the node is overloaded or its disk slow.`)],
  doc: {
    means: "The container runtime took longer than runtimeRequestTimeout.",
    seenIn:
      "`context deadline exceeded` in CreateContainerError or RunContainerError; `create container timeout` (CRI-O).",
    repair: "Relieve the node; look at the latency of its disk.",
    notToConfuseWith: "A program that times out: that is in its log.",
    catalogue: ["create-timeout"],
  },
});
