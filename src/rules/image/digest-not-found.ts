import { name, text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage } from "./words.ts";

/** The registry does not have this digest. */
export default pullRule({
  id: "image/digest-not-found",
  title: "The digest does not exist in the registry",
  causes: ["not-found"],
  fits: ({ reference }) => Boolean(reference?.digest),
  confidence: () => "likely",
  headline: ({ reference }) =>
    text`The registry ${name(reference?.host ?? "")} has no image with digest ${name(reference?.digest ?? "")} in ${name(reference?.repository ?? "")}: it was not found.`,
  why: () =>
    text`A digest names one exact build. It is gone when that build was deleted or never pushed to this repository; the digest of another registry's copy, or of one platform's manifest, can differ.`,
  fixes: (attempt, input) => [
    editImage(attempt, input, text`Use a tag that exists, or the digest that the registry shows for it now.`),
  ],
  doc: {
    means: "The image is asked for by digest, and the registry has no manifest with it in that repository.",
    seenIn: "As image/not-found, for a reference with @sha256:.",
    repair: "Take the digest from the registry again, or use a tag.",
    notToConfuseWith: "image/platform and image/digest-mismatch.",
    catalogue: ["image-digest-not-found"],
  },
});
