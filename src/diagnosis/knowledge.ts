import type { KubeObject } from "../objects/object.ts";
import { IMAGE_REASONS, type Pod } from "../objects/pod.ts";
import type { Scheduling } from "../report/report.ts";
import type { Stage } from "../rules/finding.ts";
import type { PodInput } from "../rules/pod-input.ts";
import type { Rule } from "../rules/rule.ts";

/** What a diagnosis is made with. */
export interface Knowledge {
  readonly rules: readonly Rule[];
  /** Runs the scheduler's filters again for a pod without a node. */
  schedulingOf?(input: PodInput): Scheduling | undefined;
}

/** A family of rules, and the pods and workloads it can say anything about. */
interface Family {
  concerns(object: KubeObject): boolean;
  load(): Promise<{ readonly default: readonly Rule[] }>;
}

const isPod = (object: KubeObject): object is Pod => object.kind === "Pod";
const isAssigned = (object: KubeObject) => isPod(object) && object.spec.nodeName !== undefined;
const isUnassigned = (object: KubeObject) => isPod(object) && object.spec.nodeName === undefined;
const mayHaveRun = (object: KubeObject) => isPod(object) && object.spec.nodeName !== undefined && hasStarted(object);

/** In the order a pod lives. To load and to run all of them takes a tenth of a run: most pods concern half of them. */
const FAMILIES: Readonly<Record<Stage, Family>> = {
  creation: { concerns: (object) => !isPod(object), load: () => import("../rules/creation/index.ts") },
  scheduling: { concerns: isUnassigned, load: () => import("../rules/scheduling/index.ts") },
  node: { concerns: isAssigned, load: () => import("../rules/node/index.ts") },
  volume: { concerns: isPod, load: () => import("../rules/volume/index.ts") },
  sandbox: { concerns: isAssigned, load: () => import("../rules/sandbox/index.ts") },
  image: { concerns: isAssigned, load: () => import("../rules/image/index.ts") },
  config: { concerns: isAssigned, load: () => import("../rules/config/index.ts") },
  container: { concerns: mayHaveRun, load: () => import("../rules/container/index.ts") },
  readiness: { concerns: mayHaveRun, load: () => import("../rules/readiness/index.ts") },
  termination: {
    concerns: (object) => object.metadata.deletionTimestamp !== undefined || mayHaveRun(object),
    load: () => import("../rules/termination/index.ts"),
  },
};

/** Reasons of a container that waits and of which the runtime has not yet been asked to make anything. */
const BEFORE_THE_FIRST_START: ReadonlySet<string | undefined> = new Set([
  undefined,
  "ContainerCreating",
  "PodInitializing",
  ...IMAGE_REASONS,
]);

/** Whether any container of it ran, or was tried; true where that is not known for sure. */
function hasStarted({ status }: Pod): boolean {
  const statuses = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ];
  return statuses.some(
    ({ state, lastState, restartCount }) =>
      state?.running ||
      state?.terminated ||
      lastState?.terminated ||
      restartCount ||
      !BEFORE_THE_FIRST_START.has(state?.waiting?.reason),
  );
}

/** Whether the rules of a family can say anything about a pod or workload. */
export const concerns = (family: Stage, object: KubeObject): boolean => FAMILIES[family].concerns(object);

/** Loads what the diagnosis of these pods and workloads takes. */
export async function knowledgeFor(objects: readonly KubeObject[]): Promise<Knowledge> {
  const families = Object.values(FAMILIES).filter((family) => objects.some(family.concerns));
  const rules = await loaded(families);
  if (!objects.some(isUnassigned)) return { rules };
  const { schedulingOf } = await import("./scheduling.ts");
  return { rules, schedulingOf };
}

/** All there is, the rules family by family. */
export async function allKnowledge(): Promise<Knowledge> {
  const rules = await loaded(Object.values(FAMILIES));
  const { schedulingOf } = await import("./scheduling.ts");
  return { rules, schedulingOf };
}

async function loaded(families: readonly Family[]): Promise<readonly Rule[]> {
  const rules: Rule[] = [];
  // One after the other: they share most of what they load, and nothing is waited for but the disk.
  for (const family of families) rules.push(...(await family.load()).default);
  return rules;
}
