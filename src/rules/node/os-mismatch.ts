import { name, path, text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName } from "./words.ts";

/** Refused, because the pod is for another operating system. */
export default verdictRule<{ message: string }>({
  id: "node/os-mismatch",
  title: "Refused, because the pod is for another operating system",
  needs: [],
  read: byReason("PodOSNotSupported", "PodOSSelectorNodeLabelDoesNotMatch"),
  headline: (_more, input) => text`Refused: the pod is for another operating system than node ${nodeName(input)} has.`,
  why: ({ message }) =>
    text`The kubelet compares ${path("spec.os.name")} and the label ${name("kubernetes.io/os")} with its own. It says ${value(message)}.`,
  fixes: (_more, input) => [...leftover(input)],
  doc: {
    means: "The pod's operating system is not that of the node.",
    seenIn: "Phase Failed, reason PodOSNotSupported or PodOSSelectorNodeLabelDoesNotMatch.",
    repair: "Select nodes by the label kubernetes.io/os.",

    catalogue: ["admit-os-mismatch"],
  },
});
