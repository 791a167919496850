import { duration, text } from "../../text/text.ts";
import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { failuresSeen } from "./probe-failure.ts";
import { probeRule } from "./probe-rule.ts";

/** The liveness probe fails, and the container was not ended for it yet. */
export default probeRule({
  id: "readiness/liveness-failing",
  title: "The liveness probe fails",
  effect: "risks",
  fits: ({ probe, state }) => probe.type === "liveness" && state === "failing",
  why: whyOf,
  notes: (failure, input) => [
    !failure.error?.isErrored &&
      text`${failuresSeen(failure)} failed so far; ${failure.probe.failureThreshold} in a row, that is ${duration(failure.probe.failureThreshold * failure.probe.periodSeconds)}, end the container.`,
    ...notesOf(failure, input),
  ],
  fixes: fixesOf,
  doc: {
    means:
      "The liveness probe of a running container fails. After failureThreshold failures in a row the kubelet ends the container and starts it again.",
    seenIn: "A recent event Unhealthy `Liveness probe failed: …` of the current run.",
    repair:
      "As for a readiness probe. Dependencies do not belong into a liveness probe: restarting does not repair them.",
    catalogue: ["probe-liveness-kill"],
  },
});
