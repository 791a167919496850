import { text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { nodeOom } from "./crash.ts";
import { crashRule } from "./crash-rule.ts";
import { setMemoryLimit } from "./edit.ts";
import { containerWords, describeNode, nodeOf } from "./words.ts";

/** The node itself ran out of memory, and the kernel chose this container. */
export default crashRule({
  id: "container/oom-node",
  title: "The node ran out of memory, and the container was killed",
  kinds: ["oom-node"],
  needs: ["Event", "Node"],
  confidence: () => "likely",
  evidence: ({ view, run }, input) => {
    const event = nodeOom(view, run, input);
    return event ? [seen(event, "message", "node")] : [];
  },
  headline: ({ view }, input) =>
    text`${containerWords(view)} was killed because node ${nodeOf(input)} ran out of memory.`,
  why: (_crash, input) =>
    text`It was killed (137) at the time at which node ${nodeOf(input)} reported that the system was out of memory. The kernel takes those first that use most beyond what they request.`,
  fixes: ({ view }, input) => [
    describeNode(input, text`See what the pods of the node request, and what it has.`),
    setMemoryLimit(input, view, "<memory>", text`Request what it really uses, and bound it.`),
  ],
  doc: {
    means:
      "All pods of the node together used more memory than there is. The kernel killed a process of this container, though its own limit was not reached.",
    seenIn: "Exit code 137, reason Error (or OOMKilled), and the event SystemOOM of the node at that time.",
    repair: "Requests that match real use; memory reserved for the system; larger nodes.",
    notToConfuseWith: "container/oom-container: its own limit.",
    catalogue: ["oom-node"],
  },
});
