import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The node's disk is full. */
export default startRule({
  id: "container/disk-full",
  title: "The node's disk is full",
  causes: ["disk-full"],
  headline: ({ view, error }, input) =>
    text`${/quota/.test(error.detail) && /key/.test(error.detail) ? text`The kernel of node ${nodeOf(input)} has no room for another keyring` : text`The disk of node ${nodeOf(input)} is full`}: ${containerInSentence(view)} cannot be made.`,
  why: ({ error }) => text`The runtime was told ${value(error.detail.slice(0, 240))}.`,
  fixes: (_failure, input) => [describeNode(input, text`See the node's disk pressure, and make room.`)],
  doc: {
    means: "No space is left where the runtime keeps containers.",
    seenIn:
      "`no space left on device`, `disk quota exceeded` in a create or start error; `unable to create session key: disk quota exceeded` is the kernel's limit of keyrings (kernel.keys.maxkeys).",
    repair: "Free disk; raise kernel.keys.maxkeys for the keyring.",
    notToConfuseWith: "image/disk-full: there the image found no room. A program that finds none says so in its log.",
    catalogue: ["create-disk-full"],
  },
});
