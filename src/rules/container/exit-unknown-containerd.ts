import { text } from "../../text/text.ts";
import { crashRule, furtherLooks } from "./crash-rule.ts";
import { containerWords, describeNode, nodeOf } from "./words.ts";

/** The runtime was away when the container ended. */
export default crashRule({
  id: "container/exit-unknown-containerd",
  title: "How the container ended is not known: its runtime was restarted",
  kinds: ["unknown"],
  effect: "delays",
  confidence: () => "likely",
  headline: ({ view }, input) =>
    text`How ${containerWords(view)} ended is not known: the runtime or node ${nodeOf(input)} was restarted meanwhile.`,
  why: () =>
    text`containerd writes reason Unknown and code 255 for a container that it finds gone after a start of its own: it is no exit code of the program.`,
  fixes: (crash, input) => [
    describeNode(input, text`See whether the node was restarted.`),
    ...furtherLooks(crash, input),
  ],
  doc: {
    means: "The node or its runtime was restarted, and the container was gone afterwards.",
    seenIn: "Reason Unknown, exit code 255 (containerd).",
    repair: "Nothing, if it happened once: it is started again.",
    catalogue: ["exit-unknown-containerd"],
  },
});
