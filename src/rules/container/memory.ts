import type { ContainerView, PodInput } from "../pod-input.ts";

/** A memory limit, and where it stands. */
export interface MemoryLimit {
  readonly limit: string;
  readonly path: string;
  /** Of the whole pod (pod-level resources, on by default since 1.34), not of the container alone. */
  readonly isOfPod: boolean;
}

interface Resources {
  readonly limits?: Readonly<Record<string, string | number>>;
}

/** The memory limit that holds for a container: its own, else the pod's. */
export function memoryLimitOf({ spec, specPath }: ContainerView, { pod }: PodInput): MemoryLimit | undefined {
  const own = (spec.resources as Resources | undefined)?.limits?.memory;
  if (own !== undefined) return { limit: String(own), path: `${specPath}.resources.limits.memory`, isOfPod: false };
  const ofPod = (pod.spec as { resources?: Resources }).resources?.limits?.memory;
  return ofPod === undefined
    ? undefined
    : { limit: String(ofPod), path: "spec.resources.limits.memory", isOfPod: true };
}

const UNITS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "": 1,
    m: 0.001,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    Ki: 1024,
    Mi: 1024 ** 2,
    Gi: 1024 ** 3,
    Ti: 1024 ** 4,
  }),
);

/** Bytes of a quantity; undefined for one that is not read here. */
export function bytesOf(quantity: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?(?:[eE]\d+)?)([a-zA-Z]*)$/.exec(quantity);
  const unit = UNITS.get(parts?.[2] ?? "");
  return parts && unit !== undefined ? Number(parts[1]) * unit : undefined;
}

/** Twice a limit in the same unit, at least `least` bytes; thousandths of bytes are taken for a slip of the unit. */
export function raisedLimit(limit: string, least = 0): string {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(limit) ?? [];
  if (unit === "m") return `${number}Mi`;
  const doubled = (bytesOf(limit) ?? 0) * 2;
  if (doubled < least) return `${Math.ceil(least / 1024 ** 2)}Mi`;
  if (number !== "" && unit !== "") return `${Number(number) * 2}${unit}`;
  return doubled > 0 ? `${Math.ceil(doubled / 1024 ** 2)}Mi` : "<memory>";
}
