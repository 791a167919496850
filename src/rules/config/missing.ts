import { groupBy } from "../../objects/group-by.ts";
import type { KubeObject } from "../../objects/object.ts";
import { nearest } from "../../text/nearest.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import type { Use } from "./use.ts";

/** What a component said of an object or a key that it could not find. */
export interface Said {
  readonly kind: Use["kind"];
  /** Absent where the message names the key alone: a volume's. */
  readonly name?: string;
  /** Absent where the object itself is missing. */
  readonly key?: string;
  readonly evidence: Evidence;
  /** The volume that the message is about. */
  readonly volume?: string;
}

/** A Secret or ConfigMap that is not there, or keys that it does not have, and who asks for them. */
export interface Missing {
  readonly kind: Use["kind"];
  readonly name: string;
  /** The keys that are missing; empty where the object itself is. */
  readonly keys: readonly string[];
  readonly uses: readonly [Use, ...Use[]];
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** It was missing at the last try and is there now. */
  readonly isThereNow: boolean;
  /** The names, or for a missing key the keys, that come nearest, best first; for each missing key its own. */
  readonly nearest: readonly string[];
  /** The keys that the object has, where they are known. */
  readonly keysThere?: readonly string[];
  /** Other namespaces that hold an object of that name, as far as we read them. */
  readonly elsewhere: readonly string[];
}

/** The secret or configmap, or the key, that a message of the kubelet says is not there. */
export function parseMissing(message: string): readonly Omit<Said, "evidence" | "volume">[] {
  // apimachinery api/errors NewNotFound: the plural before Kubernetes 1.15, the singular since (client-go informers).
  const objects = [...message.matchAll(/\b(secret|configmap)s? "([^"]+)" not found/g)].map(([, kind, name = ""]) => ({
    kind: kindOf(kind),
    name,
  }));
  // kubernetes v1.36 pkg/kubelet/kubelet_pods.go makeEnvironmentVariables
  const keys = [...message.matchAll(/couldn't find key (.+?) in (Secret|ConfigMap) [^/\s]+\/([^\s,\]]+)/g)].map(
    ([, key = "", kind, name = ""]) => ({ kind: kindOf(kind), name, key }),
  );
  // pkg/volume/secret/secret.go and pkg/volume/configmap/configmap.go MakePayload
  const files = [...message.matchAll(/references non-existent (secret|config) key: ([^\s,\]]+)/g)].map(
    ([, kind, key = ""]) => ({
      kind: kindOf(kind),
      key,
    }),
  );
  return [...objects, ...keys, ...files];
}

const kindOf = (word = ""): Use["kind"] => (word.toLowerCase() === "secret" ? "Secret" : "ConfigMap");

/**
 * What is missing of what the uses ask for: what the kubelet said, and what the snapshot shows to be absent. What was
 * only not read is not missing. `spoken` alone counts for uses that `isSpokenOnly` picks.
 */
export function missingOf(
  input: PodInput,
  uses: readonly Use[],
  spoken: readonly Said[],
  isSpokenOnly: (use: Use) => boolean = () => false,
): readonly Missing[] {
  const { pod, snapshot } = input;
  const namespace = pod.metadata.namespace;
  const found: { use: Use; said: Said | undefined; isThereNow: boolean; level: "object" | "key" }[] = [];
  for (const use of uses) {
    if (use.isOptional) continue;
    const { state, ...rest } = snapshot.find(use.kind, namespace, use.name);
    const object = "object" in rest ? (rest.object as KubeObject) : undefined;
    const about = spoken.filter((said) => fits(said, use));
    const ofObject = about.find(({ key }) => key === undefined);
    const ofKey = use.key === undefined ? undefined : about.find(({ key }) => key === use.key);
    const isAbsent = state === "absent" && !isSpokenOnly(use);
    if (isAbsent || ofObject) {
      found.push({ use, said: ofObject, isThereNow: object !== undefined, level: "object" });
      continue;
    }
    const keys = object && keysOf(object);
    const lacksKey = use.key !== undefined && keys !== undefined && !keys.includes(use.key) && !isSpokenOnly(use);
    if (lacksKey || ofKey)
      found.push({ use, said: ofKey, isThereNow: keys?.includes(use.key ?? "") ?? false, level: "key" });
  }
  const groups = groupBy(found, ({ level, use, isThereNow }) => `${level}/${use.kind}/${use.name}/${isThereNow}`);
  return [...groups.values()].flatMap((group): Missing[] => {
    const [first] = group;
    if (!first) return [];
    const { kind, name } = first.use;
    const keys = first.level === "key" ? [...new Set(group.flatMap(({ use }) => use.key ?? []))] : [];
    const object = snapshot.get(kind, namespace, name);
    const keysThere = object && keysOf(object);
    const others = snapshot.list(kind).items;
    const isWhole = ({ use }: { use: Use }) =>
      first.level === "key" || use.key === undefined || use.variable !== undefined;
    const shown = group.filter(isWhole).length > 0 ? group.filter(isWhole) : group;
    const place = shown.map(({ use }) =>
      first.level === "key" && use.keyPath ? seen(pod, use.keyPath, labelOf(use)) : seen(pod, use.path, labelOf(use)),
    );
    const said = [
      ...new Map(
        group.flatMap(({ said }) => (said ? [[JSON.stringify(said.evidence), said.evidence] as const] : [])),
      ).values(),
    ];
    const [firstPlace, ...otherPlaces] = place;
    if (!firstPlace) return [];
    return [
      {
        kind,
        name,
        keys,
        uses: [first.use, ...group.slice(1).map(({ use }) => use)],
        evidence: [firstPlace, ...otherPlaces.slice(0, 4), ...said],
        isThereNow: first.isThereNow,
        nearest:
          first.level === "key"
            ? keys.flatMap((key) => nearest(key, keysThere ?? [], 1))
            : nearest(
                name,
                others.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name),
              ),
        ...(keysThere && { keysThere }),
        elsewhere: others
          .filter(({ metadata }) => metadata.name === name && metadata.namespace !== namespace)
          .map(({ metadata }) => metadata.namespace ?? "")
          .sort(),
      },
    ];
  });
}

const labelOf = ({ container, variable, volume }: Use): string =>
  volume !== undefined ? `volume ${volume}` : `container ${container}${variable === undefined ? "" : ` ${variable}`}`;

function fits(said: Said, use: Use): boolean {
  return (
    said.kind === use.kind &&
    (said.name === undefined || said.name === use.name) &&
    (said.volume === undefined || said.volume === use.volume)
  );
}

/** The keys of a Secret or ConfigMap; undefined where only its name was read. */
export function keysOf(object: KubeObject): readonly string[] | undefined {
  const { data } = object as { data?: Readonly<Record<string, unknown>> };
  return data && Object.keys(data).sort();
}
