import type { Text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec } from "../repair.ts";
import type { Use } from "./use.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What a use names instead: another object, another key, or that it may be missing. */
export interface Change {
  readonly name?: string;
  readonly keys?: ReadonlyMap<string, string>;
  readonly optional?: true;
}

/** Edits the places that name an object. Lists that a strategic merge would replace as a whole are given as a whole. */
export function repoint(
  input: PodInput,
  uses: readonly Use[],
  change: Change,
  title: Text,
  applies: Fix["applies"],
): Fix {
  const spec: Record<string, Record<string, unknown>[]> = {};
  for (const view of input.containers) {
    const mine = uses.filter(({ container }) => container === view.name);
    if (mine.length === 0) continue;
    const env = mine.flatMap((use) =>
      use.variable === undefined ? [] : [{ name: use.variable, valueFrom: valueFrom(use, change) }],
    );
    const envFrom = mine.some(({ variable }) => variable === undefined)
      ? (view.spec.envFrom ?? []).map((source) => changedSource(source, mine, change, ["secretRef", "configMapRef"]))
      : [];
    const field = view.role === "main" ? "containers" : "initContainers";
    spec[field] = [
      ...(spec[field] ?? []),
      { name: view.name, ...(env.length > 0 && { env }), ...(envFrom.length > 0 && { envFrom }) },
    ];
  }
  for (const volume of input.pod.spec.volumes ?? []) {
    const mine = uses.filter((use) => use.volume === volume.name);
    if (mine.length === 0) continue;
    const { secret, configMap, projected } = volume as Fields;
    const sources = ((projected as Fields | undefined)?.sources ?? []) as readonly Fields[];
    spec.volumes = [
      ...(spec.volumes ?? []),
      {
        name: volume.name,
        ...(secret !== undefined && { secret: changedFiles(secret as Fields, change, "secretName") }),
        ...(configMap !== undefined && { configMap: changedFiles(configMap as Fields, change) }),
        ...(sources.length > 0 && {
          projected: { sources: sources.map((source) => changedSource(source, mine, change, ["secret", "configMap"])) },
        }),
      },
    ];
  }
  return patchPodSpec(input, spec, title, { applies });
}

function valueFrom({ kind, name, key = "" }: Use, change: Change): Fields {
  return {
    [kind === "Secret" ? "secretKeyRef" : "configMapKeyRef"]: {
      name: change.name ?? name,
      key: change.keys?.get(key) ?? key,
      ...(change.optional && { optional: true }),
    },
  };
}

function changedSource(
  source: Fields,
  uses: readonly Use[],
  change: Change,
  fields: readonly [string, string],
): Fields {
  const field = fields.find((one) => source[one] !== undefined);
  const content = field && (source[field] as Fields);
  const kind = field === fields[0] ? "Secret" : "ConfigMap";
  const isMeant = content && uses.some((use) => use.kind === kind && use.name === content.name);
  return isMeant && field ? { ...source, [field]: { ...content, ...changedFiles(content, change) } } : source;
}

function changedFiles({ items }: Fields, change: Change, nameField = "name"): Fields {
  const changed = (items as readonly Fields[] | undefined)?.map((item) => ({
    ...item,
    key: change.keys?.get(String(item.key)) ?? item.key,
  }));
  return {
    ...(change.name !== undefined && { [nameField]: change.name }),
    ...(changed && change.keys && { items: changed }),
    ...(change.optional && { optional: true }),
  };
}
