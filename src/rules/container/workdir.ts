import { path, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { patchContainer } from "./edit.ts";
import type { StartError } from "./start-error.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, mountsOver } from "./words.ts";

/** The working directory cannot be entered. */
export default startRule({
  id: "container/workdir",
  title: "The working directory cannot be entered",
  causes: ["workdir"],
  evidence: ({ view }, { pod }) =>
    view.spec.workingDir ? [seen(pod, `${view.specPath}.workingDir`, "workingDir")] : [],
  headline: ({ view, error }) => {
    const directory = view.spec.workingDir ?? error.subject ?? "";
    return text`The working directory ${value(directory)} of ${containerInSentence(view)} ${problemOf(directory, error)}.`;
  },
  why: ({ view }) =>
    view.spec.workingDir
      ? text`${path(`${view.specPath}.workingDir`)} says where the program starts, and the runtime could not make or enter it.`
      : text`The image says where its program starts (WORKDIR), and the runtime could not make or enter it.`,
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
    seenIn:
      '`chdir to cwd ("/x") set in config.json failed: …` (runc), ``chdir to `/x` `` (crun); `mkdir /x: not a directory` where a file stands in the way (runc).',
    repair: "Correct workingDir, or make the directory in the image.",
    catalogue: ["start-workdir"],
  },
});

/** What the runtime met where the program is to start, as the end of a sentence. */
function problemOf(directory: string, { detail, subject = directory }: StartError): Text {
  if (/permission denied/i.test(detail)) return text`may not be entered by its user`;
  if (/not a directory/i.test(detail))
    return subject === directory ? text`is a file` : text`cannot be: ${value(subject)} on the way to it is a file`;
  if (/read-only file system/i.test(detail)) return text`does not exist, and cannot be made on a read-only file system`;
  return text`does not exist in the image`;
}
