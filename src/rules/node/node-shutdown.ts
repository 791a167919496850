import { text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName } from "./words.ts";

/** Refused, because the node was shutting down. */
export default verdictRule<{ message: string }>({
  id: "node/node-shutdown",
  title: "Refused, because the node was shutting down",
  needs: [],
  read: byReason("NodeShutdown"),
  headline: (_more, input) =>
    text`Refused (NodeShutdown): node ${nodeName(input)} was shutting down when the pod arrived.`,
  why: () => text`A node that shuts down takes no further pods.`,
  fixes: (_more, input) => [...leftover(input)],
  doc: {
    means: "The pod came to a node that was about to shut down.",
    seenIn: "Phase Failed, reason NodeShutdown, `Pod was rejected as the node is shutting down.`",
    repair: "Nothing: the owner makes another pod.",
    notToConfuseWith: "node/graceful-shutdown: the pod had been running.",
    catalogue: ["admit-node-shutdown"],
  },
});
