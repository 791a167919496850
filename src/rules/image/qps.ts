import { text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The kubelet limits its own pulls. */
export default pullRule({
  id: "image/qps",
  title: "The kubelet limits its own pulls",
  causes: ["qps"],
  effect: "delays",
  headline: (_attempt, input) => text`The kubelet of node ${nodeOf(input)} held the pull back: too many pulls at once.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The kubelet starts at most registryPullQPS pulls a second (5 by default). It tries again by itself.`,
  notes: reachNotes,
  fixes: (_attempt, _input) => [look(text`Wait; raise registryPullQPS in the kubelet's configuration if it goes on.`)],
  groupKey: ({ image }) => image,
  doc: {
    means: "The kubelet's own limit of pulls a second was reached.",
    seenIn: "`pull QPS exceeded` (kubelet, all versions).",
    repair: "Wait.",
    catalogue: ["image-qps"],
  },
});
