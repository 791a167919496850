import { text, value } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage } from "./words.ts";

/** CRI-O will not guess a registry for a name without one. */
export default pullRule({
  id: "image/shortname",
  title: "The image name has no registry host, and the node does not guess one",
  causes: ["shortname"],
  headline: (attempt) =>
    text`The image ${value(attempt.image)} is a short name without a registry host, and this node does not resolve short names.`,
  why: () =>
    text`CRI-O takes the host for unqualified names from the node's registries.conf. It has no unqualified-search registries there, or several and none may be chosen by itself.`,
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`Write the fully qualified name; docker.io is where Docker would have looked.`,
      attempt.reference &&
        `docker.io/${attempt.reference.repository}${attempt.reference.digest ? `@${attempt.reference.digest}` : `:${attempt.reference.tag}`}`,
    ),
  ],
  doc: {
    means: "The image field names no registry, and the runtime of this node is set up not to assume one.",
    seenIn:
      "`short-name … did not resolve to an alias and no unqualified-search registries are defined` or `short name mode is enforcing` (CRI-O), in ErrImagePull or ImageInspectError.",
    repair: "Put the registry host in front of the image name.",
    catalogue: ["image-shortname"],
  },
});
