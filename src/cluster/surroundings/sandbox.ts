import { podEvents } from "../targets.ts";
import type { Reader } from "./standing.ts";

/** Where a sandbox cannot be made: its RuntimeClass, and the pods on its node, among which the network's agents are. */
const sandbox: Reader = async (pod, collector, { isDone, hasSandbox, isOneOfMany }) => {
  const { nodeName, runtimeClassName } = pod.spec;
  if (isDone || hasSandbox || !nodeName || pod.metadata.deletionTimestamp) return;
  const runtimeClass = runtimeClassName ? collector.get("RuntimeClass", undefined, runtimeClassName) : undefined;
  if (!isOneOfMany) {
    const events = await podEvents(pod.metadata.name, pod.metadata.namespace ?? "", collector);
    const isStuck = events.some(({ reason }) => reason === "FailedCreatePodSandBox" || reason === "NetworkNotReady");
    if (isStuck) await collector.tryList("Pod", undefined, { fieldSelector: `spec.nodeName=${nodeName}`, most: 110 });
  }
  await runtimeClass;
};
export default sandbox;
