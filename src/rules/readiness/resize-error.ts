import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { resizeOf } from "./resize.ts";

/** A resize in place failed. */
export default defineRule<{ message: string }>({
  id: "readiness/resize-error",
  title: "A resize in place failed",
  effect: "risks",
  needs: [],
  check: (input) => {
    const resize = resizeOf(input);
    return resize?.state === "error"
      ? [
          {
            subject: refTo(input.pod),
            confidence: "certain" as const,
            facts: { message: resize.message },
            evidence: [seen(input.pod, resize.path)] as const,
          },
        ]
      : [];
  },
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
