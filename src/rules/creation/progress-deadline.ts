import { refTo } from "../../objects/object.ts";
import { specField, workloadConditions } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { argumentOf, ownerFix } from "./repair.ts";

/** The roll-out did not get on in time. Never a cause by itself: whatever keeps the pods is. */
export default defineWorkloadRule<{ seconds: number; reason: string }>({
  id: "creation/progress-deadline",
  title: "The roll-out did not get on in time",
  effect: "delays",
  needs: [],
  check: ({ object }) => {
    const condition = workloadConditions(object).find(
      ({ type, status, reason }) =>
        type === "Progressing" && status === "False" && reason === "ProgressDeadlineExceeded",
    );
    if (object.kind !== "Deployment" || !condition) return [];
    const seconds = specField(object, "progressDeadlineSeconds");
    return [
      {
        subject: refTo(object),
        confidence: "certain" as const,
        evidence: [seen(object, `status.conditions[${condition.index}].message`, "Progressing")] as const,
        facts: { seconds: typeof seconds === "number" ? seconds : 600, reason: condition.reason ?? "" },
      },
    ];
  },
  message: ({ facts: { seconds } }, { object }) => ({
    headline: text`The roll-out of ${name(object.metadata.name)} made no progress for ${seconds} seconds.`,
    why: text`That is a consequence: its newest pods are missing or not ready. The Deployment goes on trying; kubectl rollout status fails.`,
  }),
  fixes: (_, input) => [
    ownerFix(
      input,
      text`Go back to the revision before, if the new one is not needed now.`,
      [kubectl("changes", input.workload.namespace, "rollout", "undo", argumentOf(input))],
      { applies: "maybe" },
    ),
  ],
  groupKey: () => "deadline",
  doc: {
    means: "No new pod became ready within progressDeadlineSeconds (600 by default).",
    seenIn: "Deployment condition Progressing False, reason ProgressDeadlineExceeded.",
    repair: "Repair the pods of the newest ReplicaSet, or roll back.",
    catalogue: ["deploy-progress-deadline"],
  },
});
