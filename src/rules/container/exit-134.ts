import { text, value } from "../../text/text.ts";
import { lastedWords } from "./crash.ts";
import { crashRule, furtherLooks, repairProgram } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** The program aborted itself. */
export default crashRule({
  id: "container/exit-134",
  title: "The program aborted",
  kinds: ["abort"],
  confidence: () => "likely",
  headline: ({ view, run, words }) =>
    text`${containerWords(view)} ends${lastedWords(run)}: its program aborted itself${words.line?.weight === "severe" && text`: ${value(words.line.words.slice(0, 140))}`}.`,
  why: ({ run }) =>
    text`Exit code ${run.exitCode} is 128 + ${run.exitCode - 128}: the program found itself in a state that it does not go on from (a failed assertion, a runtime out of memory).`,
  fixes: (crash, input) => [
    repairProgram(text`Read what it wrote before: runtimes say why they abort.`),
    ...furtherLooks(crash, input),
  ],
  doc: {
    means: "An assertion failed, or a language runtime gave up.",
    seenIn: "Exit code 134 (SIGABRT) or 133 (SIGTRAP), reason Error.",
    repair: "What the log names.",
    catalogue: ["exit-134"],
  },
});
