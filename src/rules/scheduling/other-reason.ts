import { kubectl } from "../../text/command.ts";
import { list, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { refusalRule } from "./refusal-rule.ts";

/** A reason that is none of kube-scheduler's own filters: an extender or another plugin. */
export default refusalRule({
  id: "scheduling/other-reason",
  title: "A scheduler plugin or extender refuses the nodes",
  obstacles: ["other", "node-name"],
  headline: ({ refusals, verdict }) =>
    text`The scheduler refuses the nodes with: ${list((refusals.length > 0 ? refusals : verdict.refusals).map(({ reason }) => value(reason)))}.`,
  why: () =>
    text`This is none of the reasons of kube-scheduler's usual filters; an extender, another plugin or another scheduler gives it.`,
  fixes: (_, { pod }) => [
    look(
      text`Ask whoever runs that scheduler; the pod names it in spec.schedulerName.`,
      kubectl("reads", pod.metadata.namespace, "get", "pod", pod.metadata.name, "-o", "jsonpath={.spec.schedulerName}"),
    ),
  ],
  doc: {
    means: "The sentence holds a reason that none of the known filters writes.",
    seenIn: "Any other text counted in `0/N nodes are available: …`.",
    repair: "The owner of the extender or plugin knows.",
    catalogue: ["sched-extender", "sched-node-name", "sched-prefilter-nodes"],
  },
});
