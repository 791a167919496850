import { text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The image is encrypted, and the node has no key. */
export default pullRule({
  id: "image/encrypted",
  title: "The image is encrypted, and the node has no key",
  causes: ["encrypted"],
  headline: (_attempt, input) => text`The image is encrypted, and node ${nodeOf(input)} has no key for it.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. containerd needs a stream processor with the decryption keys to unpack encrypted layers.`,
  notes: reachNotes,
  fixes: (_attempt, _input) => [adminTask(text`Install the decryption keys and the stream processor on the nodes.`)],
  groupKey: ({ image }) => image,
  doc: {
    means: "The layers are encrypted and cannot be unpacked.",
    seenIn: "`failed to get stream processor` (containerd).",
    repair: "Install the keys.",
    catalogue: ["image-encrypted"],
  },
});
