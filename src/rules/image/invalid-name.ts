import { invalidPart } from "../../objects/image-reference.ts";
import { name, text, value } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, editImage } from "./words.ts";

/** The image field cannot be parsed, so nothing is ever pulled. */
export default pullRule({
  id: "image/invalid-name",
  title: "The image reference cannot be parsed",
  needs: [],
  fits: ({ reason, error }) => reason === "InvalidImageName" || error.cause === "invalid",
  headline: (attempt) =>
    text`The image ${value(attempt.image)} is not valid: it ${invalidPart(attempt.image) ?? "cannot be parsed"}.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for it. The kubelet parses the reference before it pulls; the format is host/repository:tag, in lower case before the colon. Kubernetes replaces no variables or templates in it.`,
  fixes: (attempt, input) => {
    const better = repaired(attempt.image);
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

/** The image without its slip, where there is one plausible reading: lower case, no scheme, no blank around, one tag of two. */
function repaired(image: string): string | undefined {
  const trimmed = image
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/(?<!\/)\/+$/, "");
  const once = /^(.+?)(:[\w][\w.-]*)\2$/.exec(trimmed);
  const candidates = [trimmed, once ? `${once[1]}${once[2]}` : "", lowerCased(trimmed)];
  return candidates.find(
    (candidate) => candidate !== "" && candidate !== image && invalidPart(candidate) === undefined,
  );
}

/** Lower case before the tag; tags may have capitals. */
function lowerCased(image: string): string {
  const colon = image.lastIndexOf(":");
  return colon > image.lastIndexOf("/")
    ? image.slice(0, colon).toLowerCase() + image.slice(colon)
    : image.toLowerCase();
}
