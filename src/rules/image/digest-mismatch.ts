import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, reachNotes } from "./words.ts";

/** The content does not match its digest. */
export default pullRule({
  id: "image/digest-mismatch",
  title: "The content does not match its digest",
  causes: ["digest-mismatch"],
  headline: (attempt, _input) =>
    text`What ${name(attempt.error.host)} sent does not match its digest: damaged or changed on the way.`,
  why: (attempt, _input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. Every part of an image is checked against its digest. A proxy or cache between the node and ${name(attempt.error.host)} that returns something else is the usual reason.`,
  notes: reachNotes,
  fixes: (attempt, _input) => [
    look(
      text`Clear or bypass the proxy cache between the nodes and ${name(attempt.error.host)}; if there is none, push the image again.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "Downloaded content has another digest or size than the manifest says.",
    seenIn: "`unexpected commit digest` (containerd), `Digest did not match` (CRI-O).",
    repair: "Purge the cache; push again.",
    catalogue: ["image-digest-mismatch"],
  },
});
