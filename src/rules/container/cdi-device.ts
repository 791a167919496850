import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** A device cannot be put into the container. */
export default startRule({
  id: "container/cdi-device",
  title: "A device cannot be put into the container",
  causes: ["cdi-device"],
  headline: ({ view }, input) =>
    text`A device for ${containerInSentence(view)} cannot be set up on node ${nodeOf(input)}.`,
  why: ({ error }) =>
    text`The runtime could not add the device that the driver assigned: ${value(error.detail.slice(0, 240))}.`,
  fixes: (_failure, input) => [
    describeNode(
      input,
      text`See whether the device's driver runs on the node, and whether its runtime has CDI enabled.`,
    ),
  ],
  doc: {
    means:
      "A GPU or another device was assigned, and the runtime does not find its description (CDI), or a resource class of the node.",
    seenIn:
      "`CDI devices … requested but CDI support is explicitly disabled`, `unresolvable CDI devices`, `failed to set RDT class`.",
    repair: "Repair the device driver; enable CDI in the runtime.",
    catalogue: ["create-cdi-device"],
  },
});
