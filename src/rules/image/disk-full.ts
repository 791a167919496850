import { kubectl } from "../../text/command.ts";
import { text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, describeNode, imageOf, nodeNotes, nodeOf } from "./words.ts";

/** The node has no room for the image. */
export default pullRule({
  id: "image/disk-full",
  title: "The node has no room for the image",
  causes: ["disk-full"],
  headline: (_attempt, input) => text`The disk of node ${nodeOf(input)} is full: no space left for the image.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The layers could not be written to the node's image file system: its bytes or its inodes are used up. Other pods on this node are in danger too.`,
  notes: nodeNotes,
  fixes: (_attempt, input) => [
    describeNode(
      input,
      text`Free space on node ${nodeOf(input)}: look at its conditions (DiskPressure) and events (ImageGCFailed, FreeDiskSpaceFailed), remove unused images, or use a larger disk.`,
    ),
    {
      title: text`Keep new pods away from it meanwhile.`,
      commands: input.pod.spec.nodeName ? [kubectl("changes", undefined, "cordon", input.pod.spec.nodeName)] : [],
      applies: "maybe",
      by: "cluster-admin",
    },
  ],
  doc: {
    means: "The file system that holds images on the node is full.",
    seenIn: "`no space left on device` while a layer is written or unpacked (all runtimes).",
    repair: "Free space or inodes on the node.",
    notToConfuseWith: "image/layer-corrupt.",
    catalogue: ["image-disk-full"],
  },
});
