import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { resizesThatAre } from "./resize.ts";

/** A resize that this node can never do. */
export default defineRule<{ message: string }>({
  id: "readiness/resize-infeasible",
  title: "A resize that this node can never do",
  effect: "risks",
  needs: [],
  check: (input) => resizesThatAre("infeasible", input),
  message: ({ facts: { message } }) => ({
    headline: text`The pod runs on with its old resources: its node can never do this resize.`,
    why: text`${message !== "" && text`The kubelet says ${value(message)}. `}This does not change by itself: the size is more than the node has, or the node's settings forbid a resize in place.`,
  }),
  fixes: ({ subject }) => [
    look(
      text`What the pod asks for, and what it has.`,
      kubectl(
        "reads",
        subject.namespace,
        "get",
        "pod",
        subject.name,
        "-o",
        "jsonpath={.status.containerStatuses[*].resources}",
      ),
    ),
  ],
  doc: {
    means: "The pod's resources were changed in place to something that its node cannot give at all.",
    seenIn:
      "Condition PodResizePending with reason Infeasible (1.33 and later), `status.resize` Infeasible before; event ResizeInfeasible.",
    repair: "Make the pod anew with the new size, or take a size that fits the node.",
    catalogue: ["resize-infeasible"],
  },
});
