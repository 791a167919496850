import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask, look } from "../repair.ts";
import { refusalRule } from "./refusal-rule.ts";

/** The scheduler's own configuration keeps the pod from the nodes. */
export default refusalRule({
  id: "scheduling/enforced-affinity",
  title: "The scheduler's configuration allows other nodes only",
  obstacles: ["enforced-affinity"],
  headline: (_, { pod }) =>
    text`The configuration of the scheduler ${name(pod.spec.schedulerName ?? "default-scheduler")} adds a node affinity, which no node that would take the pod meets.`,
  why: () =>
    text`A scheduler's profile can add an affinity to all its pods (addedAffinity of the NodeAffinity plugin). It stands in the scheduler's configuration file, not in the API: I cannot see what it asks for.`,
  fixes: () => [
    look(text`Compare the nodes' labels with that file.`, kubectl("reads", undefined, "get", "nodes", "--show-labels")),
    adminTask(text`Change addedAffinity in the scheduler's configuration, or label nodes as it asks.`),
    {
      title: text`Or name another scheduler in spec.schedulerName, if the pod is not meant for those nodes.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  doc: {
    means:
      "The profile of the scheduler adds a required node affinity to every pod it schedules, and the nodes do not fit it.",
    seenIn: "`node(s) didn't match scheduler-enforced node affinity` (kube-scheduler, all versions).",
    repair: "Label the nodes, change the scheduler's configuration, or use another scheduler.",
    notToConfuseWith: "scheduling/node-affinity: there the pod itself asks for the labels.",
    catalogue: ["sched-enforced-affinity"],
  },
});
