import { text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because the node can attach no more volumes. */
export default verdictRule<{ message: string }>({
  id: "node/volume-limit",
  title: "Refused, because the node can attach no more volumes",
  needs: ["Node"],
  read: byReason("VolumeAttachmentLimitExceeded"),
  headline: (_more, input) => text`Refused: node ${nodeName(input)} can attach no more volumes.`,
  why: () => text`The scheduler counted with an outdated limit; the kubelet corrects it after this.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The node has as many volumes attached as its driver can.",
    seenIn:
      "Phase Failed, reason VolumeAttachmentLimitExceeded, `Node has reached its volume attachment limit, rejecting pod. …` (1.34 and later).",
    repair: "The owner's next pod goes to another node; add nodes where none has room.",
    notToConfuseWith: "A pod that no node can take for the same reason: it waits for a node.",
    catalogue: ["admit-volume-limit"],
  },
});
