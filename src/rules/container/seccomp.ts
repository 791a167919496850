import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The kernel refuses the seccomp filter. */
export default startRule({
  id: "container/seccomp",
  title: "The kernel refuses the seccomp filter",
  causes: ["seccomp"],
  headline: ({ view }, input) =>
    text`The kernel of node ${nodeOf(input)} does not take the seccomp filter of ${containerInSentence(view)}.`,
  why: ({ error }) => text`The profile was found, and loading it failed: ${value(error.detail.slice(0, 240))}.`,
  fixes: (_failure, input) => [
    describeNode(input, text`Compare kernel, runtime and libseccomp of the node with those of others.`),
  ],
  doc: {
    means: "A seccomp profile uses what the node's kernel or libseccomp does not know.",
    seenIn: "`unable to init seccomp` (runc), reason `seccomp killed` (CRI-O).",
    repair: "Correct the profile, or update the node.",
    notToConfuseWith: "container/seccomp-apparmor: there the profile is missing.",
    catalogue: ["start-seccomp"],
  },
});
