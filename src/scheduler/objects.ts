import type { KubeObject } from "../objects/object.ts";
import type { Found, Listed, Lookup } from "../snapshot/lookup.ts";
import type { ObjectOf } from "../snapshot/snapshot.ts";

/** The objects that filters look at: those of a snapshot, or of one that was edited. */
export interface Objects extends Pick<Lookup, "find" | "get" | "list" | "now"> {
  /** Where some were edited: those as they were, and the edited ones. */
  readonly edited?: { readonly from: Objects; readonly objects: readonly KubeObject[] };
}

/** The same objects with some of them replaced or added. */
export function withObjects(objects: Objects, changed: readonly KubeObject[]): Objects {
  const { from, objects: before } = objects.edited ?? { from: objects, objects: [] };
  const isSame = (a: KubeObject, kind: string, namespace: string | undefined, name: string) =>
    a.kind === kind && a.metadata.namespace === namespace && a.metadata.name === name;
  const find = <Kind extends string>(
    kind: Kind,
    namespace: string | undefined,
    name: string,
  ): Found<ObjectOf<Kind>> => {
    const object = changed.find((one) => isSame(one, kind, namespace, name));
    return object ? { state: "found", object: object as ObjectOf<Kind> } : objects.find(kind, namespace, name);
  };
  return {
    now: objects.now,
    edited: { from, objects: [...before, ...changed] },
    find,
    get(kind, namespace, name) {
      const found = find(kind, namespace, name);
      return found.state === "found" ? found.object : undefined;
    },
    list<Kind extends string>(kind: Kind, namespace?: string): Listed<ObjectOf<Kind>> {
      const listed = objects.list(kind, namespace);
      const mine = changed.filter(
        (one) => one.kind === kind && (namespace === undefined || one.metadata.namespace === namespace),
      ) as ObjectOf<Kind>[];
      const others = listed.items.filter(
        ({ metadata }) => !mine.some((one) => isSame(one, kind, metadata.namespace, metadata.name)),
      );
      return { ...listed, items: [...others, ...mine] };
    },
  };
}
