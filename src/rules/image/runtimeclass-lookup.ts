import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, reachNotes } from "./words.ts";

/** The RuntimeClass for the pull cannot be found. */
export default pullRule({
  id: "image/runtimeclass-lookup",
  title: "The RuntimeClass for the pull cannot be found",
  causes: ["runtime-class"],
  headline: (_attempt, input) =>
    text`The RuntimeClass ${name(input.pod.spec.runtimeClassName ?? "")} cannot be looked up, so no pull begins.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The kubelet needs the handler of the RuntimeClass before it pulls.`,
  notes: reachNotes,
  fixes: (_attempt, _input) => [
    look(text`See which RuntimeClasses there are.`, kubectl("reads", undefined, "get", "runtimeclasses")),
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "The kubelet cannot find the RuntimeClass of the pod while it pulls.",
    seenIn: "`Failed to lookup runtimeHandler for runtimeClassName` (kubelet).",
    repair: "Create the RuntimeClass.",
    catalogue: ["image-runtimeclass-lookup"],
  },
});
