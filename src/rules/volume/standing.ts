import { isTerminal, type Pod, podCondition } from "../../objects/pod.ts";

/** Whether a pod still waits for its volumes or its sandbox: what was said of them before counts no more after that. */
export function awaitsSandbox(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp || isTerminal(pod)) return false;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  if (statuses.some(({ state }) => state?.running)) return false;
  const sandbox = podCondition(pod, "PodReadyToStartContainers");
  // Before 1.29 there is no such condition; an address, or a container that got further, proves a sandbox.
  if (sandbox) return sandbox.status !== "True";
  const isFurther = statuses.some(({ state }) => {
    const reason = state?.waiting?.reason ?? "";
    return state?.terminated !== undefined || !["", "ContainerCreating", "PodInitializing"].includes(reason);
  });
  return !isFurther && !(pod.status?.podIP && pod.spec.hostNetwork !== true);
}
