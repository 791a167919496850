import { kubectl } from "../../text/command.ts";
import { duration, name, path, type Text, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { envelopeOf } from "../workload-input.ts";
import { failureOf, lookAtPods, numberField, runAgain, subjectOf } from "./jobs.ts";
import { argumentOf, ownerFix } from "./repair.ts";

/** The Job was stopped because it took longer than it may, all its tries together. */
export default defineWorkloadRule<{ seconds?: number; failedPods: number; everStarted: boolean; refused?: string }>({
  id: "creation/job-deadline",
  title: "The Job took longer than its deadline",
  effect: "blocks",
  needs: ["Pod", "Event"],
  check: (input) => {
    const { object, events, pods } = input;
    const failure = failureOf(object);
    if (failure?.reason !== "DeadlineExceeded") return [];
    const seconds = numberField(object, "activeDeadlineSeconds");
    const status = (object.status ?? {}) as { failed?: number; startTime?: string };
    const refused = events.findLast(({ reason }) => reason === "FailedCreate");
    const evidence: [Evidence, ...Evidence[]] = [
      seen(object, `status.conditions[${failure.index}].message`, failure.type),
      ...(seconds === undefined ? [] : [seen(object, "spec.activeDeadlineSeconds")]),
      ...(status.startTime ? [seen(object, "status.startTime")] : []),
      ...(refused?.message ? [seen(refused, "message", "refused")] : []),
    ];
    return [
      {
        subject: subjectOf(input),
        confidence: "certain",
        evidence,
        facts: {
          ...(seconds !== undefined && { seconds }),
          failedPods: status.failed ?? 0,
          ...(refused?.message && { refused: envelopeOf(refused.message).message }),
          everStarted: pods.length > 0 || events.some(({ reason }) => reason === "SuccessfulCreate"),
        },
      },
    ];
  },
  message: ({ facts: { seconds, everStarted, refused } }, { object, pods }) => {
    const notes: Text[] = [];
    if (everStarted && pods.length === 0)
      notes.push(
        text`Its pods were deleted with it, and what they said with them. Time counts from the Job's start: finding a node and pulling the image are part of it.`,
      );
    if (refused) notes.push(text`The API server refused pods of it meanwhile: ${value(refused)}.`);
    else if (!everStarted)
      notes.push(text`Nothing shows that it ever had a pod: look at what kept it from being created.`);
    return {
      headline: text`Job ${name(object.metadata.name)} was stopped at its deadline${seconds !== undefined && text`: ${duration(seconds)} (${path(`activeDeadlineSeconds: ${seconds}`)})`}.`,
      why: text`The deadline counts from the Job's start and over all its tries, whatever its pods wait for; then the Job controller deletes the running pods, and the Job has failed.`,
      notes,
    };
  },
  fixes: ({ facts: { seconds } }, input) => {
    const cronJob = input.workload.kind === "CronJob";
    const longer = seconds === undefined ? "<seconds>" : String(seconds * 2);
    return [
      lookAtPods(input),
      ...(cronJob && seconds !== undefined
        ? [
            ownerFix(
              input,
              text`Give the runs more time: twice as much, if they need it.`,
              [
                kubectl(
                  "changes",
                  input.workload.namespace,
                  "patch",
                  argumentOf(input),
                  "-p",
                  JSON.stringify({ spec: { jobTemplate: { spec: { activeDeadlineSeconds: Number(longer) } } } }),
                ),
              ],
              { applies: "maybe" },
            ),
          ]
        : []),
      runAgain(
        input,
        text`Run it again with a longer deadline (${path(`activeDeadlineSeconds: ${longer}`)}) in its manifest, or with what made it slow repaired: a Job that is over stays over.`,
      ),
    ];
  },
  doc: {
    means: "A Job has activeDeadlineSeconds for all its tries together, and they were over.",
    seenIn:
      "Job condition Failed, reason DeadlineExceeded, `Job was active longer than specified deadline`; event with the same words (all versions).",
    repair:
      "Find out what took the time (a node, the image, the work itself); raise activeDeadlineSeconds; create the Job anew.",
    notToConfuseWith: "A pod's own activeDeadlineSeconds: then the pod has phase Failed with reason DeadlineExceeded.",
    catalogue: ["job-deadline"],
  },
});
