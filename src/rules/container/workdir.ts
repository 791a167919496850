import { path, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, mountsOver } from "./words.ts";

/** The working directory cannot be entered. */
export default startRule({
  id: "container/workdir",
  title: "The working directory cannot be entered",
  causes: ["workdir"],
  headline: ({ view, error }) => {
    const isRefused = /permission denied/i.test(error.detail);
    return text`The working directory ${value(error.subject ?? view.spec.workingDir ?? "")} of ${containerInSentence(view)} ${isRefused ? "may not be entered by its user" : "does not exist in the image"}.`;
  },
  why: ({ view }) =>
    view.spec.workingDir
      ? text`${path(`${view.specPath}.workingDir`)} says where the program starts, and the runtime could not change to it.`
      : text`The image says where its program starts (WORKDIR), and the runtime could not change to it.`,
  notes: ({ view, error }) => [mountsOver(view, error.subject ?? "")],
  fixes: ({ view, error }, input) =>
    view.spec.workingDir
      ? [
          patchContainer(input, view, { workingDir: null }, text`Leave workingDir out: the image's own is used then.`, {
            applies: "maybe",
          }),
          patchContainer(input, view, { workingDir: "<directory>" }, text`Or name a directory that the image has.`),
        ]
      : [
          adminTask(
            text`Make the directory in the image, readable for the container's user: ${value(`RUN mkdir -p ${error.subject ?? ""}`)}.`,
          ),
        ],
  doc: {
    means: "The directory in which the program is to start does not exist, or its user may not enter it.",
    seenIn: '`chdir to cwd ("/x") set in config.json failed: …` (runc), ``chdir to `/x` `` (crun).',
    repair: "Correct workingDir, or make the directory in the image.",
    catalogue: ["start-workdir"],
  },
});
