import { text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because the CPUs are not whole cores. */
export default verdictRule<{ message: string }>({
  id: "node/smt",
  title: "Refused, because the CPUs are not whole cores",
  needs: ["Node"],
  read: byReason("SMTAlignmentError", "EmptyPodSharedPoolError"),
  headline: (_more, input) =>
    text`Refused: the CPUs that the pod requests are not whole cores of node ${nodeName(input)}.`,
  why: ({ message }) =>
    text`The CPU manager of this node gives out whole cores only (full-pcpus-only). It says ${value(message)}.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The CPU manager's option full-pcpus-only wants a multiple of the threads per core.",
    seenIn:
      "Phase Failed, reason SMTAlignmentError, `SMT Alignment Error: requested N cpus not multiple cpus per core = M`.",
    repair: "Request a multiple of the threads per core.",

    catalogue: ["admit-smt"],
  },
});
