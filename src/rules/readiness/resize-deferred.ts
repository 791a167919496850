import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { resizesThatAre } from "./resize.ts";

/** A resize waits for room on the node. */
export default defineRule<{ message: string }>({
  id: "readiness/resize-deferred",
  title: "A resize waits for room on the node",
  effect: "risks",
  needs: [],
  check: (input) => resizesThatAre("deferred", input),
  message: ({ facts: { message } }) => ({
    headline: text`The pod runs on with its old resources: its node has no room for the resize yet.`,
    why: text`${message !== "" && text`The kubelet says ${value(message)}. `}The kubelet tries again when resources on the node become free.`,
  }),
  fixes: ({ subject }, { pod }) => [
    look(
      text`What is requested on the node.`,
      kubectl("reads", undefined, "describe", "node", pod.spec.nodeName ?? subject.name),
    ),
  ],
  doc: {
    means:
      "The pod's resources were changed in place, and its node has not that much free now. The pod keeps running with what it had.",
    seenIn:
      "Condition PodResizePending with reason Deferred (1.33 and later), `status.resize` Deferred before; event ResizeDeferred.",
    repair: "Free resources on the node, or make the pod anew so that the scheduler finds another one.",
    catalogue: ["resize-deferred"],
  },
});
