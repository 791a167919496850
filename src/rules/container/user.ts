import { name, path, text, value } from "../../text/text.ts";
import { patchContainer } from "./edit.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence } from "./words.ts";

/** The image names a user that it does not have. */
export default startRule({
  id: "container/user",
  title: "The user to run as does not exist in the image",
  causes: ["user"],
  headline: ({ view, error }) =>
    error.subject
      ? text`The user ${name(error.subject)} of ${containerInSentence(view)} does not exist in image ${value(view.spec.image ?? "")}.`
      : text`The user of ${containerInSentence(view)} cannot be found in image ${value(view.spec.image ?? "")}.`,
  why: ({ error }) =>
    text`The image says which user its program runs as, and the runtime looks it up in the image's own /etc/passwd and /etc/group: ${value(error.detail)}.`,
  fixes: ({ view }, input) => [
    patchContainer(
      input,
      view,
      { securityContext: { runAsUser: 1000 } },
      text`Run it as a user by number (${path("runAsUser")}): numbers need no entry in /etc/passwd. Take one that may read the image's files.`,
      { applies: "maybe" },
    ),
  ],
  doc: {
    means: "USER of the image, or the user a runtime was told, has no entry in /etc/passwd or /etc/group of the image.",
    seenIn:
      "`unable to find user X: no matching entries in passwd file`, `no users found` (containerd, Docker, runc), `user group is specified without user or username` (CRI-O).",
    repair: "A numeric runAsUser, or the entry in the image.",
    notToConfuseWith: "config/run-as-non-root: there the kubelet refuses before the runtime is asked.",
    catalogue: ["start-user"],
  },
});
