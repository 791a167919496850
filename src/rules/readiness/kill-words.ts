import { count, duration, path, type Text, text } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { observedStartSeconds } from "./fixes.ts";
import { budgetSeconds } from "./probe.ts";
import type { ProbeFailure } from "./probe-failure.ts";
import { answered, asked, rhythm, who } from "./words.ts";

/** `The liveness probe has container app restarted: GET /healthz on port 8080 answers 404 Not Found.` */
export function killHeadline(failure: ProbeFailure, input: PodInput): Text {
  const { probe, container } = failure;
  const ended = restarts(failure, input) ? "restarted" : "ended";
  return text`The ${probe.type} probe has ${who(container)} ${ended}: ${asked(probe)} ${answered(failure)}.`;
}

/** With restartPolicy Never the container is ended and stays so. */
const restarts = ({ kill, container }: ProbeFailure, { pod }: PodInput): boolean => {
  if (kill?.event) return (kill.event.message ?? "").includes("will be restarted") || container.role === "sidecar";
  return pod.spec.restartPolicy !== "Never";
};

export function killWhy({ probe, kill, container }: ProbeFailure, why: Text): Text {
  const ran = kill?.ranSeconds;
  const code = kill?.exitCode;
  return text`The kubelet ended the container${ran !== undefined && ` ${duration(ran)} after its start`}, because the ${probe.type} probe failed ${count(probe.failureThreshold, "time")} in a row${(container.status?.restartCount ?? 0) > 0 && `; it has been restarted ${count(container.status?.restartCount ?? 0, "time")}`}. ${why}${code !== undefined && ` Exit code ${code} is how the program ended when it was told to.`}`;
}

export function killNotes({ probe, kill, container }: ProbeFailure, input: PodInput): readonly Text[] {
  const budget = budgetSeconds(probe);
  const observed = observedStartSeconds(input);
  const ran = kill?.ranSeconds;
  // The probe was never answered if it was ended as early as can be.
  const isAtStart = ran !== undefined && ran <= budget + 2 * probe.periodSeconds;
  return [
    text`The probe runs ${rhythm(probe)}${probe.initialDelaySeconds > 0 && `, from ${probe.initialDelaySeconds} s after the start on`}: a start may take ${duration(budget)} at most.${isAtStart && container.status?.state && " The container was ended as early as that, so the probe never succeeded."}`,
    ...(observed !== undefined && observed > budget
      ? [
          text`Another pod of the same workload took ${duration(observed)} to become ready: longer than this probe allows.`,
        ]
      : []),
  ];
}

export function killOutlook({ container }: ProbeFailure): Text | undefined {
  const wait = /back-off (\S+) restarting/.exec(container.status?.state?.waiting?.message ?? "")?.[1];
  return wait
    ? text`The kubelet waits ${wait} before it starts the container again; the wait doubles up to 5 minutes, and the probe ends it again (${path("restartCount")} ${container.status?.restartCount ?? 0}).`
    : undefined;
}
