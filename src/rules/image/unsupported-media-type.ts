import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, editImage, imageOf, nodeOf, reachNotes, withHost } from "./words.ts";

/** The runtime does not know the image's format. */
export default pullRule({
  id: "image/unsupported-media-type",
  title: "The runtime does not know the image's format",
  causes: ["media-type"],
  headline: (attempt, input) =>
    isWebPage(attempt)
      ? text`${name(attempt.error.host)} answered with a web page instead of an image.`
      : text`The runtime of node ${nodeOf(input)} does not support the format of this image.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. ${
      isWebPage(attempt)
        ? "A proxy or login page in between, or a host that is no registry, answers in the registry's place."
        : "The manifest is of a type that this runtime does not take: an old schema 1 image, or an artifact that is no image at all."
    }`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    isWebPage(attempt)
      ? editImage(attempt, input, text`If the host is wrong, correct the image.`, withHost(attempt, "<host>"))
      : look(
          text`Build and push the image again with a current tool; pulling and pushing it with one is enough for schema 1.`,
        ),
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "The manifest has a media type that the runtime refuses.",
    seenIn:
      "`no longer supported since containerd v2.1`, `media-type: schema 1 not supported` (containerd), `artifact with type` (CRI-O), `Encountered remote` (Docker).",
    repair: "Rebuild and push again.",
    catalogue: ["image-unsupported-media-type"],
  },
});

const isWebPage = ({ error }: PullAttempt) => /text\/html/.test(error.detail);
