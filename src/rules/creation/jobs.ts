import { refTo } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { specField, type Workload, type WorkloadCondition, workloadConditions } from "../../objects/workload.ts";
import { compare } from "../../snapshot/lookup.ts";
import { type Command, kubectl } from "../../text/command.ts";
import { type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { look } from "./repair.ts";

/** The condition by which a Job is over, or will be as soon as its pods have ended. */
export function failureOf(object: Workload): (WorkloadCondition & { readonly index: number }) | undefined {
  if (object.kind !== "Job") return undefined;
  const conditions = workloadConditions(object).filter(({ status }) => status === "True");
  return conditions.find(({ type }) => type === "Failed") ?? conditions.find(({ type }) => type === "FailureTarget");
}

/** How one container of a pod ended. */
export interface Ending {
  readonly pod: string;
  readonly container: string;
  readonly exitCode: number;
  readonly reason?: string;
  readonly path: string;
  readonly object: Pod;
}

/** The last container of the Job's pods that ended badly. */
export function lastFailure({ pods }: WorkloadInput): Ending | undefined {
  const endings = pods.flatMap((object) =>
    (["initContainerStatuses", "containerStatuses"] as const).flatMap((list) =>
      (object.status?.[list] ?? []).flatMap((status, index) =>
        (["state", "lastState"] as const).flatMap((where) => {
          const ended = status[where]?.terminated;
          if (!ended || ended.exitCode === 0) return [];
          return [
            {
              at: ended.finishedAt ?? "",
              pod: object.metadata.name,
              container: status.name,
              exitCode: ended.exitCode,
              ...(ended.reason && { reason: ended.reason }),
              path: `status.${list}[${index}].${where}.terminated.exitCode`,
              object,
            },
          ];
        }),
      ),
    ),
  );
  return endings.sort((a, b) => compare(a.at, b.at)).at(-1);
}

/** A Job that is over stays over: the same one again needs the old one deleted. */
export function runAgain({ object, owners }: WorkloadInput, title: Text): Fix {
  const { namespace, name } = object.metadata;
  const cronJob = owners.find(({ ref }) => ref.kind === "CronJob")?.ref;
  const commands: readonly Command[] = cronJob
    ? [kubectl("changes", namespace, "create", "job", `${name.slice(0, 50)}-again`, `--from=cronjob/${cronJob.name}`)]
    : [kubectl("deletes", namespace, "replace", "--force", "-f", "<job.yaml>")];
  return { title, commands, applies: cronJob ? "maybe" : "fill-in", by: "workload-owner" };
}

/** Where the Job's pods say why they failed. */
export function lookAtPods(input: WorkloadInput): Fix {
  const { namespace, name } = input.object.metadata;
  const ending = lastFailure(input);
  return ending
    ? look(
        text`What the container said last.`,
        kubectl("reads", namespace, "logs", ending.pod, "-c", ending.container, "--tail=50"),
      )
    : look(text`Its pods, if any are left, and its events.`, kubectl("reads", namespace, "describe", `job/${name}`));
}

export const numberField = (object: Workload, field: string): number | undefined => {
  const found = specField(object, field);
  return typeof found === "number" ? found : undefined;
};

export const subjectOf = ({ object }: WorkloadInput) => refTo(object);
