import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { failureOf, lookAtPods, runAgain, subjectOf } from "./jobs.ts";

const REASONS = {
  PodFailurePolicy: "a rule of its podFailurePolicy says so",
  FailedIndexes: "one of its indexes failed as often as it may",
  MaxFailedIndexesExceeded: "more of its indexes failed than may",
} as const;

/** The Job has failed by a rule of its own. */
export default defineWorkloadRule<{ reason: keyof typeof REASONS; says: string }>({
  id: "creation/job-pod-failure-policy",
  title: "The Job failed by its own rules",
  effect: "blocks",
  needs: ["Pod"],
  check: (input) => {
    const failure = failureOf(input.object);
    const reason = (Object.keys(REASONS) as (keyof typeof REASONS)[]).find((one) => one === failure?.reason);
    if (!failure || !reason) return [];
    return [
      {
        subject: subjectOf(input),
        confidence: "certain" as const,
        evidence: [
          seen(
            input.object,
            `status.conditions[${failure.index}].${failure.message ? "message" : "reason"}`,
            failure.type,
          ),
        ] as const,
        facts: { reason, says: failure.message ?? "" },
      },
    ];
  },
  message: ({ facts: { reason, says } }, { object }) => ({
    headline: text`Job ${name(object.metadata.name)} has failed: ${REASONS[reason]}.`,
    why: text`The Job controller says: ${value(says)}.`,
  }),
  fixes: (_, input) => [
    lookAtPods(input),
    runAgain(input, text`Run it again when the container, or the rule, is repaired: a Job that is over stays over.`),
  ],
  doc: {
    means: "A rule of podFailurePolicy, or a limit on failed indexes, made the Job fail at once.",
    seenIn: "Job condition Failed with reason PodFailurePolicy, FailedIndexes or MaxFailedIndexesExceeded.",
    repair: "Repair the container or the rule; create the Job anew.",
    notToConfuseWith: "creation/job-backoff-limit.",
    catalogue: ["job-pod-failure-policy"],
  },
});
