import { specField } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { failureOf, subjectOf } from "./jobs.ts";
import { look, ownerFix } from "./repair.ts";

/** A suspended Job has no pods until somebody lets it go. */
export default defineWorkloadRule<{ queue?: string }>({
  id: "creation/job-suspended",
  title: "The Job is suspended",
  effect: "blocks",
  needs: [],
  check: (input) => {
    const { object } = input;
    if (object.kind !== "Job" || specField(object, "suspend") !== true || failureOf(object)) return [];
    const queue = object.metadata.labels?.["kueue.x-k8s.io/queue-name"];
    return [
      {
        subject: subjectOf(input),
        confidence: "certain" as const,
        evidence: [seen(object, "spec.suspend")] as const,
        facts: { ...(queue && { queue }) },
      },
    ];
  },
  message: ({ facts: { queue } }, { object }) => ({
    headline: queue
      ? text`Job ${name(object.metadata.name)} is suspended: Kueue has not let it out of queue ${name(queue)} yet.`
      : text`Job ${name(object.metadata.name)} is suspended.`,
    why: queue
      ? text`Kueue suspends the Jobs of its queues, and resumes each when the queue has room for it.`
      : text`With ${path("spec.suspend")} the Job controller makes no pods, and deletes those there were.`,
  }),
  fixes: ({ facts: { queue } }, input) =>
    queue
      ? [
          look(
            text`What it waits for.`,
            kubectl("reads", input.object.metadata.namespace, "get", "workloads.kueue.x-k8s.io", "-o", "wide"),
          ),
        ]
      : [
          ownerFix(input, text`Let it run.`, [
            kubectl(
              "changes",
              input.object.metadata.namespace,
              "patch",
              `job/${input.object.metadata.name}`,
              "-p",
              '{"spec":{"suspend":false}}',
            ),
          ]),
        ],
  groupKey: ({ facts: { queue = "" } }) => queue,
  doc: {
    means: "The Job was suspended, by a person or by a queue that it is in.",
    seenIn: "`spec.suspend: true`; condition Suspended, reason JobSuspended; event Suspended.",
    repair: "Set spec.suspend to false; with a queue, make room in the queue.",
    catalogue: ["job-suspended"],
  },
});
