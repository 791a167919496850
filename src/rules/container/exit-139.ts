import { text, value } from "../../text/text.ts";
import { lastedWords } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** The program accessed memory that is not its own. */
export default crashRule({
  id: "container/exit-139",
  title: "The program crashed with a segmentation fault",
  kinds: ["segfault"],
  confidence: () => "likely",
  headline: ({ view, run, words }) =>
    text`${containerWords(view)} ends${lastedWords(run)}: its program crashed (segmentation fault)${words.line?.weight === "severe" && text`: ${value(words.line.words.slice(0, 140))}`}.`,
  why: ({ run }) =>
    text`Exit code ${run.exitCode} is 128 + ${run.exitCode - 128}: the kernel ended the program because it used memory that is not its own.`,
  fixes: (crash, input) => [
    repairProgram(
      text`Look for a newer version of the program; native libraries must fit the image's C library (musl of Alpine, glibc elsewhere).`,
    ),
    ...furtherLooks(crash, input),
  ],
  doc: {
    means: "A defect in native code, often a library built for another C library.",
    seenIn: "Exit code 139 (SIGSEGV) or 135 (SIGBUS), reason Error.",
    repair: "Another version; a base image that fits.",
    catalogue: ["exit-139"],
  },
});
