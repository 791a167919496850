import { text } from "../../text/text.ts";
import { startRule } from "./start-rule.ts";
import { containerInSentence, describeNode, nodeOf } from "./words.ts";

/** The node cannot bound huge pages. */
export default startRule({
  id: "container/hugepages",
  title: "The node cannot bound huge pages",
  causes: ["hugepages"],
  headline: ({ view }, input) =>
    text`Node ${nodeOf(input)} cannot bound huge pages, which ${containerInSentence(view)} asks for.`,
  why: () => text`The kernel of the node lacks the hugetlb cgroup controller.`,
  fixes: (_failure, input) => [
    describeNode(input, text`Enable the hugetlb controller on the node, or drop the request.`),
  ],
  doc: {
    means: "A limit of huge pages needs the hugetlb cgroup controller.",
    seenIn: "`huge pages limits are specified but hugetlb cgroup controller is missing` (containerd).",
    repair: "Enable the controller, or drop the limit.",
    catalogue: ["create-hugepages"],
  },
});
