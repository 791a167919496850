import { text, value } from "../../text/text.ts";
import { lastedWords } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram } from "./crash-rule.ts";
import { containerWords, mountsOver } from "./words.ts";

/** A shell or a starter in the container cannot find the program it is to run. */
export default crashRule({
  id: "container/command-not-found",
  title: "A script runs a program that the image does not have",
  kinds: ["command-not-found"],
  confidence: ({ words }) => (words.cause?.kind === "command-not-found" ? "certain" : "likely"),
  more: ({ words }) => (words.cause?.kind === "command-not-found" ? { program: words.cause.program } : undefined),
  headline: ({ view, run, words }) =>
    words.cause?.kind === "command-not-found"
      ? text`${containerWords(view)} ends${lastedWords(run)}: the program ${value(words.cause.program)} is not in image ${value(view.spec.image ?? "")}.`
      : text`${containerWords(view)} ends${lastedWords(run)}: a program that it runs was not found (exit code 127).`,
  why: () =>
    text`The container itself started. A shell or starter within it looked for a program to run, did not find it, and ended with 127, as shells do.`,
  notes: ({ view, words }) => [words.cause?.kind === "command-not-found" && mountsOver(view, words.cause.program)],
  fixes: (crash, input) => [
    repairProgram(text`Install the program in the image, or name in the command one that it has.`),
    ...furtherLooks(crash, input),
  ],
  doc: {
    means: "The entry point runs, usually a shell script, and calls a program that does not exist in the image.",
    seenIn: "Exit code 127, reason Error; `sh: foo: not found`, `bash: line 1: foo: command not found` in the log.",
    repair: "Install it, or correct the script.",
    notToConfuseWith:
      "container/executable-not-found: there the runtime itself did not find the first program, and nothing ran.",
    catalogue: ["crash-command-not-found"],
  },
});
