import { text } from "../../text/text.ts";
import { adminTask, look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The image's signature is not accepted. */
export default pullRule({
  id: "image/signature",
  title: "The image's signature is not accepted",
  causes: ["signature"],
  headline: (_attempt, input) =>
    text`Node ${nodeOf(input)} refuses the image: its signature is missing or not accepted.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The signature policy of the node (policy.json) asks for a signature that this image does not have.`,
  notes: reachNotes,
  fixes: (_attempt, _input) => [
    look(text`Sign the image with a key that the policy names.`),
    adminTask(text`Or change the policy for this repository.`),
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "A signature policy refuses the image.",
    seenIn: "Reason SignatureValidationFailed [1.28+], `Source image rejected` (CRI-O).",
    repair: "Sign the image, or change the policy.",
    catalogue: ["image-signature"],
  },
});
