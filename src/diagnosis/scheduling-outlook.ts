import { fullName } from "../objects/object.ts";
import { type Pod, priorityOf } from "../objects/pod.ts";
import { taintText } from "../objects/toleration.ts";
import type { PodInTheWay, SchedulingOutlook } from "../report/report.ts";
import type { Lack } from "../scheduler/filter.ts";
import type { Fit } from "../scheduler/fit.ts";
import type { ClusterView } from "../scheduler/node-info.ts";
import { type Outlook, outlookFor } from "../scheduler/outlook.ts";
import { type Preemption, preemptionFor } from "../scheduler/preemption.ts";
import { list, name, type Text, text, value } from "../text/text.ts";

/** Whether a pod that no node takes can get a place as it is; undefined where a node takes it. */
export function outlookOf(pod: Pod, view: ClusterView, fit: Fit): SchedulingOutlook | undefined {
  const outlook = outlookFor(pod, view, fit);
  if (!outlook) return undefined;
  const preemption = preemptionFor(pod, view, fit);
  return {
    fits: outlook.fits,
    ...(outlook.fits === "later" && { node: outlook.node }),
    pods: outlook.fits === "later" ? outlook.pods.map(inTheWay) : [],
    preemption: factsOf(preemption),
    words: [...wordsOf(outlook), ...preemptionWords(preemption, outlook, pod)],
  };
}

const inTheWay = (pod: Pod): PodInTheWay => ({
  namespace: pod.metadata.namespace ?? "",
  name: pod.metadata.name,
  priority: priorityOf(pod),
});

function factsOf(preemption: Preemption): SchedulingOutlook["preemption"] {
  const { state } = preemption;
  if (state !== "possible") return { state };
  const [{ node, pods, violating }] = preemption.candidates;
  return { state, node, pods: pods.map(inTheWay), violating };
}

function wordsOf(outlook: Outlook): Text {
  if (outlook.fits === "never") return text`Waiting does not help: no node would take it even when empty.`;
  const { node, pods, troubles } = outlook;
  const conditions = [
    ...(pods.length > 0 ? [text`${namesOf(pods)} ${pods.length === 1 ? "has" : "have"} ended or moved away`] : []),
    ...troubles.map(troubleWords),
  ];
  const joined = conditions.flatMap((one, index): Text => [...(index > 0 ? [" and "] : []), ...one]);
  return text`It fits ${name(node)} once ${joined}.`;
}

const namesOf = (pods: readonly Pod[]) =>
  list(
    pods.map(({ metadata }) => name(fullName(metadata))),
    3,
  );

/** What has to pass on the node that comes nearest, besides pods that are there. */
function troubleWords(lack: Lack): Text {
  switch (lack.of) {
    case "schedulable":
      return text`it is open again (it is cordoned)`;
    case "toleration":
      return text`its taint ${value(taintText(lack))} is gone`;
    case "affinity":
      return text`a pod with ${value(lack.selector)} runs ${domainWords(lack.key)}`;
    case "spread":
      return text`the pods are spread more evenly by ${name(lack.key)}`;
    case "anti-affinity":
      return text`${name(lack.with)} does not run ${domainWords(lack.key)}`;
    case "single-pod-claim":
      return text`${name(lack.heldBy)} has ended: claim ${name(lack.claim)} is for one pod at a time`;
    case "devices":
      return text`devices of ${name(lack.deviceClass)} are free`;
    default:
      return text`it has room for the volume`;
  }
}

const domainWords = (key: string): Text => (key === "kubernetes.io/hostname" ? ["there"] : text`in its ${name(key)}`);

/** Why the pods in the way stay, or that they will be made to go. */
function preemptionWords(preemption: Preemption, outlook: Outlook, pod: Pod): Text {
  if (preemption.state === "possible") {
    const [{ node, pods }] = preemption.candidates;
    return text` The scheduler may evict ${namesOf(pods)} on ${name(node)} for it: ${pods.length === 1 ? "its priority is" : "their priority is"} lower.`;
  }
  if (
    outlook.fits === "never" ||
    outlook.pods.length === 0 ||
    outlook.pods.some((one) => one.metadata.deletionTimestamp)
  )
    return [];
  if (preemption.state === "never") return text` Nobody is evicted for it: its preemptionPolicy is Never.`;
  const isAbove = outlook.pods.every((one) => priorityOf(one) >= priorityOf(pod));
  return preemption.state === "not-helpful" && isAbove
    ? text` Nobody is evicted for it: ${outlook.pods.length === 1 ? "that pod's priority is" : "their priority is"} not lower than its own (${priorityOf(pod)}).`
    : [];
}
