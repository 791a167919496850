import { kubectl } from "../../text/command.ts";
import { text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The image has no variant for the node's platform. */
export default pullRule({
  id: "image/platform",
  title: "The image has no variant for the node's platform",
  causes: ["platform"],
  headline: (attempt, input) =>
    text`${imageOf(attempt)} has no variant for the platform of node ${nodeOf(input)}${input.node?.state === "found" && text` (${input.node.object.status?.nodeInfo?.operatingSystem ?? ""}/${input.node.object.status?.nodeInfo?.architecture ?? ""})`}.`,
  why: (_attempt, _input) =>
    text`The registry has the image, built for other processor architectures or operating systems only.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`Use an image, or build one, for this architecture (docker buildx build --platform …).`,
    ),
    {
      title: text`Or send the pod to nodes whose architecture the image has.`,
      commands: [kubectl("reads", undefined, "get", "nodes", "-L", "kubernetes.io/arch,kubernetes.io/os")],
      applies: "as-is",
      by: "workload-owner",
    },
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "The image index lists no manifest for the operating system and architecture of the node.",
    seenIn:
      "`no match for platform in manifest` (containerd; ends in `not found`), `no image found in manifest list` (CRI-O), `no matching manifest for` (Docker).",
    repair: "Build for the platform, or select nodes by kubernetes.io/arch.",
    notToConfuseWith:
      "container/exec-format: an image of one platform that is pulled without a check and fails to run.",
    catalogue: ["image-platform"],
  },
});
