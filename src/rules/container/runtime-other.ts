import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** A message of the runtime that no other rule knows: shown as it is. */
export default startRule({
  id: "container/runtime-other",
  title: "The runtime cannot start the container",
  causes: ["runtime-other"],
  confidence: () => "likely",
  headline: ({ view, error }) =>
    text`The runtime cannot start ${containerInSentence(view)}: ${value(error.detail.split("\n")[0]?.slice(0, 300) ?? "")}.`,
  why: (_failure, input) =>
    text`That is the innermost part of what the container runtime on node ${nodeOf(input)} answered; no rule here knows it more closely.`,
  notes: ({ error }) => [
    /containerd-shim|runtime.*not found|no such runtime/i.test(error.detail) &&
      text`The runtime's own program is missing on the node.`,
  ],
  fixes: (_failure, input) => [
    describeNode(input, text`Look at the node: its runtime's version, its conditions and events.`),
  ],
  doc: {
    means: "The runtime refused to create or start the container, with a message that has no rule of its own.",
    seenIn: "RunContainerError, CreateContainerError or StartError with any other text.",
    repair: "Read the innermost text; compare with other pods on the node; look at the runtime's log there.",
    catalogue: ["start-runtime-other"],
  },
});
