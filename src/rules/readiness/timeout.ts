import { text } from "../../text/text.ts";
import { fixesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";
import { ranFor, rhythm } from "./words.ts";

/** The answer does not come in time. */
export default probeRule({
  id: "readiness/timeout",
  title: "The readiness probe gets no answer in time",
  fits: ({ probe, state, error }) =>
    probe.type === "readiness" && state === "failing" && probe.handler !== "grpc" && error?.cause === "timeout",
  why: whyOf,
  notes: (failure) => [text`The probe runs ${rhythm(failure.probe)}. ${ranFor(failure)}`],
  fixes: fixesOf,
  doc: {
    means:
      "The program has the port open, or the command runs, but no answer comes within timeoutSeconds of the readiness probe, which is 1 where nothing is set.",
    seenIn:
      'Event Unhealthy with `context deadline exceeded (Client.Timeout exceeded while awaiting headers)`, `command "…" timed out` (up to 1.30), `command timed out: "…" timed out after 1s` (1.31 and later).',
    repair:
      "Find out what the program is busy with. If it is only slow, raise timeoutSeconds; a cheaper endpoint is better.",
    notToConfuseWith: "`dial tcp …: i/o timeout`: no connection at all, so the way to the pod is blocked.",
    catalogue: ["probe-http-connect", "probe-exec", "probe-readiness"],
  },
});
