import { type Event, lastSeen } from "../objects/event.ts";
import { controllerOf, type KubeObject, type ObjectRef, refTo } from "../objects/object.ts";
import type { Pod } from "../objects/pod.ts";
import { logObjects } from "./log-object.ts";
import type { RegistryAnswer } from "./registry-answer.ts";
import { ANY_KIND, type ContainerLog, type Gap, type ObjectOf, type Snapshot } from "./snapshot.ts";

/** The answer to "is there such an object": unknown is neither yes nor no, and says why. */
export type Found<T> =
  | { readonly state: "found"; readonly object: T }
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly gap: Gap };

/** The objects of a kind that we have. `isComplete` is false where there may be others; `gap` says why. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly isComplete: boolean;
  readonly gap?: Gap;
}

/** Look-ups in a snapshot. Made once per snapshot; all of them answer from maps. */
export class Lookup {
  readonly snapshot: Snapshot;
  /** Milliseconds since 1970 of `takenAt`. */
  readonly now: number;
  /** By `Kind` and by `Kind/namespace`. */
  readonly #byKind = new Map<string, KubeObject[]>();
  readonly #byName = new Map<string, KubeObject>();
  readonly #absent: ReadonlySet<string>;
  readonly #eventsByObject = new Map<string, Event[]>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.now = Date.parse(snapshot.takenAt);
    for (const object of snapshot.objects) {
      const { namespace, name } = object.metadata;
      this.#byName.set(key(object.kind, namespace, name), object);
      push(this.#byKind, object.kind, object);
      if (namespace !== undefined) push(this.#byKind, `${object.kind}/${namespace}`, object);
      if (object.kind === "Event") {
        const { involvedObject: about } = object as Event;
        push(this.#eventsByObject, key(about.kind ?? "", about.namespace, about.name ?? ""), object as Event);
      }
    }
    for (const log of logObjects(snapshot))
      this.#byName.set(key(log.kind, log.metadata.namespace, log.metadata.name), log);
    this.#absent = new Set(snapshot.absent.map(({ kind, namespace, name }) => key(kind, namespace, name)));
  }

  /** Looks one object up by name; `namespace` is undefined for kinds that have none. */
  find<Kind extends string>(kind: Kind, namespace: string | undefined, name: string): Found<ObjectOf<Kind>> {
    const object = this.#byName.get(key(kind, namespace, name));
    if (object) return { state: "found", object: object as ObjectOf<Kind> };
    if (this.#absent.has(key(kind, namespace, name))) return { state: "absent" };
    const gap = this.gapFor(kind, namespace, name);
    return gap ? { state: "unknown", gap } : { state: "absent" };
  }

  /** As `find`, for callers to whom absent and unknown are the same. */
  get<Kind extends string>(kind: Kind, namespace: string | undefined, name: string): ObjectOf<Kind> | undefined {
    const found = this.find(kind, namespace, name);
    return found.state === "found" ? found.object : undefined;
  }

  /** The objects of a kind, of one namespace or (undefined) of all. */
  list<Kind extends string>(kind: Kind, namespace?: string): Listed<ObjectOf<Kind>> {
    const items = this.#byKind.get(namespace === undefined ? kind : `${kind}/${namespace}`) ?? [];
    const gap = this.gapFor(kind, namespace);
    return { items: items as ObjectOf<Kind>[], isComplete: !gap, ...(gap && { gap }) };
  }

  /** Why the snapshot may lack objects of a kind; undefined where it has all of them. */
  gapFor(kind: string, namespace?: string, name?: string): Gap | undefined {
    if (this.#isComplete(kind, namespace)) return undefined;
    const fits = this.snapshot.gaps.filter(
      (gap) =>
        (gap.kind === kind || gap.kind === ANY_KIND) &&
        (gap.namespace === undefined || namespace === undefined || gap.namespace === namespace) &&
        (gap.name === undefined || gap.name === name),
    );
    // The most telling one: a refusal by name says more than "partial" for the whole kind.
    const [gap] = fits.sort((a, b) => weight(b) - weight(a));
    return gap && { ...gap, kind };
  }

  /**
   * Whether the snapshot holds anything on a kind. One that was saved by a version that did not read the kind yet neither
   * has such objects nor names it as not collected.
   */
  knows(kind: string): boolean {
    const isIt = (one: { readonly kind: string }) => one.kind === kind;
    return this.#byKind.has(kind) || this.snapshot.complete.some(isIt) || this.snapshot.absent.some(isIt);
  }

  #isComplete(kind: string, namespace: string | undefined): boolean {
    return this.snapshot.complete.some(
      (one) => one.kind === kind && (one.namespace === undefined || one.namespace === namespace),
    );
  }

  /** The events about an object, oldest first. A namesake that was deleted before has another uid and is left out. */
  eventsOf(object: KubeObject): readonly Event[] {
    const { kind, metadata } = object;
    const events = this.#eventsByObject.get(key(kind, metadata.namespace, metadata.name)) ?? [];
    return events
      .filter(({ involvedObject: { uid } }) => !uid || !metadata.uid || uid === metadata.uid)
      .sort((a, b) => compare(lastSeen(a), lastSeen(b)) || compare(a.metadata.name, b.metadata.name));
  }

  /**
   * The chain of controllers above an object, nearest first: for a pod of a Deployment its ReplicaSet, then the
   * Deployment. Where an owner could not be read the chain ends with a bare reference to it.
   */
  ownersOf(object: KubeObject): readonly { readonly ref: ObjectRef; readonly object?: KubeObject }[] {
    const owners: { ref: ObjectRef; object?: KubeObject }[] = [];
    let current: KubeObject | undefined = object;
    // A chain longer than this is a loop of somebody's making.
    while (current && owners.length < 8) {
      const owner = controllerOf(current);
      if (!owner) break;
      const namespace: string | undefined = owner.kind === "Node" ? undefined : object.metadata.namespace;
      const found: KubeObject | undefined = this.get(owner.kind, namespace, owner.name);
      owners.push(
        found
          ? { ref: refTo(found), object: found }
          : {
              ref: {
                apiVersion: owner.apiVersion,
                kind: owner.kind,
                ...(namespace && { namespace }),
                name: owner.name,
              },
            },
      );
      current = found;
    }
    return owners;
  }

  /** The last lines of a container, if they were read. */
  logOf(namespace: string, pod: string, container: string, previous: boolean): ContainerLog | undefined {
    return this.snapshot.logs.find(
      (log) =>
        log.namespace === namespace && log.pod === pod && log.container === container && log.previous === previous,
    );
  }

  /** What the registry said of an image to a pod's logins, if it was asked. */
  registryAnswerOf({ metadata, spec }: Pod, image: string): RegistryAnswer | undefined {
    const secrets = (spec.imagePullSecrets ?? []).flatMap(({ name }) => name || []);
    const answers = this.snapshot.registryAnswers?.filter(
      (answer) => answer.image === image && answer.secrets.join() === secrets.join(),
    );
    const ofNamespace = answers?.find((answer) => answer.namespace === metadata.namespace);
    // Without secrets of its own every namespace's pods are told the same.
    return ofNamespace ?? (secrets.length === 0 ? answers?.[0] : undefined);
  }

  /** Whole seconds from a time (RFC 3339) to `takenAt`, at least 0; undefined for no or an unreadable time. */
  secondsSince(time: string | undefined): number | undefined {
    const at = Date.parse(time ?? "");
    return Number.isNaN(at) ? undefined : Math.max(0, Math.round((this.now - at) / 1000));
  }
}

const key = (kind: string, namespace: string | undefined, name: string) => `${kind}/${namespace ?? ""}/${name}`;

const weight = (gap: Gap) =>
  (gap.kind === ANY_KIND ? -1 : 0) +
  (gap.state === "partial" ? 0 : gap.state === "not-asked" ? 1 : 2) +
  (gap.name ? 4 : gap.namespace ? 2 : 0);

function push<T>(map: Map<string, T[]>, at: string, value: T): void {
  const list = map.get(at);
  if (list) list.push(value);
  else map.set(at, [value]);
}

/** Orders strings by code unit: the same on every machine, unlike localeCompare. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
