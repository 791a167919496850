import { firstSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { autoscalerStatus, failedScaleUp, shortened, stuckGroups, wordOf } from "./autoscaling.ts";

/** A cloud gives a machine, and it joins, within this; the autoscaler itself waits as long (--max-node-provision-time). */
const PATIENCE_SECONDS = 15 * 60;

interface Facts {
  groups: readonly string[];
  seconds: number;
  isOverdue: boolean;
}

/** `[{pool-a 1->3 (max: 10)}]`: which groups grow (ScaleUpInfo.String). */
const groupsIn = (message: string) =>
  [...message.matchAll(/\{(\S{1,500}) (\d+)->(\d+) \(max: \d+\)\}/g)].map(([all]) => all);

/** A node that has joined since. */
const joinedSince = ({ snapshot }: PodInput, time: string) =>
  snapshot.list("Node").items.some(({ metadata }) => (metadata.creationTimestamp ?? "") > time);

/** The cluster autoscaler has asked for a node. */
export default defineRule<Facts>({
  id: "scheduling/ca-triggered",
  title: "The cluster autoscaler has asked for a node",
  effect: "delays",
  needs: ["Event"],
  check(input) {
    const event = wordOf(input, "ca-triggered");
    if (!event) return [];
    const at = firstSeen(event);
    const seconds = input.snapshot.secondsSince(at) ?? 0;
    const failed = failedScaleUp(input);
    const isOverdue = (seconds > PATIENCE_SECONDS || failed !== undefined) && !joinedSince(input, at);
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: { groups: groupsIn(event.message ?? ""), seconds, isOverdue },
        evidence: [
          seen(event, "message", "autoscaler"),
          ...(failed && isOverdue ? [seen(failed, "message", "autoscaler")] : []),
        ],
      },
    ];
  },
  message: ({ facts: { groups, seconds, isOverdue } }, input) => {
    const stuck = stuckGroups(autoscalerStatus(input)?.groups ?? []);
    const ago = `${duration(seconds)} ago`;
    return {
      headline: isOverdue
        ? text`The cluster autoscaler asked for a node ${ago}, and none has come${stuck[0]?.error && text`: ${value(shortened(stuck[0].error))}`}.`
        : text`A new node is on its way: the cluster autoscaler asked for it ${ago}.`,
      why: text`${groups.length > 0 && text`It makes ${list(groups.map(value))} larger. `}${
        isOverdue
          ? "The cloud did not give the machine, or it does not join the cluster."
          : "Until a machine has started and joined, minutes pass; the scheduler then takes it by itself."
      }`,
      notes: stuck.map(
        (group) =>
          text`Group ${name(group.name)} is in backoff after a failure${group.error && text`: ${value(group.error)}`}.`,
      ),
    };
  },
  fixes: ({ facts: { isOverdue } }) =>
    isOverdue
      ? [
          look(
            text`See what the autoscaler says of its groups.`,
            kubectl("reads", "kube-system", "get", "configmap", "cluster-autoscaler-status", "-o", "yaml"),
          ),
          adminTask(text`Look at the cloud's quota and capacity, and at the log of the machine that should join.`),
        ]
      : [look(text`Watch for it.`, kubectl("reads", undefined, "get", "nodes", "--watch"))],
  groupKey: ({ facts: { groups, isOverdue } }) => `${groups.join()} ${isOverdue}`,
  doc: {
    means: "The cluster autoscaler found a node group whose next node would take the pod, and enlarged it.",
    seenIn:
      "Event TriggeredScaleUp on the pod `pod triggered scale-up: [{group 1->2 (max: 10)}]`; failures as FailedToScaleUpGroup on the ConfigMap kube-system/cluster-autoscaler-status, and as Backoff in it.",
    repair: "Wait; after a quarter of an hour look at the cloud's quota and capacity.",
    notToConfuseWith: "The scheduler's own verdict, which is the cause.",
    catalogue: ["ca-triggered"],
  },
});
