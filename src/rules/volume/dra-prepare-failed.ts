import { lastSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask, podsOfNode } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { awaitsSandbox } from "./standing.ts";

/** A device that was allocated cannot be prepared on the node. */
export default defineRule<{ claim?: string; detail: string }>({
  id: "volume/dra-prepare-failed",
  title: "A device of the pod cannot be prepared on its node",
  effect: "blocks",
  needs: ["Event"],
  check: ({ pod, events }) => {
    const event = events.findLast(({ reason }) => reason === "FailedPrepareDynamicResources");
    const isHistory =
      event && events.some((one) => one.reason === "FailedCreatePodSandBox" && lastSeen(one) > lastSeen(event));
    if (!event || isHistory || !awaitsSandbox(pod)) return [];
    const message = event.message ?? "";
    const claim = /ResourceClaim (?:with same name )?([\w./-]+)/.exec(message)?.[1];
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: {
          ...(claim !== undefined && { claim }),
          detail: message.replace(/^Failed to prepare dynamic resources: (?:prepare dynamic resources: )?/, ""),
        },
        evidence: [seen(event, "message", "event")],
      },
    ];
  },
  message: ({ facts: { claim, detail } }, { pod }) => ({
    headline: text`Node ${name(pod.spec.nodeName ?? "")} cannot prepare the device${claim !== undefined && text` of ResourceClaim ${name(claim)}`}: ${value(detail.length > 90 ? `${detail.slice(0, 89)}…` : detail)}`,
    why: text`The device was allocated; before the sandbox the kubelet asks the DRA driver of the node to make it ready, and that failed: ${value(detail)}.`,
  }),
  fixes: (_, { pod }) => [adminTask(text`See the DRA driver's pod on the node.`, podsOfNode({ pod }))],
  doc: {
    means: "Dynamic resource allocation: NodePrepareResources of the driver failed.",
    seenIn:
      "Event FailedPrepareDynamicResources `Failed to prepare dynamic resources: …` (kubelet, pkg/kubelet/cm/dra, 1.28 and later).",
    repair: "Repair the DRA driver on the node.",
    catalogue: ["dra-prepare-failed"],
  },
});
