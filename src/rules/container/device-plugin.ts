import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The kubelet's own preparation of the container failed. */
export default startRule({
  id: "container/device-plugin",
  title: "The kubelet's own preparation of the container failed",
  causes: ["device-plugin"],
  headline: ({ view, error }, input) =>
    text`The kubelet on node ${nodeOf(input)} could not prepare ${containerInSentence(view)}: ${value(error.detail.replace(/^Internal Pre\w+ hook failed: /, "").slice(0, 120))}.`,
  why: () => text`Its CPU, memory or topology manager, or a device plugin, refused.`,
  fixes: (_failure, input) => [describeNode(input, text`See whether the device's plugin runs on the node.`)],
  doc: {
    means: "Before the container starts the kubelet asks its resource managers and device plugins.",
    seenIn:
      "Reasons PreCreateHookError, PreStartHookError; `Internal PreCreateContainer hook failed`, `Internal PreStartContainer hook failed`.",
    repair: "Look at the device plugin's log, and the kubelet's on the node.",
    catalogue: ["create-device-plugin"],
  },
});
