import { invalidPart } from "../../objects/image-reference.ts";
import { name, text, value } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage } from "./words.ts";

/** The image field cannot be parsed, so nothing is ever pulled. */
export default pullRule({
  id: "image/invalid-name",
  title: "The image reference cannot be parsed",
  needs: [],
  fits: ({ reason }) => reason === "InvalidImageName",
  headline: (attempt) =>
    text`The image ${value(attempt.image)} is not a valid reference: it ${invalidPart(attempt.image) ?? "cannot be parsed"}.`,
  why: (attempt) =>
    text`Container ${name(attempt.container.name)} asks for it. The kubelet parses the reference before it pulls; the format is host/repository:tag, in lower case before the colon.`,
  fixes: (attempt, input) => {
    const lower = attempt.image.toLowerCase();
    const better = invalidPart(lower) === undefined ? lower : undefined;
    return [
      editImage(
        attempt,
        input,
        text`Set a valid image for container ${name(attempt.container.name)}.`,
        better ?? "<host/repository:tag>",
      ),
    ];
  },
  doc: {
    means:
      "The text in the image field of a container is not an image reference, so there is nothing to ask a registry for.",
    seenIn:
      "Waiting reason InvalidImageName and the event InspectFailed, `Failed to apply default image tag …: couldn't parse image …: invalid reference format` (kubelet, all versions).",
    repair:
      "Write the reference as host/repository:tag. Common slips: upper case, a scheme such as https://, a blank, two tags, a template or variable that was not replaced.",
    notToConfuseWith: "image/not-found: a valid reference that the registry does not have.",
    catalogue: ["image-invalid-name"],
  },
});
