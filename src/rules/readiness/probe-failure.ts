import { type Event, lastSeen, timesSeen } from "../../objects/event.ts";
import { isTerminal } from "../../objects/pod.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { budgetSeconds, PROBE_TYPES, type Probe, type ProbeType, probeOf } from "./probe.ts";
import { type ProbeError, parseProbeError } from "./probe-error.ts";

/** The kubelet ended the container because of the probe. */
export interface ProbeKill {
  /** The Killing event; absent where it was lost and only the times show the kill. */
  readonly event?: Event;
  /** How long the container had run; undefined where the status does not tell. */
  readonly ranSeconds?: number;
  readonly exitCode?: number;
  /** Path of the end that followed: `status.containerStatuses[0].lastState.terminated`. */
  readonly endPath?: string;
}

/** A probe that has not succeeded in the run of its container that counts. */
export interface ProbeFailure {
  readonly container: ContainerView;
  readonly probe: Probe;
  /** `killed`: the container was ended for it. `failing`: it fails. `starting`: a startup probe that has tries left. */
  readonly state: "killed" | "failing" | "starting";
  readonly kill?: ProbeKill;
  /** The newest failure; absent where no event of that run tells of one. */
  readonly event?: Event;
  readonly error?: ProbeError;
  /** Seconds that the container has run, in the run that goes on. */
  readonly runningSeconds?: number;
}

/** Seconds that two clocks, or two roundings to whole seconds, may be apart. */
const SLACK = 2;

const cache = new WeakMap<PodInput, readonly ProbeFailure[]>();

/** The probes that fail now, of all containers. Events of former runs count only where they ended the last one. */
export function probeFailures(input: PodInput): readonly ProbeFailure[] {
  const known = cache.get(input);
  if (known) return known;
  const found = input.pod.metadata.deletionTimestamp
    ? []
    : input.containers.flatMap((container) =>
        PROBE_TYPES.flatMap((type) => {
          const probe = probeOf(container, type);
          return (probe && failureOf(input, container, probe)) ?? [];
        }),
      );
  cache.set(input, found);
  return found;
}

function failureOf(input: PodInput, container: ContainerView, probe: Probe): ProbeFailure | undefined {
  const { status } = container;
  const startedAt = status?.state?.running?.startedAt;
  const runningSeconds = input.snapshot.secondsSince(startedAt);
  const running = runningSeconds === undefined ? {} : { runningSeconds };
  const kill = probe.type === "readiness" ? undefined : killOf(input, container, probe);
  if (kill) {
    const since = kill.endPath === undefined ? startedAt : endOf(container)?.end.startedAt;
    return { container, probe, state: "killed", kill, ...running, ...newest(container, probe, since) };
  }
  if (!status?.state?.running || isTerminal(input.pod)) return undefined;
  const failed = newest(container, probe, startedAt);
  switch (probe.type) {
    case "startup": {
      if (status.started !== false || status.ready) return undefined;
      // A probe that cannot be carried out never uses up its tries.
      const hasTriesLeft =
        !failed.error?.isErrored && (runningSeconds ?? 0) <= budgetSeconds(probe) + 3 * probe.periodSeconds;
      return { container, probe, state: hasTriesLeft ? "starting" : "failing", ...running, ...failed };
    }
    case "readiness":
      return status.ready === false && status.started !== false
        ? { container, probe, state: "failing", ...running, ...failed }
        : undefined;
    case "liveness": {
      const ago = failed.event && input.snapshot.secondsSince(lastSeen(failed.event));
      return ago !== undefined && ago <= 3 * (probe.periodSeconds + probe.timeoutSeconds)
        ? { container, probe, state: "failing", ...running, ...failed }
        : undefined;
    }
  }
}

/** The newest failure of a probe at or after a time. */
function newest(
  { events }: ContainerView,
  { handler, type }: Probe,
  since: string | undefined,
): Pick<ProbeFailure, "event" | "error"> {
  for (const event of events.toReversed()) {
    // OpenShift's own reason for a failed HTTP probe is ProbeError.
    if (event.reason !== "Unhealthy" && event.reason !== "ProbeError") continue;
    const error = parseProbeError(event.message ?? "", handler);
    if (error?.type !== type) continue;
    return since && before(lastSeen(event), since, SLACK) ? {} : { event, error };
  }
  return {};
}

