import { text, value } from "../../text/text.ts";
import { commandSource, sourceWords } from "./command-source.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, debugCopy, mountsOver } from "./words.ts";

/** The program to run, given with a path, does not exist in the image. */
export default startRule({
  id: "container/no-such-file",
  title: "The program to run does not exist in the image",
  causes: ["no-such-file"],
  headline: ({ view, error }) =>
    text`The program ${value(error.subject ?? "")} of ${containerInSentence(view)} does not exist in image ${value(view.spec.image ?? "")}.`,
  why: ({ view, error }) =>
    text`The runtime was to run ${value(error.subject ?? "")}, named by ${sourceWords(commandSource(view, error.subject ?? ""), view)}, and there is no such file in the container.`,
  notes: ({ view, error }) => {
    const program = error.subject ?? "";
    const isRelative = program !== "" && !program.startsWith("/");
    return [
      mountsOver(view, program),
      isRelative &&
        (view.spec.workingDir
          ? text`The path is relative to the working directory ${value(view.spec.workingDir)}.`
          : text`The path is relative to the working directory that the image sets.`),
      /\s/.test(program) && text`It holds a space: options belong into words of their own.`,
    ];
  },
  fixes: ({ view, error }, input) => [
    debugCopy(input, view, text`Look for the program in a copy of the pod that runs a shell instead.`),
    patchContainer(
      input,
      view,
      {
        [commandSource(view, error.subject ?? "").field === "args" ? "args" : "command"]: [
          "<program>",
          ...commandSource(view, error.subject ?? "").words.slice(1),
        ],
      },
      text`Name the path at which the image has the program.`,
    ),
  ],
  doc: {
    means:
      "The container's command names a file by its path, and the image, with the volumes mounted over it, has no such file.",
    seenIn:
      '`exec: "/x": stat /x: no such file or directory` (runc), ``executable file `/x` not found`` (crun); reasons as for container/executable-not-found.',
    repair: "Correct the path; look whether a volume hides the directory; use the image that has the program.",
    notToConfuseWith:
      "container/missing-interpreter: the file is there, what it names in its first line or its loader is not.",
    catalogue: ["start-no-such-file"],
  },
});
