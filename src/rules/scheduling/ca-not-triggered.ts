import { refTo } from "../../objects/object.ts";
import { compare } from "../../snapshot/lookup.ts";
import { kubectl } from "../../text/command.ts";
import { count, name, type Text, text, value } from "../../text/text.ts";
import { type Fix, seen } from "../finding.ts";
import { adminTask, look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { autoscalerStatus, stuckGroups, wordOf } from "./autoscaling.ts";

interface Refusal {
  readonly groups: number;
  readonly reason: string;
}

/** `2 Insufficient cpu, 1 max node group size reached`, in an order that differs from time to time. */
function refusalsIn(message: string): readonly Refusal[] {
  return message
    .replace(/^pod didn't trigger scale-up:?\s*/, "")
    .split(/, (?=\d+ )/)
    .flatMap((part): readonly Refusal[] => {
      const [, groups, reason] = /^(\d+) (.+)$/s.exec(part.trim()) ?? [];
      return groups && reason ? [{ groups: Number(groups), reason: reason.trim() }] : [];
    })
    .sort((a, b) => weightOf(a) - weightOf(b) || b.groups - a.groups || compare(a.reason, b.reason));
}

/** What somebody can raise first, then what passes. */
const weightOf = ({ reason }: Refusal) => (AT_MOST.test(reason) ? 0 : FOR_NOW.test(reason) ? 1 : 2);

const AT_MOST =
  /^max node group size reached|^max total nodes|^max cluster .* limit reached|^exceeded quota|node count limit/;
const FOR_NOW =
  /^in backoff after failed scale-up|^not ready for scale-up|^scale-up execution failed|no longer considered/;

/** Each reason in words that say what it means for a new node. */
function wordsOf({ groups, reason }: Refusal): Text {
  const who = count(groups, "node group");
  if (AT_MOST.test(reason)) return text`${who} may not grow (${value(reason)})`;
  if (FOR_NOW.test(reason)) return text`${who} cannot grow now (${value(reason)})`;
  return text`a new node of ${who} would not take it (${value(reason)})`;
}

/** The cluster autoscaler adds no node for the pod. */
export default defineRule<{ refusals: readonly { groups: number; reason: string }[]; message: string }>({
  id: "scheduling/ca-not-triggered",
  title: "The cluster autoscaler adds no node for the pod",
  effect: "delays",
  needs: ["Event"],
  check(input) {
    const event = wordOf(input, "ca-not-triggered");
    if (!event) return [];
    const message = event.message ?? "";
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: { refusals: refusalsIn(message).map((one) => ({ ...one })), message },
        evidence: [seen(event, "message", "autoscaler")],
      },
    ];
  },
  message: ({ facts: { refusals, message } }, input) => {
    const stuck = stuckGroups(autoscalerStatus(input)?.groups ?? []);
    const isTotal = /max total nodes in cluster reached/.test(message);
    const [first, second, ...others] = refusals.map(wordsOf);
    return {
      headline: isTotal
        ? text`The cluster autoscaler adds no node: the cluster has as many as it may have.`
        : text`The cluster autoscaler adds no node for this pod${first && text`: ${first}`}${second && text`; ${second}`}.`,
      why: text`It tries the pod on a new node of each group it may enlarge.${others.length > 0 && text` Also: ${joined(others)}.`}${
        refusals.length > 0 && refusals.every(({ reason }) => !AT_MOST.test(reason) && !FOR_NOW.test(reason))
          ? " As the pod is, no node of these groups will ever be added for it."
          : ""
      }`,
      notes: stuck.map(
        (group) =>
          text`Group ${name(group.name)} is in backoff after a failure${group.error && text`: ${value(group.error)}`}.`,
      ),
    };
  },
  fixes: ({ facts: { refusals, message } }, { pod }): readonly Fix[] => {
    const isAtMost = refusals.some(({ reason }) => AT_MOST.test(reason)) || /max total nodes/.test(message);
    return [
      look(
        text`See the groups, their sizes and their limits.`,
        kubectl("reads", "kube-system", "get", "configmap", "cluster-autoscaler-status", "-o", "yaml"),
        kubectl("reads", pod.metadata.namespace, "describe", "pod", pod.metadata.name),
      ),
      ...(isAtMost ? [adminTask(text`Raise the maximum size of the group that would take it.`)] : []),
      ...(refusals.some(({ reason }) => !AT_MOST.test(reason) && !FOR_NOW.test(reason))
        ? [adminTask(text`${isAtMost ? "Or add" : "Add"} a node group whose machines the pod fits.`)]
        : []),
    ];
  },
  groupKey: ({ facts: { refusals, message } }) => refusals.map(({ reason }) => reason).join() || message,
  doc: {
    means:
      "The cluster autoscaler has looked at every node group, and a node more of none of them would help the pod, or may be added.",
    seenIn:
      "Event NotTriggerScaleUp on the pod `pod didn't trigger scale-up: 2 Insufficient cpu, 1 max node group size reached`: the numbers are node groups, in random order; or `max total nodes in cluster reached` (cluster-autoscaler).",
    repair: "Raise the group's maximum, correct the pod, add a group.",
    notToConfuseWith: "The scheduler's own verdict, which is the cause.",
    catalogue: ["ca-not-triggered"],
  },
});

const joined = (parts: readonly Text[]): Text =>
  parts.flatMap((part, index) => [...(index > 0 ? ["; "] : []), ...part]);
