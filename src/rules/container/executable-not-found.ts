import { name, path, text, value } from "../../text/text.ts";
import { commandSource, sourceWords, splitProgram } from "./command-source.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { commandLine, containerInSentence, debugCopy } from "./words.ts";

const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "ash", "dash", "zsh", "/bin/sh", "/bin/bash"]);

/** The program to run, given without a path, is in no directory of the image's PATH. */
export default startRule({
  id: "container/executable-not-found",
  title: "The program to run is not in the image's PATH",
  causes: ["executable-not-found"],
  headline: ({ view, error }) => {
    const program = error.subject ?? view.spec.command?.[0] ?? "";
    const parts = splitProgram(program);
    return parts
      ? text`No program is called ${value(program)}: ${containerInSentence(view)} has its whole command line as one word.`
      : text`The program ${value(program)} of ${containerInSentence(view)} was not found in the PATH of image ${value(view.spec.image ?? "")}.`;
  },
  why: ({ view, error }) => {
    const program = error.subject ?? view.spec.command?.[0] ?? "";
    return text`The runtime looks for ${value(program)}, named by ${sourceWords(commandSource(view, program), view)}, in the directories of PATH inside the image, and it is in none of them. No shell is involved, so nothing is split or expanded.`;
  },
  notes: ({ view, error }) => {
    const program = error.subject ?? "";
    return [
      SHELLS.has(program) &&
        text`An image without ${name(program)} has no shell at all, or another one: its programs must be named directly.`,
      view.spec.env?.some((variable) => variable.name === "PATH") === true &&
        text`The container sets ${name("PATH")} itself (${path(`${view.specPath}.env`)}), which replaces the image's own.`,
      error.subject === undefined && text`The message does not name the program.`,
    ];
  },
  fixes: ({ view, error }, input) => {
    const program = error.subject ?? view.spec.command?.[0] ?? "";
    const { field, words } = commandSource(view, program);
    const parts = splitProgram(program);
    const key = field === "args" ? "args" : "command";
    if (parts && field !== "image")
      return [
        patchContainer(
          input,
          view,
          { [key]: [...parts, ...words.slice(1)] },
          text`Give the command as single words: ${commandLine(parts)}.`,
        ),
      ];
    if (program === "bash" || program === "/bin/bash")
      return [
        patchContainer(
          input,
          view,
          { [key]: ["sh", ...words.slice(1)] },
          text`Many small images have ${name("sh")} where ${name("bash")} is missing.`,
          { applies: "maybe" },
        ),
      ];
    return [
      debugCopy(input, view, text`Look for the program in a copy of the pod that runs a shell instead.`),
      patchContainer(
        input,
        view,
        { command: ["<program>", ...words.slice(1)] },
        text`Name a program that the image has, best by its whole path.`,
      ),
    ];
  },
  doc: {
    means: "The first word of the container's command is looked up in PATH inside the image, and is not there.",
    seenIn:
      '`exec: "X": executable file not found in $PATH` (runc), ``executable file `X` not found in $PATH`` (crun), `executable not found in $PATH` (Docker), in RunContainerError, CreateContainerError (CRI-O) or a last state StartError (128) or ContainerCannotRun (127).',
    repair: "Correct command or args; a command line is a list of words, or `sh -c` and one string.",
    notToConfuseWith:
      "container/no-such-file: there the program has a path. container/command-not-found: there a shell runs and misses a program.",
    catalogue: ["start-executable-not-found"],
  },
});
