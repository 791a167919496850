import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { resizesThatAre } from "./resize.ts";

/** A resize in place failed. */
export default defineRule<{ message: string }>({
  id: "readiness/resize-error",
  title: "A resize in place failed",
  effect: "risks",
  needs: [],
  check: (input) => resizesThatAre("error", input),
  message: ({ facts: { message } }) => ({
    headline: text`The resize of the pod has failed on the node.`,
    why: text`${message !== "" && text`The kubelet says ${value(message)}. `}The kubelet goes on trying.`,
  }),
  fixes: ({ subject }) => [
    look(text`The events of the pod.`, kubectl("reads", subject.namespace, "describe", "pod", subject.name)),
  ],
  doc: {
    means: "The node accepted the resize, and carrying it out failed.",
    seenIn: "Condition PodResizeInProgress with reason Error; event ResizeError.",
    repair: "Read the message; look at the kubelet's and the runtime's log.",
    catalogue: ["resize-error"],
  },
});
