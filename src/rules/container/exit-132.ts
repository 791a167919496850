import { text, value } from "../../text/text.ts";
import { lastedWords } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** The processor does not know an instruction of the program. */
export default crashRule({
  id: "container/exit-132",
  title: "The program uses instructions that the node's processor does not have",
  kinds: ["illegal-instruction"],
  confidence: () => "likely",
  headline: ({ view, run, words }) =>
    text`${containerWords(view)} ends${lastedWords(run)}: its program uses an instruction that the node's processor does not have${words.line?.weight === "severe" && text`: ${value(words.line.words.slice(0, 140))}`}.`,
  why: ({ run }) =>
    text`Exit code ${run.exitCode} is 128 + ${run.exitCode - 128}: the processor met an instruction that it does not know.`,
  fixes: (crash, input) => [
    repairProgram(text`Use a build for older processors (without AVX and the like), or nodes with newer ones.`),
    ...furtherLooks(crash, input),
  ],
  doc: {
    means: "The program was built for a newer processor (AVX, AVX-512) than the node has.",
    seenIn: "Exit code 132 (SIGILL), reason Error.",
    repair: "A build for older processors, or a node selector for newer ones.",
    catalogue: ["exit-132"],
  },
});
