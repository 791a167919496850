import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** A failure in words that no other rule knows. */
export default probeRule({
  id: "readiness/probe-failed",
  title: "The readiness probe fails",
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" &&
    state === "failing" &&
    probe.handler === "http" &&
    ["other", "runtime"].includes(error?.cause ?? ""),
  confidence: () => "likely",
  why: whyOf,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means: "The readiness probe fails in a way that no other rule explains. The kubelet's words are shown as they are.",
    seenIn: "Event Unhealthy `Readiness probe failed: …`.",
    repair: "Read the program's log.",
    catalogue: ["probe-readiness"],
  },
});
