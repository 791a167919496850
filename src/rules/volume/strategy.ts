import type { Workload } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { managedBy } from "../repair.ts";

/** Ends the old pod of a Deployment before the new one starts: for volumes that two pods cannot share. */
export function recreateStrategy(input: PodInput): readonly Fix[] {
  const { workload, owners } = input;
  if (workload.kind !== "Deployment") return [];
  const object = owners.find(({ ref }) => ref.kind === "Deployment")?.object as
    | (Workload & { spec?: { strategy?: { type?: string }; replicas?: number } })
    | undefined;
  if (object?.spec?.strategy?.type === "Recreate") return [];
  const manager = managedBy(input);
  const patch = JSON.stringify({ spec: { strategy: { type: "Recreate", rollingUpdate: null } } });
  return [
    {
      title: text`Let Deployment ${name(workload.name)} end the old pod before it starts the new one.${(object?.spec?.replicas ?? 1) > 1 && text` It wants ${object?.spec?.replicas} pods at once: one volume of this kind serves one only.`}${manager && text` It belongs to ${manager}.`}`,
      commands: [kubectl("changes", workload.namespace, "patch", `deployment/${workload.name}`, "-p", patch)],
      applies: (object?.spec?.replicas ?? 1) > 1 ? "maybe" : "as-is",
      by: "workload-owner",
    },
  ];
}
