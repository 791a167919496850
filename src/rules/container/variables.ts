import { nearest } from "../../text/nearest.ts";
import type { ContainerView, PodInput } from "../pod-input.ts";
import { environmentName } from "./edit.ts";

/** Where a variable that is missing may be had from. */
export interface VariableFacts {
  /** It is in the container's own list, with or without a value. */
  readonly own?: { readonly path: string; readonly isEmpty: boolean };
  /** Variables of the container that are named like it. */
  readonly like: readonly string[];
  /** Keys of ConfigMaps and Secrets of the namespace that are named so. */
  readonly sources: readonly { readonly kind: "ConfigMap" | "Secret"; readonly name: string; readonly key: string }[];
}

/** Looks around for a variable. */
export function variableFacts(
  variable: string,
  { spec, specPath }: ContainerView,
  { pod, snapshot }: PodInput,
): VariableFacts {
  const env = spec.env ?? [];
  const at = env.findIndex(({ name }) => name === variable);
  const entry = env[at] as { value?: string; valueFrom?: unknown } | undefined;
  const namespace = pod.metadata.namespace;
  const keysOf = (kind: "ConfigMap" | "Secret") =>
    snapshot
      .list(kind, namespace)
      .items.flatMap(({ metadata, data }) =>
        Object.keys((data ?? {}) as object).map((key) => ({ kind, name: metadata.name, key })),
      )
      .filter(({ key }) => environmentName(key) === variable);
  return {
    ...(entry && {
      own: { path: `${specPath}.env[${at}]`, isEmpty: entry.valueFrom === undefined && (entry.value ?? "") === "" },
    }),
    like: nearest(
      variable,
      env.map(({ name }) => name),
    ),
    sources: [...keysOf("ConfigMap"), ...keysOf("Secret")].sort(
      (a, b) => a.key.length - b.key.length || (a.name < b.name ? -1 : 1),
    ),
  };
}

/**
 * The Service whose address the kubelet puts into a variable of that name: SHOP_METRICS_PORT for a Service shop-metrics
 * (kubernetes v1.36 pkg/kubelet/envvars/envvars.go FromServices), unless enableServiceLinks is false.
 */
export function serviceLinkOf(variable: string, { spec }: ContainerView, { pod }: PodInput): string | undefined {
  if ((pod.spec as { enableServiceLinks?: boolean }).enableServiceLinks === false) return undefined;
  if (spec.env?.some(({ name }) => name === variable)) return undefined;
  const stem = /^([A-Z0-9_]+?)_(?:PORT|SERVICE_HOST|SERVICE_PORT)(?:_|$)/.exec(variable)?.[1];
  return stem?.toLowerCase().replaceAll("_", "-");
}
