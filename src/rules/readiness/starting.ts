import { kubectl } from "../../text/command.ts";
import { duration, path, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { seeLog } from "./fixes.ts";
import { budgetSeconds } from "./probe.ts";
import { probeRule } from "./probe-rule.ts";
import { answered, asked, whoAtStart } from "./words.ts";

/** A startup probe that has tries left: progress, no cause. */
export default probeRule({
  id: "readiness/starting",
  title: "The startup probe has tries left",
  effect: "delays",
  fits: ({ probe, state, error }) =>
    probe.type === "startup" &&
    state === "starting" &&
    !error?.isErrored &&
    !(typeof probe.port === "string" && probe.portNumber === undefined),
  headline: ({ container, probe, runningSeconds = 0 }) =>
    text`${whoAtStart(container)} has been starting for ${duration(runningSeconds)}; its startup probe allows ${duration(budgetSeconds(probe))}.`,
  why: (failure) =>
    failure.error
      ? text`Until the startup probe succeeds the other probes wait. The last try, ${asked(failure.probe)}, ${answered(failure)}.`
      : text`Until the startup probe, ${asked(failure.probe)}, succeeds the other probes wait. No event tells of a failure.`,
  notes: () => [],
  outlook: ({ probe, runningSeconds = 0 }) =>
    text`If it does not succeed, the kubelet ends the container in about ${duration(Math.max(0, budgetSeconds(probe) - runningSeconds))} (${path("failureThreshold")} ${probe.failureThreshold} × ${path("periodSeconds")} ${probe.periodSeconds}) and starts it again.`,
  fixes: (failure, input) => [
    look(
      text`Watch it.`,
      kubectl("reads", input.pod.metadata.namespace, "get", "pod", input.pod.metadata.name, "--watch"),
    ),
    seeLog(input, failure, text`How far the program got.`),
  ],
  doc: {
    means:
      "A startup probe gives a program time to start: the container counts as started once it succeeds, and is ended when all tries are used up. This one has tries left.",
    seenIn:
      "`started: false` of a running container with a startupProbe, and a run shorter than initialDelaySeconds + failureThreshold × periodSeconds.",
    repair: "Wait.",
    notToConfuseWith: "readiness/startup-kill: the container was ended because the tries were used up.",
    catalogue: ["probe-startup-kill"],
  },
});
