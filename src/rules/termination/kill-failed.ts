import { refTo } from "../../objects/object.ts";
import { duration, list, name, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { nodeHealth } from "../node/health.ts";
import { nodeName, seeNode } from "../node/words.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { deletionOf, eventSince, isOverdue } from "./deletion.ts";
import { forceDelete, forceRisk } from "./force.ts";

interface KillFailed {
  readonly overdueSeconds: number;
  readonly running: readonly string[];
  readonly message: string;
  /** What could not be ended: the network of the pod, a container, or unknown. */
  readonly what: "sandbox" | "container" | "unknown";
}

/** The node is well, the grace period is over, and the containers or the sandbox are not gone. */
export default defineRule<KillFailed>({
  id: "termination/kill-failed",
  title: "The node cannot end the deleted pod",
  effect: "blocks",
  needs: ["Event", "Node"],
  explains: ["termination/volume-unmount"],
  check: (input) => {
    const deletion = deletionOf(input);
    if (!deletion || !isOverdue(deletion) || !input.pod.spec.nodeName) return [];
    const health = nodeHealth(input)?.state;
    if (health !== "ready" && health !== "unknown") return [];
    const event = eventSince(input, deletion, "FailedKillPod", "ExceededGracePeriod");
    if (!event && deletion.running.length === 0) return [];
    const message = event?.message ?? "";
    const what = /KillPodSandbox/.test(message)
      ? "sandbox"
      : event || deletion.running.length > 0
        ? "container"
        : "unknown";
    const { pod } = input;
    return [
      {
        subject: refTo(pod),
        confidence: event ? ("certain" as const) : ("likely" as const),
        facts: { overdueSeconds: -deletion.secondsLeft, running: deletion.running, message, what },
        evidence: [
          seen(pod, "metadata.deletionTimestamp", "delete by"),
          ...(event ? [seen(event, "message", "kubelet")] : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { overdueSeconds, running, message, what } }, input) => ({
    headline:
      what === "sandbox"
        ? text`Deleted, ${duration(overdueSeconds)} past its grace period: node ${nodeName(input)} cannot take its network down.`
        : text`Deleted, ${duration(overdueSeconds)} past its grace period: node ${nodeName(input)} cannot end ${running.length > 0 ? list(running.map(name)) : "its containers"}.`,
    why: whyOf(what, message),
    notes: [forceRisk(input)],
  }),
  fixes: ({ facts: { what } }, input) => [
    seeNode(input, text`The node's conditions and events.`),
    adminTask(
      what === "sandbox"
        ? text`Look at the network plugin's pod on node ${nodeName(input)}, and at the kubelet's log there.`
        : text`On node ${nodeName(input)}, look for processes in state D (waiting for a disk or an NFS server that is gone) and at the log of kubelet and runtime.`,
    ),
    forceDelete(input, text`If the containers are gone for certain and only the object is left: remove it.`),
  ],
  doc: {
    means:
      "The grace period is over, the node answers, and containers or sandbox of the pod are still there: the runtime or the network plugin fails to take them down.",
    seenIn:
      "Event FailedKillPod `error killing pod: …` with KillContainerError or KillPodSandboxError; ExceededGracePeriod; or running containers long after deletionTimestamp.",
    repair:
      "Repair network plugin, runtime or storage on the node. A process that waits for a dead NFS server ends only when the server is back or the node restarts.",
    notToConfuseWith: "termination/in-grace: the time is not over. termination/node-down: the node does not answer.",
    catalogue: ["term-kill-failed", "kill-container-error"],
  },
});

function whyOf(what: KillFailed["what"], message: string): Text {
  const said = message ? text`The kubelet says ${value(message.trim())}. ` : [];
  if (what === "sandbox")
    return text`${said}The containers have ended, and removing the pod's network fails: the network plugin on the node does not answer or has lost its data.`;
  return text`${said}After the grace period processes are killed with SIGKILL. What survives that waits within the kernel, for a disk or a network file system, or the container runtime hangs.`;
}
