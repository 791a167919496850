import { count, name, path, text } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { failureOf, lastFailure, lookAtPods, numberField, runAgain, subjectOf } from "./jobs.ts";

interface Facts {
  readonly limit: number;
  readonly failedPods: number;
  readonly exitCode?: number;
  readonly exitReason?: string;
  readonly container?: string;
}

/** The Job's pods failed as often as they may. */
export default defineWorkloadRule<Facts>({
  id: "creation/job-backoff-limit",
  title: "The Job's pods failed too often",
  effect: "blocks",
  needs: ["Pod"],
  check: (input) => {
    const { object } = input;
    const failure = failureOf(object);
    if (failure?.reason !== "BackoffLimitExceeded") return [];
    const ending = lastFailure(input);
    const evidence: [Evidence, ...Evidence[]] = [
      seen(object, `status.conditions[${failure.index}].message`, failure.type),
      ...(ending ? [seen(ending.object, ending.path, "last exit code")] : []),
    ];
    const { failed = 0 } = (object.status ?? {}) as { failed?: number };
    return [
      {
        subject: subjectOf(input),
        confidence: "certain",
        evidence,
        facts: {
          limit: numberField(object, "backoffLimit") ?? 6,
          failedPods: failed,
          ...(ending && { exitCode: ending.exitCode, container: ending.container }),
          ...(ending?.reason && { exitReason: ending.reason }),
        },
      },
    ];
  },
  message: ({ facts: { limit, failedPods, exitCode, exitReason, container } }, { object }) => ({
    headline: text`Job ${name(object.metadata.name)} gave up after ${count(failedPods || limit + 1, "failed try", "failed tries")}${exitCode !== undefined && text`; container ${name(container ?? "")} ended with exit code ${exitCode}${exitReason && exitReason !== "Error" && ` (${exitReason})`}`}.`,
    why: text`${path(`backoffLimit: ${limit}`)} is how often it may be tried again. Why the container fails is said by its log, not by the Job.`,
    notes: exitCode === undefined ? [text`None of its pods is left that could tell how it ended.`] : [],
  }),
  fixes: (_, input) => [
    lookAtPods(input),
    runAgain(input, text`Run it again when that is repaired: a Job that is over stays over.`),
  ],
  doc: {
    means: "A Job tries again when its pods fail, as often as backoffLimit says (6 by default); then it has failed.",
    seenIn:
      "Job condition Failed, reason BackoffLimitExceeded, `Job has reached the specified backoff limit` (all versions).",
    repair: "Repair what makes the container fail; create the Job anew.",
    notToConfuseWith: "creation/job-deadline.",
    catalogue: ["job-backoff-limit"],
  },
});
