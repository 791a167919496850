import { text, value } from "../../text/text.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence } from "./words.ts";

/** Neither the pod nor the image says what to run. */
export default startRule({
  id: "container/no-command",
  title: "Neither the pod nor the image says what to run",
  causes: ["no-command"],
  headline: ({ view }) =>
    text`Nothing says what ${containerInSentence(view)} is to run: image ${value(view.spec.image ?? "")} has no command, nor has the pod.`,
  why: () => text`The image has neither ENTRYPOINT nor CMD, and the container sets no command.`,
  fixes: ({ view }, input) => [patchContainer(input, view, { command: ["<program>"] }, text`Say what to run.`)],
  doc: {
    means:
      "An image without ENTRYPOINT and CMD (from scratch, or one that only holds files) needs a command in the pod.",
    seenIn: "`no command specified` (containerd, CRI-O, Docker).",
    repair: "Set command, or use the right image.",
    catalogue: ["create-no-command"],
  },
});
