import { type Command, kubectl } from "../../text/command.ts";
import { name, type Text, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import { managerOf } from "../managed-by.ts";
import type { WorkloadInput } from "../workload-input.ts";

/** `deployment/web`: how kubectl takes the object that a person would edit. */
export const argumentOf = ({ workload }: Pick<WorkloadInput, "workload">): string =>
  `${workload.kind.toLowerCase()}/${workload.name}`;

interface Certainty {
  readonly applies?: Fix["applies"];
}

/** A fix on the workload: told where a chart, a Git repository or an owner of its own would change it back. */
export function ownerFix(
  input: WorkloadInput,
  title: Text,
  commands: readonly Command[],
  { applies = "as-is" }: Certainty = {},
): Fix {
  const top = input.owners.at(-1)?.ref;
  const foreign = top && top.kind !== input.workload.kind ? top : undefined;
  const manager = managerOf([...input.owners.map(({ object }) => object).reverse(), input.object]);
  const isOpen = commands.some(({ argv }) => argv.some((word) => /<[A-Za-z][^<>]*>/.test(word)));
  return {
    title: [
      ...title,
      ...(foreign ? text` ${foreign.kind} ${name(foreign.name)} made it and may change it back: change it there.` : []),
      ...(manager ? text` It belongs to ${manager}.` : []),
    ],
    commands,
    applies: isOpen ? "fill-in" : foreign && applies === "as-is" ? "maybe" : applies,
    by: "workload-owner",
  };
}

/** Changes the pod template by a strategic merge patch. A Job's is fixed for life: a new Job takes its place. */
export function patchTemplate(
  input: WorkloadInput,
  template: Readonly<Record<string, unknown>>,
  title: Text,
  certainty: Certainty = {},
): Fix {
  const { workload } = input;
  if (workload.kind === "Job") {
    return ownerFix(
      input,
      text`${title} A Job's template cannot be changed: change it in the manifest (${name(JSON.stringify(template))}) and make the Job anew.`,
      [kubectl("deletes", workload.namespace, "replace", "--force", "-f", "<manifest.yaml>")],
      certainty,
    );
  }
  const patch =
    workload.kind === "CronJob" ? { spec: { jobTemplate: { spec: { template } } } } : { spec: { template } };
  return ownerFix(
    input,
    workload.kind === "CronJob" ? text`${title} It holds from the next run on.` : title,
    [kubectl("changes", workload.namespace, "patch", argumentOf(input), "-p", JSON.stringify(patch))],
    certainty,
  );
}

/** Quantities by resource: `{ cpu: "500m" }`. */
export type Amounts = Readonly<Record<string, string>>;

/** Sets what one container requests and may use at most. */
export function setResources(
  input: WorkloadInput,
  container: string,
  { requests = {}, limits = {} }: { readonly requests?: Amounts; readonly limits?: Amounts },
  title: Text,
  certainty: Certainty = {},
): Fix {
  const { workload } = input;
  if (workload.kind === "Job" || workload.kind === "CronJob") {
    const resources = {
      ...(Object.keys(requests).length && { requests }),
      ...(Object.keys(limits).length && { limits }),
    };
    return patchTemplate(input, { spec: { containers: [{ name: container, resources }] } }, title, certainty);
  }
  const words = (flag: string, amounts: Amounts) => {
    const pairs = Object.entries(amounts).map(([resource, amount]) => `${resource}=${amount}`);
    return pairs.length ? [`--${flag}=${pairs.join(",")}`] : [];
  };
  const command = kubectl(
    "changes",
    workload.namespace,
    "set",
    "resources",
    argumentOf(input),
    "-c",
    container,
    ...words("requests", requests),
    ...words("limits", limits),
  );
  return ownerFix(input, title, [command], certainty);
}

/** A look before any change. */
export function look(title: Text, ...commands: readonly Command[]): Fix {
  return { title, commands, applies: "as-is", by: "workload-owner" };
}

/** A change outside the workload, for those who may. */
export function adminFix(title: Text, commands: readonly Command[], applies: Fix["applies"] = "maybe"): Fix {
  const isOpen = commands.some(({ argv }) => argv.some((word) => /<[A-Za-z][^<>]*>/.test(word)));
  return { title, commands, applies: isOpen ? "fill-in" : applies, by: "cluster-admin" };
}
