import { text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The runtime does not know the image's format. */
export default pullRule({
  id: "image/unsupported-media-type",
  title: "The runtime does not know the image's format",
  causes: ["media-type"],
  headline: (_attempt, input) => text`The runtime of node ${nodeOf(input)} does not support the format of this image.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The manifest is of a type that this runtime does not take: an old schema 1 image, or an artifact that is no image at all.`,
  notes: reachNotes,
  fixes: (_attempt, _input) => [
    look(
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
