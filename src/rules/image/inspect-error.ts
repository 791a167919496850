import { text, value } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, describeNode, imageOf, nodeOf } from "./words.ts";

/** The runtime does not answer the question whether the image is there. */
export default pullRule({
  id: "image/inspect-error",
  title: "The container runtime cannot say whether the image is on the node",
  // What CRI-O reports with this reason for another cause has a rule of its own.
  fits: ({ reason, error }) =>
    error.cause === "runtime-down" ||
    (reason === "ImageInspectError" && (error.cause === "unknown" || error.cause === "pull-timeout")),
  confidence: () => "likely",
  headline: (attempt, input) =>
    attempt.reason === "ImageInspectError"
      ? text`The container runtime of node ${nodeOf(input)} does not work: it cannot say what images it has.`
      : text`The container runtime of node ${nodeOf(input)} does not answer the kubelet, which wants it to pull the image.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The kubelet asks the runtime on the node for images, and got an error: ${value(attempt.error.detail)}.`,
  fixes: (_attempt, input) => [
    describeNode(
      input,
      text`Look at node ${nodeOf(input)}: the runtime may be down or its disk damaged; restart it there.`,
    ),
  ],
  doc: {
    means: "The kubelet could not ask the runtime about the image.",
    seenIn: "Waiting reason ImageInspectError, event InspectFailed `Failed to inspect image …` (kubelet).",
    repair: "Repair the container runtime on the node.",
    notToConfuseWith: "image/shortname, which CRI-O reports with the same reason.",
    catalogue: ["image-inspect-error"],
  },
});
