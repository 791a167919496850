import { type Pod, podCondition } from "../objects/pod.ts";

/** READY as `kubectl get pods` shows it: sidecars count, init containers do not. */
export function readyCount({ spec, status }: Pod): string {
  const sidecars = (spec.initContainers ?? [])
    .filter(({ restartPolicy }) => restartPolicy === "Always")
    .map(({ name }) => name);
  const statuses = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.includes(name)),
  ];
  return `${statuses.filter(({ ready }) => ready).length}/${spec.containers.length + sidecars.length}`;
}

/** STATUS as `kubectl get pods` shows it (kubernetes v1.36 pkg/printers/internalversion/printers.go printPod). */
export function statusWord(pod: Pod): string {
  const { spec, status, metadata } = pod;
  let word = status?.reason || status?.phase || "Unknown";
  if (podCondition(pod, "PodScheduled")?.reason === "SchedulingGated") word = "SchedulingGated";
  const init = initWord(pod);
  if (init) word = init;
  if (!init || podCondition(pod, "Initialized")?.status === "True") {
    let isOneRunning = false;
    for (const { state, ready } of [...(status?.containerStatuses ?? [])].reverse()) {
      if (state?.waiting?.reason) word = state.waiting.reason;
      else if (state?.terminated) {
        const { reason, signal, exitCode } = state.terminated;
        word = reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
      } else if (ready && state?.running) isOneRunning = true;
    }
    if (word === "Completed" && isOneRunning)
      word = podCondition(pod, "Ready")?.status === "True" ? "Running" : "NotReady";
  }
  const isOver = status?.phase === "Succeeded" || status?.phase === "Failed";
  if (metadata.deletionTimestamp && !isOver) word = status?.reason === "NodeLost" ? "Unknown" : "Terminating";
  return spec ? word : "Unknown";
}

function initWord({ spec, status }: Pod): string | undefined {
  const restartable = new Set(
    (spec.initContainers ?? []).filter((c) => c.restartPolicy === "Always").map((c) => c.name),
  );
  for (const [index, { name, state, started }] of (status?.initContainerStatuses ?? []).entries()) {
    if (state?.terminated?.exitCode === 0 || (restartable.has(name) && started)) continue;
    if (state?.terminated) {
      const { reason, signal, exitCode } = state.terminated;
      return `Init:${reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)}`;
    }
    const waiting = state?.waiting?.reason;
    return waiting && waiting !== "PodInitializing"
      ? `Init:${waiting}`
      : `Init:${index}/${spec.initContainers?.length ?? 0}`;
  }
  return undefined;
}
