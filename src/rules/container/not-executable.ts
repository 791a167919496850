import { text, value } from "../../text/text.ts";
import { lastedWords } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** A shell in the container may not run the program that it found. */
export default crashRule({
  id: "container/not-executable",
  title: "A script runs a file that may not be executed",
  kinds: ["not-executable"],
  confidence: ({ words }) => (words.cause?.kind === "not-executable" ? "certain" : "likely"),
  headline: ({ view, run, words }) =>
    text`${containerWords(view)} ends${lastedWords(run)}: ${words.cause?.kind === "not-executable" && words.cause.program ? value(words.cause.program) : "a file that it runs"} may not be executed (exit code 126).`,
  why: () =>
    text`The container itself started. A shell within it found the file, was not allowed to run it, and ended with 126, as shells do.`,
  fixes: (crash, input) => [
    repairProgram(
      text`Make it executable where the image is built (${value("chmod +x")}), or let its interpreter read it (${value("sh FILE")}).`,
    ),
    ...furtherLooks(crash, input),
  ],
  doc: {
    means:
      "The entry point runs, and calls a file without the execute bit, a directory, or one on a volume mounted noexec.",
    seenIn: "Exit code 126, reason Error; `Permission denied`, `cannot execute` in the log.",
    repair: "chmod +x; call the interpreter.",
    notToConfuseWith: "container/permission-denied: there the runtime itself was refused, and nothing ran.",
    catalogue: ["crash-not-executable"],
  },
});
