import { type Event, lastSeen } from "../../objects/event.ts";
import { specField } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { numberField, subjectOf } from "./jobs.ts";
import { argumentOf, look, ownerFix } from "./repair.ts";

/** Reasons of events by which a CronJob says that it starts no run (kubernetes v1.36 pkg/controller/cronjob/cronjob_controllerv2.go). */
const REASONS: ReadonlySet<string> = new Set([
  "MissSchedule",
  "TooManyMissedTimes",
  "JobAlreadyActive",
  "UnknownTimeZone",
  "UnparseableSchedule",
  "InvalidSchedule",
  "UnparsableSchedule",
]);

interface Facts {
  readonly reason: string;
  readonly says: string;
}

/** The CronJob starts no run, and its events say why. */
export default defineWorkloadRule<Facts>({
  id: "creation/cronjob-not-starting",
  title: "The CronJob starts no run",
  effect: "blocks",
  needs: ["Event", "Job"],
  check: (input) => {
    const event = newest(input);
    if (!event) return [];
    return [
      {
        subject: subjectOf(input),
        confidence: "certain" as const,
        evidence: [seen(event, "message", event.reason)] as const,
        facts: { reason: event.reason ?? "", says: event.message?.trim() ?? "" },
        ...(event.reason === "JobAlreadyActive" && { effect: "delays" as const }),
      },
    ];
  },
  message: ({ facts: { reason, says } }, input) => ({
    headline: headlineOf(reason, input),
    why: text`The CronJob controller says: ${value(says)}.`,
  }),
  fixes: ({ facts: { reason } }, input) => fixesOf(reason, input),
  doc: {
    means: "It is time for a run, and the CronJob does not start one.",
    seenIn:
      "Events of the CronJob: MissSchedule, TooManyMissedTimes, JobAlreadyActive, UnknownTimeZone, UnparseableSchedule, InvalidSchedule.",
    repair: "By the event: correct schedule or time zone, set startingDeadlineSeconds, end the run before.",
    notToConfuseWith: "creation/cronjob-suspended: that has no event.",
    catalogue: ["cronjob-not-starting"],
  },
});

/** The newest such event, unless a run was started since. */
function newest({ object, events }: WorkloadInput): Event | undefined {
  if (object.kind !== "CronJob" || specField(object, "suspend") === true) return undefined;
  const event = events.findLast(
    ({ reason = "", involvedObject }) => REASONS.has(reason) && involvedObject.kind === "CronJob",
  );
  const started = events.findLast(
    ({ reason, involvedObject }) => reason === "SuccessfulCreate" && involvedObject.kind === "CronJob",
  );
  return event && started && lastSeen(started) > lastSeen(event) ? undefined : event;
}

function headlineOf(reason: string, { object }: WorkloadInput): Text {
  const who = text`CronJob ${name(object.metadata.name)}`;
  const schedule = specField(object, "schedule");
  const deadline = numberField(object, "startingDeadlineSeconds");
  switch (reason) {
    case "MissSchedule":
      return text`${who} missed its time by more than ${deadline === undefined ? "it may" : text`its ${path(`startingDeadlineSeconds: ${deadline}`)}`}.`;
    case "TooManyMissedTimes":
      return text`${who} missed more than 100 times of its schedule.`;
    case "JobAlreadyActive":
      return text`${who} starts no new run while the one before still runs (${path("concurrencyPolicy: Forbid")}).`;
    case "UnknownTimeZone":
      return text`${who} names a time zone that the controller does not know: ${value(String(specField(object, "timeZone") ?? ""))}.`;
    default:
      return text`${who} has a schedule that cannot be read: ${value(typeof schedule === "string" ? schedule : "")}.`;
  }
}

function fixesOf(reason: string, input: WorkloadInput): readonly Fix[] {
  const { object, workload } = input;
  const { namespace } = object.metadata;
  const patch = (spec: object) =>
    kubectl("changes", workload.namespace, "patch", argumentOf(input), "-p", JSON.stringify({ spec }));
  switch (reason) {
    case "MissSchedule":
    case "TooManyMissedTimes": {
      const now = ownerFix(
        input,
        text`Start a run by hand, if it must not wait for the next time.`,
        [
          kubectl(
            "changes",
            namespace,
            "create",
            "job",
            `${object.metadata.name.slice(0, 46)}-by-hand`,
            `--from=cronjob/${object.metadata.name}`,
          ),
        ],
        { applies: "maybe" },
      );
      return [
        ownerFix(
          input,
          text`Let a run start late: within 10 minutes of its time.`,
          [patch({ startingDeadlineSeconds: 600 })],
          { applies: "maybe" },
        ),
        now,
      ];
    }
    case "JobAlreadyActive": {
      const [active] = input.makers;
      return [
        active
          ? look(text`Why the run before is not over.`, {
              argv: ["kubectl", "why-pending", `job/${active.metadata.name}`, ...(namespace ? ["-n", namespace] : [])],
              does: "reads",
            })
          : look(text`The runs that are not over.`, kubectl("reads", namespace, "get", "jobs")),
        ...(active
          ? [
              ownerFix(
                input,
                text`Or end it, and let the next one start.`,
                [kubectl("deletes", namespace, "delete", "job", active.metadata.name)],
                { applies: "maybe" },
              ),
            ]
          : []),
      ];
    }
    case "UnknownTimeZone":
      return [
        ownerFix(input, text`Name a time zone as the tz database has it, such as Europe/Berlin.`, [
          patch({ timeZone: "<time zone>" }),
        ]),
      ];
    default:
      return [
        ownerFix(input, text`Correct the schedule: five fields, minute to weekday.`, [
          patch({ schedule: "<schedule>" }),
        ]),
      ];
  }
}
