import { name, text } from "../../text/text.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, describeNode, hostOf, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The pull makes no progress. */
export default pullRule({
  id: "image/pull-timeout",
  title: "The pull makes no progress",
  causes: ["pull-timeout"],
  confidence: () => "likely",
  headline: (attempt) => text`The pull from ${name(hostOf(attempt))} was cancelled: it made no progress for too long.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. containerd gives up a pull that gets no bytes for 5 minutes. The registry answers, but the download stalls: a slow or unstable link, or a very large image.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    describeNode(
      input,
      text`Check the link from node ${nodeOf(input)} to ${name(attempt.error.host)}; a smaller image or a mirror near the nodes helps.`,
    ),
  ],
  groupKey: ({ host }) => host,
  doc: {
    means: "The pull started and was cancelled for want of progress.",
    seenIn: "`context canceled` or `context deadline exceeded` without a network error.",
    repair: "Faster link, mirror or smaller image.",
    notToConfuseWith: "image/registry-timeout: no connection.",
    catalogue: ["image-pull-timeout"],
  },
});
