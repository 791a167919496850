import { text } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName } from "./words.ts";

/** Ended because the node was shut down. */
export default verdictRule<{ message: string }>({
  id: "node/graceful-shutdown",
  title: "Ended because the node was shut down",
  needs: [],
  read: byReason("Terminated", "Shutdown"),
  headline: (_more, input) => text`Ended because node ${nodeName(input)} was shut down or restarted.`,
  why: () =>
    text`A node that shuts down in good order ends its pods first, and they stay as they are. Nothing is wrong with the pod.`,
  fixes: (_more, input) => [...leftover(input)],
  doc: {
    means: "The node was shut down in an orderly way, and the pod with it.",
    seenIn:
      "Phase Failed, reason Terminated, `Pod was terminated in response to imminent node shutdown.`; reason Shutdown in older versions.",
    repair: "Delete what is left of it.",
    notToConfuseWith: "node/node-shutdown: refused on arrival.",
    catalogue: ["node-graceful-shutdown"],
  },
});
