import type { Pod } from "../../objects/pod.ts";
import type { PodInput } from "../pod-input.ts";

/** One place in a pod's spec that names a Secret or a ConfigMap, or a key of one. */
export interface Use {
  readonly kind: "Secret" | "ConfigMap";
  readonly name: string;
  /** Absent where all keys are taken: envFrom, a whole volume. */
  readonly key?: string;
  readonly isOptional: boolean;
  /** Where the name stands, from the pod on. */
  readonly path: string;
  readonly keyPath?: string;
  /** The container whose environment it is for, and the variable where it is for one. */
  readonly container?: string;
  readonly variable?: string;
  /** The volume it fills. */
  readonly volume?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What the environment of each container takes from Secrets and ConfigMaps, in the order of the spec. */
export function environmentUses({ containers }: PodInput): readonly Use[] {
  return containers
    .filter(({ role }) => role !== "ephemeral")
    .flatMap(({ name: container, spec, specPath }) => [
      ...(spec.envFrom ?? []).flatMap((source, index) => {
        const at = `${specPath}.envFrom[${index}]`;
        return [
          ...useOf("ConfigMap", source.configMapRef, `${at}.configMapRef`, { container }),
          ...useOf("Secret", source.secretRef, `${at}.secretRef`, { container }),
        ];
      }),
      ...(spec.env ?? []).flatMap(({ name: variable, valueFrom }, index) => {
        const { configMapKeyRef, secretKeyRef } = (valueFrom ?? {}) as Fields;
        const at = `${specPath}.env[${index}].valueFrom`;
        return [
          ...useOf("ConfigMap", configMapKeyRef, `${at}.configMapKeyRef`, { container, variable }),
          ...useOf("Secret", secretKeyRef, `${at}.secretKeyRef`, { container, variable }),
        ];
      }),
    ]);
}

/** What the volumes of a pod take from Secrets and ConfigMaps: one use for the object, and one for each key it names. */
export function volumeUses({ spec }: Pod): readonly Use[] {
  return (spec.volumes ?? []).flatMap(({ name: volume, secret, configMap, projected }, index) => {
    const at = `spec.volumes[${index}]`;
    const sources = ((projected as Fields | undefined)?.sources ?? []) as readonly Fields[];
    return [
      ...filesOf("Secret", secret, `${at}.secret`, volume, "secretName"),
      ...filesOf("ConfigMap", configMap, `${at}.configMap`, volume),
      ...sources.flatMap((source, which) => [
        ...filesOf("Secret", source.secret, `${at}.projected.sources[${which}].secret`, volume),
        ...filesOf("ConfigMap", source.configMap, `${at}.projected.sources[${which}].configMap`, volume),
      ]),
    ];
  });
}

/** A volume that admission put into the pod for its ServiceAccount; nobody chose what it names. */
export function isServiceAccountVolume({ spec }: Pod, volume: string): boolean {
  return [...(spec.initContainers ?? []), ...spec.containers].some(({ volumeMounts = [] }) =>
    volumeMounts.some(
      ({ name, mountPath }) => name === volume && mountPath === "/var/run/secrets/kubernetes.io/serviceaccount",
    ),
  );
}

function useOf(
  kind: Use["kind"],
  from: unknown,
  at: string,
  who: Pick<Use, "container" | "variable" | "volume">,
  nameField = "name",
): readonly Use[] {
  const fields = (from ?? {}) as Fields;
  const { [nameField]: name, key, optional } = fields;
  if (typeof name !== "string" || name === "") return [];
  return [
    {
      kind,
      name,
      isOptional: optional === true,
      path: `${at}.${nameField}`,
      ...(typeof key === "string" && { key, keyPath: `${at}.key` }),
      ...who,
    },
  ];
}

function filesOf(kind: Use["kind"], from: unknown, at: string, volume: string, nameField = "name"): readonly Use[] {
  const [whole] = useOf(kind, from, at, { volume }, nameField);
  if (!whole) return [];
  const items = ((from as Fields).items ?? []) as readonly Fields[];
  return [
    whole,
    ...items.flatMap(({ key }, index) =>
      typeof key === "string" ? [{ ...whole, key, keyPath: `${at}.items[${index}].key` }] : [],
    ),
  ];
}
