import { name, text, value } from "../../text/text.ts";
import { nearestKnownImages } from "./known-images.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, editImage, imageOf } from "./words.ts";

/** The registry does not have this digest. */
export default pullRule({
  id: "image/digest-not-found",
  title: "The digest does not exist in the registry",
  causes: ["not-found"],
  fits: ({ reference }) => Boolean(reference?.digest),
  confidence: () => "likely",
  headline: ({ reference }) =>
    text`The digest ${name(shortened(reference?.digest ?? ""))} does not exist in ${name(`${reference?.host}/${reference?.repository}`)}.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}, and the registry answered "not found". A digest names one exact build. It is gone when that build was deleted or never pushed to this repository; the digest of another registry's copy, or of one platform's manifest, can differ.`,
  fixes: (attempt, input) => [
    ...(attempt.reference ? nearestKnownImages(input, attempt.reference).slice(0, 1) : []).map(
      ({ image, because, revision }) =>
        editImage(attempt, input, text`Use ${value(image)}: ${because}.`, image, {
          applies: revision === undefined ? "maybe" : "as-is",
        }),
    ),
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

/** The first letters identify a digest as well as all 64; why and evidence have it whole. */
const shortened = (digest: string) => (digest.length > 26 ? `${digest.slice(0, 19)}…` : digest);
