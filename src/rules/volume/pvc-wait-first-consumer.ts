import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";

/** Normal: the volume is made when a node is chosen. */
export default claimRule({
  id: "volume/pvc-wait-first-consumer",
  title: "The claim waits until the pod has a node",
  trouble: "wait-first-consumer",
  // It never holds a pod up: whatever keeps the pod from a node is the cause.
  effect: "risks",
  headline: ({ view }) =>
    text`Claim ${name(view.name)} is unbound on purpose: its volume is made once a node is chosen for the pod.`,
  why: ({ view }) =>
    text`Class ${name(view.className ?? "")} has volumeBindingMode WaitForFirstConsumer, so that the volume is made where the pod runs. This keeps no pod from being scheduled.`,
  fixes: (_, { pod }) => [
    look(
      text`Look at what keeps the pod from a node instead.`,
      kubectl("reads", pod.metadata.namespace, "describe", "pod", pod.metadata.name),
    ),
  ],
  doc: {
    means:
      "With volumeBindingMode WaitForFirstConsumer a claim is bound only when a pod that uses it is being scheduled.",
    seenIn:
      "Events WaitForFirstConsumer `waiting for first consumer to be created before binding`, WaitForPodScheduled `waiting for pod p to be scheduled` on the claim (kube-controller-manager).",
    repair: "None needed: repair the pod's own scheduling.",
    notToConfuseWith: "volume/pvc-not-bound-on-node: a pod that was given its node by hand waits for ever.",
    catalogue: ["pvc-wait-first-consumer"],
  },
});
