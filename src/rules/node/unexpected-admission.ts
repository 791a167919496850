import { text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because a device or CPU could not be allocated. */
export default verdictRule<{ message: string }>({
  id: "node/unexpected-admission",
  title: "Refused, because a device or CPU could not be allocated",
  needs: ["Node"],
  read: byReason("UnexpectedAdmissionError"),
  headline: (_more, input) =>
    text`Refused (UnexpectedAdmissionError): node ${nodeName(input)} could not allocate what the pod asks for.`,
  why: ({ message }) =>
    text`The kubelet says ${value(message)}. After a restart of the kubelet a device plugin needs a moment to register its devices again; a device can also be broken.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means:
      "The device, CPU or memory manager of the kubelet could not give the pod its share, though the scheduler had counted it as free.",
    seenIn:
      "Phase Failed, reason UnexpectedAdmissionError, `Allocate failed due to requested number of devices unavailable for X. Requested: 1, Available: 0, which is unexpected` and other inner texts.",
    repair: "Look at the device plugin's pod on that node. The owner's next pod may do.",

    catalogue: ["admit-unexpected"],
  },
});
