import { refTo } from "../../objects/object.ts";
import { podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** The scheduler met an error of its own. */
export default defineRule<{ error: string }>({
  id: "scheduling/scheduler-error",
  title: "The scheduler met an error",
  effect: "delays",
  needs: [],
  check({ pod }) {
    const condition = podCondition(pod, "PodScheduled");
    if (pod.spec.nodeName || condition?.status !== "False" || condition.reason !== "SchedulerError") return [];
    const index = (pod.status?.conditions ?? []).indexOf(condition);
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { error: condition.message ?? "" },
        evidence: [seen(pod, `status.conditions[${index}].message`, "scheduler")],
      },
    ];
  },
  message: ({ facts: { error } }) => ({
    headline: text`The scheduler failed on the pod: ${value(innermost(error))}.`,
    why: text`This is an error of the scheduler or of something it asked, not a verdict on the nodes. It tries again by itself, at longer and longer intervals.`,
  }),
  fixes: (_, { pod }) => [
    look(
      text`See whether it passes; if not, the inner message says whom to ask.`,
      kubectl("reads", pod.metadata.namespace, "describe", "pod", pod.metadata.name),
    ),
  ],
  doc: {
    means:
      "A plugin of the scheduler ended with an error: a volume was not bound in time, an object could not be read, the API server did not answer.",
    seenIn:
      'PodScheduled False, reason SchedulerError (kube-scheduler, all versions): `running PreBind plugin "VolumeBinding": …` and others.',
    repair: "Look at the inner message; repair provisioning where it is about volumes.",
    notToConfuseWith: "Unschedulable: there the nodes were judged.",
    catalogue: ["sched-error", "vol-bind-timeout", "vol-prebind-error-pvname"],
  },
});

/** Without the plugin's part in it, and no longer than a headline may be: the whole stands in the evidence. */
function innermost(error: string): string {
  const inner = error.replace(/^running \w+ plugin "([^"]+)": /, "$1: ").replace(/\.$/, "");
  return inner.length <= 130 ? inner : `${inner.slice(0, 130).replace(/\s\S*$/, "")} …`;
}
