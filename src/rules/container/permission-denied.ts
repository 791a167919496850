import { path, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { patchContainer } from "./edit.ts";
import type { StartFailure } from "./start-failure.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, debugCopy, mountsOver } from "./words.ts";

const isDirectory = ({ error }: StartFailure) => /is a directory|not a regular file/.test(error.detail);

/** The program to run is there, and may not be executed. */
export default startRule({
  id: "container/permission-denied",
  title: "The program to run may not be executed",
  causes: ["permission-denied"],
  headline: (failure) =>
    isDirectory(failure)
      ? text`The command ${value(failure.error.subject ?? "")} of ${containerInSentence(failure.view)} is a directory, not a program.`
      : text`The program ${value(failure.error.subject ?? "")} of ${containerInSentence(failure.view)} is not executable (permission denied).`,
  why: (failure, { pod }) => {
    const user =
      (failure.view.spec.securityContext as { runAsUser?: number } | undefined)?.runAsUser ??
      (pod.spec as { securityContext?: { runAsUser?: number } }).securityContext?.runAsUser;
    return isDirectory(failure)
      ? text`The runtime found a directory at that path, and only a file can be run.`
      : text`The file exists, but the kernel refuses to run it: it lacks the execute bit${user !== undefined && text` for user ${user}`}, lies in a directory that this user may not enter, or on a volume mounted noexec.`;
  },
  notes: ({ view, error }) => [
    mountsOver(view, error.subject ?? ""),
    (view.spec.securityContext as { runAsUser?: number } | undefined)?.runAsUser !== undefined &&
      text`The container sets ${path(`${view.specPath}.securityContext.runAsUser`)}, so the image's own user does not count.`,
  ],
  fixes: ({ view, error }, input) => {
    const program = error.subject ?? "<program>";
    const { command = [], args = [] } = view.spec;
    return [
      ...(/\.(?:sh|bash)$/.test(program) && command[0] === program
        ? [
            patchContainer(
              input,
              view,
              { command: ["sh", ...command] },
              text`Let a shell read the script: for that it need not be executable.`,
              { applies: "maybe" as const },
            ),
          ]
        : []),
      adminTask(
        text`Make it executable where the image is built: ${value(`RUN chmod +x ${program}`)}, or ${value("COPY --chmod=755")}; a ConfigMap volume takes ${value("defaultMode: 0755")}.`,
      ),
      ...(command.length + args.length > 0
        ? [debugCopy(input, view, text`See owner and mode of the file in a copy of the pod.`)]
        : []),
    ].map((fix) => ({ ...fix, by: "workload-owner" as const }));
  },
  doc: {
    means: "The container's command names something that exists and that the container's user may not execute.",
    seenIn:
      '`exec: "/x": permission denied` (runc), ``the path `/x` exists but it is not executable``, ``is not a regular file``, ``open `/x`: Permission denied`` (crun); exit 126 with Docker.',
    repair: "chmod +x in the image, another user, another path.",
    notToConfuseWith: "container/not-executable: there a shell runs and may not run its program (exit 126).",
    catalogue: ["start-permission-denied"],
  },
});
