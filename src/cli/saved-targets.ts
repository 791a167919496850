import { controllerOf, isSameObject, type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import { isReady, type Pod } from "../objects/pod.ts";
import { lacksPods, trueCondition, type Workload } from "../objects/workload.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { Failure } from "../text/failure.ts";
import { nearest } from "../text/nearest.ts";
import { list, name, type Text, text } from "../text/text.ts";
import type { Options } from "./options.ts";

/** Chooses among saved objects as the flags ask. Throws a Failure where a name fits none of them. */
export function pickTargets(snapshot: Snapshot, options: Options): { snapshot: Snapshot; remarks: readonly Text[] } {
  const namespace = options.connection.namespace;
  const isHere = (ref: { readonly namespace?: string | undefined }) =>
    namespace === undefined || ref.namespace === namespace;
  if (options.targets.length === 0) {
    const isWanted = (ref: ObjectRef) => isHere(ref) && hasLabels(snapshot, ref, options.selector);
    return { snapshot: { ...snapshot, targets: snapshot.targets.filter(isWanted) }, remarks: [] };
  }
  const targets = options.targets.flatMap(({ kind, name: itsName }) => {
    const found = snapshot.objects.filter(
      (one) => one.kind === kind && one.metadata.name === itsName && isHere(one.metadata),
    );
    if (found.length > 0) return kind === "Pod" ? found.map(refTo) : found.flatMap((owner) => below(owner, snapshot));
    const names = snapshot.objects
      .filter((one) => one.kind === kind && isHere(one.metadata))
      .map(({ metadata }) => metadata.name);
    const like = nearest(itsName, names);
    const saved = like.length > 0 ? like : names.slice(0, 4);
    throw new Failure(
      text`The saved objects hold no ${kind} ${name(itsName)}${namespace && text` in namespace ${name(namespace)}`}.`,
      {
        ...(saved.length > 0 && { seen: [text`they hold ${list(saved.map(name))}`] }),
      },
    );
  });
  return { snapshot: { ...snapshot, targets }, remarks: [] };
}

/** The pods below a workload that are not ready, among the saved objects; the workload itself where there are none. */
function below(owner: KubeObject, { objects }: Snapshot): ObjectRef[] {
  const owned = [owner];
  const pods: Pod[] = [];
  // Each turn finds the next level: Deployment, ReplicaSet, Pod.
  for (let level = 0; level < owned.length; level++) {
    for (const object of objects) {
      const controller = controllerOf(object);
      const above = owned[level];
      if (!controller || !above || controller.uid !== above.metadata.uid || owned.includes(object)) continue;
      if (object.kind === "Pod") pods.push(object as Pod);
      else owned.push(object);
    }
  }
  const stuck = pods.filter(
    (pod) => pod.metadata.deletionTimestamp !== undefined || !(isReady(pod) || pod.status?.phase === "Succeeded"),
  );
  const isRefused = owned.some((one) => trueCondition(one as Workload, "ReplicaFailure") && lacksPods(one as Workload));
  return [...stuck.map(refTo), ...(stuck.length === 0 || isRefused ? [refTo(owner)] : [])];
}

/** Equality only: saved objects are few, and whoever has them can name a pod. */
function hasLabels({ objects }: Snapshot, ref: ObjectRef, selector: string | undefined): boolean {
  if (!selector) return true;
  const labels = objects.find((one) => isSameObject(refTo(one), ref))?.metadata.labels ?? {};
  return selector.split(",").every((part) => {
    const [, key = "", operator, wanted = ""] = /^\s*([^=!\s]{1,500})\s*(==?|!=)\s{0,500}(\S*)\s*$/.exec(part) ?? [];
    if (!operator) throw new Failure(text`With --from, --selector takes only label=value and label!=value.`);
    return operator === "!=" ? labels[key] !== wanted : labels[key] === wanted;
  });
}
