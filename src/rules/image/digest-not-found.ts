import { name, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { pullRule } from "./pull-rule.ts";
import { saidOf, shortDigest } from "./registry-said.ts";
import { suggestionsFor } from "./suggestions.ts";
import { earlierTry } from "./there-now.ts";
import { askerOf, editImage, imageOf } from "./words.ts";

/** The registry does not have this digest. */
export default pullRule({
  id: "image/digest-not-found",
  title: "The digest does not exist in the registry",
  causes: ["not-found"],
  fits: ({ reference }) => Boolean(reference?.digest),
  asks: () => text`whether it has the digest`,
  confidence: (attempt, input) => {
    const said = saidOf(attempt.image, input)?.outcome.is;
    return !attempt.isToldByRegistry && (said === "no-manifest" || said === "no-repository") ? "certain" : "likely";
  },
  headline: ({ reference, image }, input) =>
    saidOf(image, input)?.outcome.is === "no-repository"
      ? text`The repository ${name(reference?.repository ?? "")} does not exist on ${name(reference?.host ?? "")}.`
      : text`The digest ${name(shortDigest(reference?.digest ?? ""))} does not exist in ${name(`${reference?.host}/${reference?.repository}`)}.`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}, and the registry answered "not found"${answeredHere(attempt.image, input)}. A digest names one exact build. It is gone when that build was deleted or never pushed to this repository; the digest of another registry's copy, or of one platform's manifest, can differ.`,
  thereNow: (now, { reference }) => ({
    headline: text`The digest ${name(shortDigest(reference?.digest ?? ""))} is in ${name(`${reference?.host}/${reference?.repository}`)} now; ${earlierTry(now)} did not find it.`,
    was: text`that there is no such digest`,
    became: text`it was pushed`,
  }),
  fixes: (attempt, input) => [
    ...suggestionsFor(attempt, input)
      .slice(0, 1)
      .map(({ image, because, revision }) =>
        editImage(attempt, input, text`Use ${value(image)}: ${because}.`, image, {
          applies: revision === undefined ? "maybe" : "as-is",
        }),
      ),
    editImage(
      attempt,
      input,
      text`Use a tag that exists, or the digest that the registry shows for it now.`,
      saidOf(attempt.image, input)?.outcome.is === "no-repository" ? "<host/repository:tag>" : undefined,
    ),
  ],
  doc: {
    means: "The image is asked for by digest, and the registry has no manifest with it in that repository.",
    seenIn:
      "As image/not-found, for a reference with @sha256:. --check-registry tells whether the repository is there.",
    repair: "Take the digest from the registry again, or use a tag.",
    notToConfuseWith: "image/platform and image/digest-mismatch.",
    catalogue: ["image-digest-not-found"],
  },
});

/** What it said when this program asked. */
function answeredHere(image: string, input: PodInput): string {
  switch (saidOf(image, input)?.outcome.is) {
    case "no-manifest":
      return ", to the node and to this machine; the repository is there";
    case "no-repository":
      return ", to the node and to this machine; there is no such repository";
    default:
      return "";
  }
}
