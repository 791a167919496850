import { specField } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { subjectOf } from "./jobs.ts";
import { argumentOf, ownerFix } from "./repair.ts";

/** A suspended CronJob starts no runs. */
export default defineWorkloadRule<Record<string, never>>({
  id: "creation/cronjob-suspended",
  title: "The CronJob is suspended",
  effect: "blocks",
  needs: [],
  explains: ["creation/cronjob-not-starting"],
  check: (input) =>
    input.object.kind === "CronJob" && specField(input.object, "suspend") === true
      ? [
          {
            subject: subjectOf(input),
            confidence: "certain" as const,
            evidence: [seen(input.object, "spec.suspend")] as const,
            facts: {},
          },
        ]
      : [],
  message: (_, { object }) => ({
    headline: text`CronJob ${name(object.metadata.name)} is suspended: it starts no runs.`,
    why: text`With ${path("spec.suspend")} due times pass without a Job. Nothing says so but the field.`,
  }),
  fixes: (_, input) => [
    ownerFix(input, text`Let it run again at its next time.`, [
      kubectl("changes", input.workload.namespace, "patch", argumentOf(input), "-p", '{"spec":{"suspend":false}}'),
    ]),
  ],
  groupKey: () => "suspended",
  doc: {
    means: "Somebody suspended the CronJob.",
    seenIn: "`spec.suspend: true`. No event.",
    repair:
      "Set spec.suspend to false. Times that it missed within startingDeadlineSeconds, or all of them without one, count as missed: one run starts at once.",
    catalogue: ["cronjob-suspended"],
  },
});
