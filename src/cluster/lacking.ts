import { controllerOf, type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import type { Pod } from "../objects/pod.ts";
import { lacksPods, trueCondition, type Workload } from "../objects/workload.ts";
import { list, name, type Text, text } from "../text/text.ts";
import type { TableRow } from "./api.ts";
import type { Collector } from "./collector.ts";
import { RESOURCES } from "./resources.ts";

/**
 * The kinds that are looked at for missing pods. A Deployment's table tells as much as its ReplicaSets', which hold ten
 * old ones for each new one; ReplicaSets of others (Argo Rollouts) are looked at where one namespace is asked about.
 */
const KINDS = ["Deployment", "StatefulSet", "DaemonSet", "Job"] as const;
type Kind = (typeof KINDS)[number] | "ReplicaSet";

/** Above this many candidates of a kind one list costs less than the single requests. */
const MOST_SINGLE_READS = 60;
const MOST_OBJECTS = 500;

/** What the tables say, before it is known which pods are not fine. */
export interface WorkloadTables {
  readonly rows: ReadonlyMap<Kind, readonly TableRow[]>;
  /** Kinds that may not be read. */
  readonly forbidden: readonly Kind[];
}

/**
 * The columns that `kubectl get` prints: they hold wanted and ready pods in a few bytes a workload, where lists of
 * metadata hold no status at all and whole objects some kilobytes each.
 */
export async function workloadTables(
  namespace: string | undefined,
  labelSelector: string | undefined,
  collector: Collector,
): Promise<WorkloadTables> {
  const kinds: readonly Kind[] = namespace === undefined ? KINDS : [...KINDS, "ReplicaSet"];
  const answers = await Promise.all(
    kinds.map((kind) => collector.api.listTable(RESOURCES[kind], namespace, labelSelector ? { labelSelector } : {})),
  );
  const rows = new Map<Kind, readonly TableRow[]>();
  const forbidden: Kind[] = [];
  for (const [index, kind] of kinds.entries()) {
    const answer = answers[index];
    if (answer?.state === "ok") rows.set(kind, answer.body.items);
    else if (answer?.state === "forbidden") forbidden.push(kind);
  }
  return { rows, forbidden };
}

/** The workloads that lack pods for another reason than that the pods they have are not fine. */
export async function lackingWorkloads(
  { rows }: WorkloadTables,
  notFine: readonly Pod[],
  namespace: string | undefined,
  collector: Collector,
): Promise<readonly ObjectRef[]> {
  const found = await Promise.all(
    [...rows].map(async ([kind, table]) => {
      const names = [
        ...new Set(table.filter((row) => mayLack(kind, row, notFine)).map(({ cells }) => cells.Name ?? "")),
      ];
      if (names.length === 0) return [];
      const objects =
        names.length > MOST_SINGLE_READS
          ? await collector.list(kind, namespace, { most: MOST_OBJECTS })
          : // A table row does not say its namespace.
            (
              await Promise.all(
                names.map((one) => collector.list(kind, namespace, { fieldSelector: `metadata.name=${one}` })),
              )
            ).flat();
      return objects.filter((one) => isLacking(one, notFine)).map(refTo);
    }),
  );
  return found.flat();
}

/** Says what was not looked for; a list that shows no workload must not read as if there were none in trouble. */
export function lackingRemarks({ forbidden }: WorkloadTables): readonly Text[] {
  if (forbidden.length === 0) return [];
  return [
    text`Workloads that have no pods were not looked for among ${list(forbidden.map((kind) => name(RESOURCES[kind].plural)))}: you may not list them.`,
  ];
}

/** Whether a workload itself is worth a report, beside those on its pods. */
export function isLacking(workload: Workload, notFine: readonly Pod[]): boolean {
  if (!lacksPods(workload)) return false;
  // The Deployment tells for its ReplicaSet.
  if (workload.kind === "ReplicaSet" && controllerOf(workload)?.kind === "Deployment") return false;
  return trueCondition(workload, "ReplicaFailure") !== undefined || !notFine.some((pod) => isBelow(pod, workload));
}

/** A Deployment's pod is known by the name of its ReplicaSet, which need not have been read. */
function isBelow(pod: Pod, { kind, metadata }: Workload): boolean {
  const owner = controllerOf(pod);
  if (!owner || pod.metadata.namespace !== metadata.namespace) return false;
  return kind === "Deployment"
    ? workloadOf(pod) === metadata.name
    : owner.kind === kind && owner.name === metadata.name;
}

function workloadOf(pod: KubeObject): string | undefined {
  const owner = controllerOf(pod);
  const hash = pod.metadata.labels?.["pod-template-hash"];
  return owner?.kind === "ReplicaSet" && hash && owner.name.endsWith(`-${hash}`)
    ? owner.name.slice(0, -hash.length - 1)
    : owner?.name;
}

/** By the columns of the table (kubernetes v1.36 pkg/printers/internalversion/printers.go), which name neither status nor reason. */
function mayLack(kind: Kind, { cells }: TableRow, notFine: readonly Pod[]): boolean {
  const number = (column: string) => Number(cells[column] ?? "0") || 0;
  if (kind === "DaemonSet" || kind === "ReplicaSet") return number("Current") < number("Desired");
  if (kind === "Job") {
    const [done, wanted] = (cells.Completions ?? "").split(/\/| of /).map(Number);
    // Status came with 1.31.
    return !/^(?:Complete|Failed|Suspended)/.test(cells.Status ?? "") && (done ?? 0) < (wanted ?? 0);
  }
  const [ready = 0, wanted = 0] = (cells.Ready ?? "").split("/").map(Number);
  const known = notFine.filter((pod) => workloadOf(pod) === cells.Name).length;
  // Pods that are there and not ready have reports of their own.
  if (wanted - ready > known) return true;
  return kind === "Deployment" && cells["Up-to-date"] !== undefined && number("Up-to-date") < wanted;
}
