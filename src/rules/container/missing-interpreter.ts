import { type Text, text, value } from "../../text/text.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import type { RuleDoc } from "../rule.ts";
import { crashRule, repairProgram } from "./crash-rule.ts";
import { patchContainer } from "./edit.ts";
import { eitherWay } from "./either-way.ts";
import { startRule } from "./start-rule.ts";
import { containerWords } from "./words.ts";

const ID = "container/missing-interpreter";
const TITLE = "The program is there, what it needs to run is not";

const headline = (view: ContainerView, program: string | undefined): Text =>
  text`${containerWords(view)} cannot run ${program ? value(program) : "its program"}: the interpreter or loader that it names is missing in the image.`;

const why = (): Text =>
  text`The file exists, and the kernel says ${value("no such file or directory")}: it means the interpreter of the first line (${value("#!/bin/bash")}, or one that ends in a Windows line end), or the loader of a program built for another C library.`;

function fixes(view: ContainerView, program: string | undefined, input: PodInput) {
  const { command = [] } = view.spec;
  const script = program !== undefined && command[0] === program && /\.sh$/.test(program);
  return [
    repairProgram(
      text`Turn Windows line ends into Unix ones (${value("sed -i 's/\\r$//' FILE")}), or install the interpreter; a program built for glibc needs a base image with glibc (not Alpine). Build the image again.`,
    ),
    ...(script
      ? [
          patchContainer(
            input,
            view,
            { command: ["sh", ...command] },
            text`Or let the image's own shell read the script.`,
            { applies: "maybe" as const },
          ),
        ]
      : []),
  ];
}

const doc: RuleDoc = {
  means:
    "A script whose first line names an interpreter that the image lacks (often because the line ends in CR LF), or a binary whose dynamic loader is missing.",
  seenIn:
    "Exit code 255 (runc 1.2 and later) or 1 (1.1) and `exec /entrypoint.sh: no such file or directory` in the log; ``exec container process (missing dynamic library?) `X` `` (crun); `env: 'bash\\r'`, `bad interpreter`.",
  repair: "LF line ends; the interpreter or C library that it was made for.",
  notToConfuseWith: "container/no-such-file: there the file itself is missing.",
  catalogue: ["crash-missing-interpreter"],
};

const programOf = (cause: { kind: string } | undefined) => (cause as { program?: string } | undefined)?.program;

/** The file to run exists, its interpreter or dynamic loader does not. */
export default eitherWay(
  startRule({
    id: ID,
    title: TITLE,
    causes: ["missing-interpreter"],
    headline: ({ view, error }) => headline(view, error.subject),
    why,
    fixes: ({ view, error }, input) => fixes(view, error.subject, input),
    doc,
  }),
  crashRule({
    id: ID,
    title: TITLE,
    kinds: ["missing-interpreter"],
    confidence: () => "certain",
    headline: ({ view, words }) => headline(view, programOf(words.cause)),
    why,
    fixes: ({ view, words }, input) => fixes(view, programOf(words.cause), input),
    groupKey: ({ line }) => line ?? "",
    doc,
  }),
);
