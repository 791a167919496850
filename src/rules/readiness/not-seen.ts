import { duration, path, text } from "../../text/text.ts";
import { isEarly } from "./causes.ts";
import { runCommand, seeAnswer, seeLog } from "./fixes.ts";
import { probeRule } from "./probe-rule.ts";
import { asked, rhythm, who } from "./words.ts";

/** Not ready for its probe, and no event says why. */
export default probeRule({
  id: "readiness/not-seen",
  title: "Not ready, and no event says what the probe got",
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" &&
    state === "failing" &&
    !error &&
    !(typeof probe.port === "string" && probe.portNumber === undefined),
  confidence: () => "possible",
  headline: ({ container, probe }) =>
    text`The readiness probe of ${who(container)} has not succeeded yet: ${asked(probe)}.`,
  why: (failure, input) =>
    isEarly(failure, input)
      ? text`It has run for ${duration(failure.runningSeconds ?? 0)}; the first probe comes ${failure.probe.initialDelaySeconds} s after the start (${path("initialDelaySeconds")}).`
      : text`The container says that it is not ready and has a readiness probe, and no event of its current run tells of a failure: events are kept for an hour, and a noisy pod loses some.`,
  notes: ({ probe }) => [text`The probe runs ${rhythm(probe)}.`],
  fixes: (failure, input) => [
    ...seeAnswer(input, failure, text`What the probe would get, by way of the API server.`),
    ...runCommand(input, failure),
    seeLog(input, failure, text`What the program itself says.`),
  ],
  doc: {
    means: "The container runs, has a readiness probe and is not ready; nothing tells what the probe got.",
    seenIn: "`ready: false` of a running container, without an event Unhealthy of its current run.",
    repair: "Ask by hand what the probe asks.",
    catalogue: ["probe-readiness"],
  },
});
