import { text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { describeNode, imageOf, nodeOf, reachNotes } from "./words.ts";

/** A layer cannot be unpacked. */
export default pullRule({
  id: "image/layer-corrupt",
  title: "A layer cannot be unpacked",
  causes: ["layer-corrupt"],
  confidence: () => "likely",
  headline: (attempt, input) =>
    text`A layer of ${imageOf(attempt)} cannot be unpacked on node ${nodeOf(input)}: it is broken or was cut off.`,
  why: (_attempt, _input) =>
    text`The download came to an end, but the layer is not a complete, valid archive: a broken push, an interrupted connection, or a bad disk.`,
  notes: reachNotes,
  fixes: (_attempt, input) => [
    look(text`Push the image again.`),
    describeNode(input, text`If other nodes pull it well, look at the disk of node ${nodeOf(input)}.`),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "A layer is damaged: it does not unpack, or not to the content it should have.",
    seenIn: "`failed to extract layer`, `wrong diff id`, `unexpected EOF`, `failed to register layer`.",
    repair: "Push again; check the disk of the node.",
    notToConfuseWith: "image/disk-full: the same wrapper around `no space left on device`.",
    catalogue: ["image-layer-corrupt"],
  },
});
