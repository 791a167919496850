import { duration, text } from "../../text/text.ts";
import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { budgetSeconds } from "./probe.ts";
import { probeRule } from "./probe-rule.ts";
import { asked, whoAtStart } from "./words.ts";

/** A startup probe that never gives a result. */
export default probeRule({
  id: "readiness/startup-stuck",
  title: "The startup probe gives no result",
  fits: ({ probe, state, error }) =>
    probe.type === "startup" &&
    state === "failing" &&
    !(probe.handler === "exec" && error?.isErrored) &&
    !(typeof probe.port === "string" && probe.portNumber === undefined),
  confidence: ({ error }) => (error ? "likely" : "possible"),
  headline: ({ container, probe, runningSeconds = 0 }) =>
    text`${whoAtStart(container)} has run for ${duration(runningSeconds)} and its startup probe, ${asked(probe)}, has not succeeded.`,
  why: (failure, input) =>
    text`The tries would have been used up after ${duration(budgetSeconds(failure.probe))}, and the container was not ended. ${whyOf(failure, input)}`,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means:
      "The container has run longer than its startup probe allows, was not ended, and does not count as started: the probe cannot be carried out, or the node's kubelet lags.",
    seenIn:
      "`started: false` of a container that runs longer than initialDelaySeconds + failureThreshold × periodSeconds.",
    repair: "Look at what the probe asks; look at the node.",
    catalogue: ["probe-startup-kill"],
  },
});