/** `Container app failed liveness probe, will be restarted`; `Init container …` for a sidecar (kubernetes v1.36 pkg/kubelet/kuberuntime/kuberuntime_manager.go). */
const tellsKill = ({ reason, message = "" }: Event, name: string, type: ProbeType) =>
  reason === "Killing" &&
  [`Container ${name}`, `Init container ${name}`].some((who) => message.startsWith(`${who} failed ${type} probe`));

function endOf({ status, statusPath }: ContainerView) {
  if (status?.state?.terminated) return { end: status.state.terminated, path: `${statusPath}.state.terminated` };
  if (status?.lastState?.terminated)
    return { end: status.lastState.terminated, path: `${statusPath}.lastState.terminated` };
  return undefined;
}

function killOf(input: PodInput, container: ContainerView, probe: Probe): ProbeKill | undefined {
  const { pod, snapshot } = input;
  const startedAt = container.status?.state?.running?.startedAt;
  const event = container.events.findLast((one) => tellsKill(one, container.name, probe.type));
  if (event && startedAt && !before(lastSeen(event), startedAt, 0)) {
    const ranSeconds = secondsBetween(startedAt, lastSeen(event));
    return { event, ...(ranSeconds !== undefined && { ranSeconds }) };
  }
  const last = endOf(container);
  // Memory is a cause of its own, and what the kubelet made up after the fact has no times to compare.
  if (!last || last.end.reason === "OOMKilled" || !last.end.startedAt || !last.end.finishedAt) return undefined;
  const { end, path } = last;
  const { startedAt: begin = "", finishedAt = "" } = end;
  const grace = graceSeconds(pod.spec.terminationGracePeriodSeconds, probe);
  // An event that is newer than the end belongs to it all the same: statuses are reported less often than events.
  const isWithin = (time: string, early: number) =>
    !before(time, begin, SLACK) && (secondsBetween(time, finishedAt) ?? 0) <= grace + early;
  const matching = event && isWithin(lastSeen(event), 15) ? event : undefined;
  // A noisy pod loses events: the last failure just before the end, and an end by signal, tell as much.
  const failure = newest(container, probe, begin).event;
  const isShown =
    (end.exitCode === 137 || end.exitCode === 143) &&
    failure !== undefined &&
    isWithin(lastSeen(failure), probe.periodSeconds);
  if (!matching && !isShown) return undefined;
  // A run that has outlived the time after which the probe would have ended it has got over it.
  const runs = snapshot.secondsSince(startedAt);
  const startup = probe.type === "liveness" ? probeOf(container, "startup") : undefined;
  const patience = 2 * (budgetSeconds(probe) + (startup ? budgetSeconds(startup) : 0)) + 10;
  if (runs !== undefined && runs > patience) return undefined;
  const killedAt = matching && before(lastSeen(matching), finishedAt, 0) ? lastSeen(matching) : finishedAt;
  const ranSeconds = secondsBetween(begin, killedAt);
  return {
    ...(matching && { event: matching }),
    ...(ranSeconds !== undefined && { ranSeconds }),
    exitCode: end.exitCode,
    endPath: path,
  };
}

/** A probe may have a grace period of its own (`terminationGracePeriodSeconds` of the probe, since 1.25). */
function graceSeconds(ofPod: number | undefined, { spec }: Probe): number {
  const own = spec.terminationGracePeriodSeconds;
  return typeof own === "number" ? own : (ofPod ?? 30);
}

/** How often the newest failure was seen; 0 without one. */
export const failuresSeen = ({ event }: ProbeFailure): number => (event ? timesSeen(event) : 0);

/** Whether a time is more than some seconds before another; false where one cannot be read. */
function before(time: string, other: string, slack: number): boolean {
  return Date.parse(time) + slack * 1000 < Date.parse(other);
}

export function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  const seconds = (Date.parse(to ?? "") - Date.parse(from ?? "")) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.round(seconds));
}
