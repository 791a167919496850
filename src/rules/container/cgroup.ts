import { text, value } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The kernel refuses a resource setting. */
export default startRule({
  id: "container/cgroup",
  title: "The kernel refuses a resource setting",
  causes: ["cgroup"],
  headline: ({ view }, input) =>
    text`The kernel of node ${nodeOf(input)} refuses a resource setting of ${containerInSentence(view)}.`,
  why: ({ error }) => text`The runtime could not write it into the cgroup: ${value(error.detail.slice(0, 240))}.`,
  fixes: (_failure, input) => [describeNode(input, text`Compare the container's limits with what the node has.`)],
  doc: {
    means: "A limit of CPU, memory, processes or huge pages that this kernel does not take.",
    seenIn:
      "`error setting cgroup config for procHooks process`, `unable to apply cgroup configuration` (runc), `writing file /sys/fs/cgroup/…` (crun).",
    repair: "Correct the limits; compare with a node where it works.",
    catalogue: ["start-cgroup"],
  },
});
