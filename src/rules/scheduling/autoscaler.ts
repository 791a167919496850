import { lastSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { isKarpenter, verdictOn } from "./verdict.ts";

const ON_ITS_WAY: ReadonlySet<string> = new Set(["TriggeredScaleUp", "Nominated"]);

/** An autoscaler says that a node is coming, or why none will. */
export default defineRule<{ isComing: boolean; message: string }>({
  id: "scheduling/autoscaler",
  title: "What the autoscaler says about a new node",
  effect: "risks",
  needs: ["Event"],
  check(input) {
    if (!verdictOn(input)) return [];
    const event = input.events.findLast(
      (one) =>
        ON_ITS_WAY.has(one.reason ?? "") ||
        one.reason === "NotTriggerScaleUp" ||
        (one.reason === "FailedScheduling" && isKarpenter(one)),
    );
    if (!event || lastSeen(event) === "") return [];
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: { isComing: ON_ITS_WAY.has(event.reason ?? ""), message: event.message ?? "" },
        evidence: [seen(event, "message", "autoscaler")],
      },
    ];
  },
  message: ({ facts: { isComing, message } }) =>
    isComing
      ? {
          headline: text`A new node is on its way: ${value(message)}.`,
          why: text`The autoscaler has asked for a node for this pod. That takes minutes; without one after a quarter of an hour, look at the cloud's capacity and quota.`,
        }
      : {
          headline: text`The autoscaler adds no node for this pod: ${value(message.replace(/^pod didn't trigger scale-up: |^Failed to schedule pod, /, ""))}.`,
          why: text`A node of the kinds it may add would not take the pod either, or it has reached its limits. The numbers are node groups.`,
        },
  fixes: ({ facts: { isComing } }, { pod }) => [
    isComing
      ? look(text`Watch for it.`, kubectl("reads", undefined, "get", "nodes", "--watch"))
      : look(
          text`See the whole message.`,
          kubectl("reads", pod.metadata.namespace, "describe", "pod", pod.metadata.name),
        ),
  ],
  doc: {
    means: "The cluster autoscaler or Karpenter has decided about a node for this pod.",
    seenIn:
      "TriggeredScaleUp, NotTriggerScaleUp (cluster-autoscaler); Nominated, FailedScheduling `Failed to schedule pod, …` (Karpenter).",
    repair: "Wait for the node; or raise the limits, correct the pod, add a node group.",
    notToConfuseWith: "The scheduler's own verdict, which is the cause.",
    catalogue: ["ca-triggered", "ca-not-triggered", "karpenter-failed", "karpenter-nominated"],
  },
});
