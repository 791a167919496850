import { type ContainerStatus, type Pod, podCondition } from "../objects/pod.ts";
import { compare } from "../snapshot/lookup.ts";

/** The columns of `kubectl get pods` that need more than one field. */
export interface PodColumns {
  /** `1/2` */
  readonly ready: string;
  readonly status: string;
  readonly restarts: number;
  /** RFC 3339: when the last run of a container ended. */
  readonly lastRestartAt?: string;
}

/** READY, STATUS and RESTARTS as `kubectl get pods` shows them (kubernetes v1.36 pkg/printers/internalversion/printers.go printPod). */
export function podColumns(pod: Pod): PodColumns {
  const { spec, status, metadata } = pod;
  const sidecars = new Set((spec.initContainers ?? []).filter((c) => c.restartPolicy === "Always").map((c) => c.name));
  const mains = status?.containerStatuses ?? [];
  let word = status?.reason || status?.phase || "Unknown";
  if (podCondition(pod, "PodScheduled")?.reason === "SchedulingGated") word = "SchedulingGated";

  const init = initProgress(pod, sidecars);
  let counted: readonly ContainerStatus[] = init.reached;
  if (init.word) word = init.word;
  let ready = init.reached.filter((one) => sidecars.has(one.name) && one.started && one.ready).length;
  if (!init.word || podCondition(pod, "Initialized")?.status === "True") {
    counted = [...init.reached.filter(({ name }) => sidecars.has(name)), ...mains];
    ready += mains.filter((one) => !stateWord(one) && one.ready && one.state?.running).length;
    word = mainWord(pod, word);
  }
  const isOver = status?.phase === "Succeeded" || status?.phase === "Failed";
  if (metadata.deletionTimestamp && status?.reason === "NodeLost") word = "Unknown";
  else if (metadata.deletionTimestamp && !isOver) word = "Terminating";

  const lastRestartAt = counted
    .map(({ lastState }) => lastState?.terminated?.finishedAt ?? "")
    .sort(compare)
    .at(-1);
  return {
    ready: `${ready}/${spec.containers.length + sidecars.size}`,
    status: word,
    restarts: counted.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    ...(lastRestartAt && { lastRestartAt }),
  };
}

/** STATUS alone. */
export const statusWord = (pod: Pod) => podColumns(pod).status;

/** What a container that does not run says of itself; undefined for one that runs. */
function stateWord({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (!state?.terminated) return undefined;
  const { reason, signal, exitCode } = state.terminated;
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

/** The init containers up to the first that is not done, and what that one says. */
function initProgress(
  { spec, status }: Pod,
  sidecars: ReadonlySet<string>,
): { reached: readonly ContainerStatus[]; word?: string } {
  const reached: ContainerStatus[] = [];
  for (const [index, one] of (status?.initContainerStatuses ?? []).entries()) {
    reached.push(one);
    if (one.state?.terminated?.exitCode === 0 || (sidecars.has(one.name) && one.started)) continue;
    const says = stateWord(one);
    const isTold = says && (one.state?.terminated || says !== "PodInitializing");
    return { reached, word: isTold ? `Init:${says}` : `Init:${index}/${spec.initContainers?.length ?? 0}` };
  }
  return { reached };
}

/** The word of the first container that has one to say; `Completed` beside others that run is not the pod's state. */
function mainWord(pod: Pod, before: string): string {
  const mains = pod.status?.containerStatuses ?? [];
  const word = mains.map(stateWord).find((one) => one !== undefined) ?? before;
  if (word !== "Completed") return word;
  const isOneRunning = mains.some((one) => !stateWord(one) && one.ready && one.state?.running);
  const failed = mains.find(
    ({ state }) => !state?.waiting?.reason && state?.terminated && state.terminated.exitCode !== 0,
  );
  if (isOneRunning && podCondition(pod, "Ready")?.status === "True") return "Running";
  return (failed && stateWord(failed)) ?? (isOneRunning ? "NotReady" : word);
}
