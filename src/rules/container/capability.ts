import { name, text, value } from "../../text/text.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { containerWords } from "./words.ts";

/** A capability cannot be given. */
export default startRule({
  id: "container/capability",
  title: "A capability cannot be given",
  causes: ["capability"],
  headline: ({ view, error }) =>
    text`${containerWords(view)} asks for a privilege that it cannot have${error.subject && text`: ${name(error.subject)}`}.`,
  why: ({ error }) => text`The runtime refused: ${value(error.detail.slice(0, 240))}.`,
  fixes: ({ view }, input) => [
    patchContainer(
      input,
      view,
      { securityContext: { capabilities: { add: ["<CAPABILITY>"] } } },
      text`Name a capability that the kernel has, without the prefix CAP_.`,
    ),
  ],
  doc: {
    means: "The securityContext adds a capability that does not exist, or asks for privilege in a sandbox without.",
    seenIn: "`unknown capability … to add` (CRI-O), `no privileged container allowed in sandbox`.",
    repair: "Correct capabilities.add.",
    catalogue: ["create-capability"],
  },
});
