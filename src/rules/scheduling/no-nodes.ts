import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { verdictOn } from "./verdict.ts";

/** The cluster has no nodes. */
export default defineRule<{ nodes: number }>({
  id: "scheduling/no-nodes",
  title: "The cluster has no nodes",
  effect: "blocks",
  needs: ["Node"],
  check(input) {
    const verdict = verdictOn(input);
    return verdict?.parsed?.total === 0
      ? [{ subject: refTo(input.pod), confidence: "certain", facts: { nodes: 0 }, evidence: [verdict.source] }]
      : [];
  },
  message: () => ({
    headline: text`The cluster has no nodes to run the pod on.`,
    why: text`The scheduler found not a single node when it looked.`,
  }),
  fixes: () => [look(text`See whether nodes are joining.`, kubectl("reads", undefined, "get", "nodes"))],
  groupKey: () => "",
  doc: {
    means: "No node has joined the cluster, or all were removed.",
    seenIn: "`no nodes available to schedule pods` (kube-scheduler, all versions).",
    repair: "Add nodes.",
    catalogue: ["sched-no-nodes"],
  },
});
