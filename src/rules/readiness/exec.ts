import { fixesOf, notesOf, whyOf } from "./causes.ts";
import { probeRule } from "./probe-rule.ts";

/** The probe's command fails or cannot be run. */
export default probeRule({
  id: "readiness/exec",
  title: "The command of the probe fails",
  fits: ({ probe, state, error }) =>
    probe.handler === "exec" &&
    error !== undefined &&
    error.cause !== "timeout" &&
    (probe.type === "readiness"
      ? state === "failing"
      : probe.type === "startup" && error.isErrored && state !== "killed"),
  why: whyOf,
  notes: notesOf,
  fixes: fixesOf,
  doc: {
    means:
      "The command that the kubelet runs in the container to see whether it is ready ends with a code other than 0, or cannot be run at all: the image lacks it. What cannot be run counts as no result, so a startup probe of that sort waits for ever.",
    seenIn:
      "Event Unhealthy `Readiness probe failed: ` and the command's output; `… probe errored: … executable file not found in $PATH` (up to 1.32), `… probe errored and resulted in unknown state: …` (1.33 and later).",
    repair:
      "Run the command by hand in the container. Where the program is missing, use one that the image has, or a probe by HTTP, TCP or gRPC.",
    notToConfuseWith: "readiness/timeout: the command works but takes too long.",
    catalogue: ["probe-exec", "probe-readiness"],
  },
});
