import { type Event, lastSeen } from "../../objects/event.ts";
import type { Node } from "../../objects/node.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

/** The scheduler tries a pod again at once when something changes that may help, and every five minutes anyhow (flushUnschedulablePodsLeftover). */
const PATIENCE_SECONDS = 5 * 60;

/** When the scheduler last said that no node takes the pod: a condition keeps the time of its first verdict. */
function lastTry({ at }: Verdict, events: readonly Event[]): string {
  const told = events.filter(({ reason }) => reason === "FailedScheduling").map(lastSeen);
  return [at, ...told].sort().at(-1) ?? "";
}

/** What shows that a node has changed since: it is new, or it has become Ready. */
function changeOf(node: Node, since: string): { readonly at: string; readonly evidence: Evidence } | undefined {
  const { creationTimestamp = "" } = node.metadata;
  if (creationTimestamp > since)
    return {
      at: creationTimestamp,
      evidence: seen(node, "metadata.creationTimestamp", node.metadata.name, text`joined`),
    };
  const conditions = node.status?.conditions ?? [];
  const index = conditions.findIndex(({ type, status }) => type === "Ready" && status === "True");
  const turned = (conditions[index] as { lastTransitionTime?: string } | undefined)?.lastTransitionTime ?? "";
  return turned > since
    ? {
        at: turned,
        evidence: seen(node, `status.conditions[${index}].lastTransitionTime`, node.metadata.name, text`became Ready`),
      }
    : undefined;
}

/** The nodes that take the pod now and have changed since the scheduler looked. */
function changed(input: PodInput) {
  const verdict = verdictOn(input);
  const { schedulerName = "default-scheduler" } = input.pod.spec;
  if (!verdict || verdict.acceptsNow.length === 0 || verdict.at === "" || schedulerName !== "default-scheduler")
    return undefined;
  const since = lastTry(verdict, input.events);
  const nodes = verdict.acceptsNow.flatMap((node) => {
    const object = input.snapshot.get("Node", undefined, node);
    const change = object && changeOf(object, since);
    return change ? [{ node, ...change }] : [];
  });
  return nodes.length > 0 ? { verdict, nodes } : undefined;
}

/** The scheduler's sentence is older than a node that takes the pod. */
export default defineRule<{ nodes: readonly string[]; seconds: number }>({
  id: "scheduling/stale-message",
  title: "The scheduler's sentence is older than a node that takes the pod",
  effect: "delays",
  needs: ["Node", "Pod", "Event"],
  explains: ["scheduling/*"],
  check(input) {
    const found = changed(input);
    const [first] = found?.nodes ?? [];
    if (!found || !first) return [];
    return [
      {
        subject: refTo(input.pod),
        confidence: "likely",
        facts: {
          nodes: found.nodes.map(({ node }) => node),
          seconds: input.snapshot.secondsSince(first.at) ?? 0,
        },
        evidence: [found.verdict.source, ...found.nodes.slice(0, 3).map(({ evidence }) => evidence)],
      },
    ];
  },
  message: ({ facts: { nodes, seconds } }) => ({
    headline: text`${list(nodes.map(name))} would take the pod now; the scheduler looked before ${nodes.length === 1 ? "it was" : "they were"} ready.`,
    why: text`Run again on what the nodes have now, the scheduler's checks find nothing against the pod there. What it said is from before.`,
    outlook:
      seconds < PATIENCE_SECONDS
        ? text`It tries again by itself, at the latest after five minutes.`
        : text`That was ${duration(seconds)} ago, longer than it takes to try again: it may be down, or see something that I do not.`,
  }),
  fixes: ({ facts: { seconds } }, { pod }) => [
    look(text`Watch the pod.`, kubectl("reads", pod.metadata.namespace, "get", "pod", pod.metadata.name, "--watch")),
    ...(seconds < PATIENCE_SECONDS
      ? []
      : [
          look(
            text`See whether the scheduler runs.`,
            kubectl("reads", "kube-system", "get", "pods", "-l", "component=kube-scheduler"),
          ),
        ]),
  ],
  groupKey: ({ facts: { nodes } }) => nodes.join(),
  doc: {
    means:
      "A node joined, or became ready, after the scheduler's last verdict on the pod, and by the same checks it would take the pod now.",
    seenIn:
      "A node's creationTimestamp, or the time of its condition Ready, later than the last FailedScheduling event and the condition PodScheduled.",
    repair: "Wait for the next try; if it does not come, look at the scheduler.",
    notToConfuseWith: "scheduling/no-scheduler: there nothing was ever said.",
    catalogue: ["sched-stale-message"],
  },
});
