import { text } from "../../text/text.ts";
import { crashRule, furtherLooks } from "./crash-rule.ts";
import { containerWords } from "./words.ts";

/** The program was asked to end, and nothing says by whom. */
export default crashRule({
  id: "container/exit-143",
  title: "The program was asked to end, and nothing says by whom",
  kinds: ["terminated"],
  confidence: () => "possible",
  headline: ({ view }) => text`${containerWords(view)} was asked to end (signal TERM), and nothing says by whom.`,
  why: () =>
    text`143 is 128 + 15: it got TERM and ended. No probe and no deletion is on record, so it came from within the container (a supervisor, a script) or from somebody on the node.`,
  fixes: furtherLooks,
  doc: {
    means: "The program ended because of the signal TERM, and the kubelet has no record of sending it.",
    seenIn: "Exit code 143, restarts, no event Killing.",
    repair: "Look in the log for who sends it.",
    notToConfuseWith: "readiness/liveness-kill: the event Killing names the probe.",
    catalogue: ["exit-143"],
  },
});
