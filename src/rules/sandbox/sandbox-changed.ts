import { timesSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { isReady, isTerminal } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { count, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask, look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { sandboxFailure } from "./sandbox-failure.ts";

/** So often a sandbox may be made anew, after a restart of node or runtime, without meaning anything. */
const USUAL = 3;

/** The sandbox dies again and again. */
export default defineRule<{ times: number }>({
  id: "sandbox/sandbox-changed",
  title: "The pod's sandbox dies again and again",
  effect: "blocks",
  needs: ["Event"],
  check: (input) => {
    const { pod, events } = input;
    const event = events.findLast(({ reason }) => reason === "SandboxChanged");
    // With an error of its own, that is the cause; a pod that runs has got over it.
    if (!event || timesSeen(event) <= USUAL || sandboxFailure(input) || isReady(pod) || isTerminal(pod)) return [];
    if (pod.metadata.deletionTimestamp || input.containers.some(({ status }) => status?.state?.running)) return [];
    return [
      {
        subject: refTo(pod),
        confidence: "possible",
        facts: { times: timesSeen(event) },
        evidence: [
          seen(event, "message", "event"),
          ...(event.count === undefined ? [] : [seen(event, "count", "times")]),
        ],
      },
    ];
  },
  message: ({ facts: { times } }, { pod }) => ({
    headline: text`The pod's sandbox on node ${name(pod.spec.nodeName ?? "")} was made anew ${count(times, "time")}.`,
    why: text`Once after a restart of the node is usual; so often means that it dies each time. Causes are a memory limit too small for the sandbox, a cgroup driver that differs between kubelet and runtime, or a runtime that restarts.`,
  }),
  fixes: (_, { pod }) => [
    look(
      text`See the errors between, and the memory limits of the containers.`,
      kubectl("reads", pod.metadata.namespace, "describe", "pod", pod.metadata.name),
    ),
    adminTask(
      text`See the node, and the log of its container runtime.`,
      kubectl("reads", undefined, "describe", "node", pod.spec.nodeName ?? ""),
    ),
  ],
  doc: {
    means: "The kubelet finds the sandbox gone or changed and replaces it, many times.",
    seenIn:
      "Event SandboxChanged `Pod sandbox changed, it will be killed and re-created.` with a high count (kubelet, all versions).",
    repair: "Look at limits, cgroup driver and the runtime's log.",
    notToConfuseWith: "A single SandboxChanged after a reboot.",
    catalogue: ["sandbox-changed"],
  },
});
