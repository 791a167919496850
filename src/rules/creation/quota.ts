import type { KubeObject } from "../../objects/object.ts";
import type { Container, Pod, PodSpec } from "../../objects/pod.ts";
import { nanos, showAmount } from "../../objects/quantity.ts";

/** Billionths of a unit, the way quantities are compared. */
export type Nanos = bigint;

/** `limits.cpu=1,limits.memory=2Gi` as the quota plugin prints it (apiserver v0.36 plugin/resourcequota/controller.go prettyPrint). */
export function amountsIn(printed: string): ReadonlyMap<string, string> {
  return new Map(
    printed.split(",").flatMap((part) => {
      const [, resource, amount] = /^\s*([^=\s]+)=(\S+)\s*$/.exec(part) ?? [];
      return resource && amount ? [[resource, amount] as const] : [];
    }),
  );
}

/** A quota's `status.hard` or `status.used`; the spec's `hard` where there is no status yet. */
export function quotaAmounts(quota: KubeObject, which: "hard" | "used"): Readonly<Record<string, string>> {
  const { status, spec } = quota as { status?: Record<string, unknown>; spec?: Record<string, unknown> };
  const found = status?.[which] ?? (which === "hard" ? spec?.hard : undefined);
  return (found ?? {}) as Readonly<Record<string, string>>;
}

const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/^(?:requests\.)?cpu$|^limits\.cpu$/, "cpu"],
  [/memory$|storage$/, "memory"],
];

/** The amount as people write it: CPU in thousandths, bytes in binary units, all else whole. */
export function showNanos(resource: string, amount: Nanos): string {
  const unit = SUFFIXES.find(([pattern]) => pattern.test(resource))?.[1] ?? "";
  return unit === "cpu" ? showAmount("cpu", amount / 1_000_000n) : showAmount(unit, amount / 1_000_000_000n);
}

/** What a quota's resource counts in a pod: `requests.cpu` and `cpu` the requests, `limits.cpu` the limits. */
export function countedIn(resource: string): { readonly list: "requests" | "limits"; readonly of: string } | undefined {
  const [, list, of] = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
  return of ? { list: list === "limits" ? "limits" : "requests", of } : undefined;
}

/** One container's own request or limit. */
export function ownAmount({ resources }: Container, list: "requests" | "limits", of: string): string | undefined {
  const found = ((resources ?? {}) as Record<string, Record<string, string | number> | undefined>)[list]?.[of];
  return found === undefined ? undefined : String(found);
}

/** Math.max takes no bigint. */
export function larger(a: Nanos, b: Nanos): Nanos {
  if (a > b) return a;
  return b;
}

/** What a pod counts against a quota: the containers together, or the largest init container if that is more. */
export function usageOf(spec: PodSpec, list: "requests" | "limits", of: string): Nanos {
  const amount = (container: Container) => nanos(ownAmount(container, list, of)) ?? 0n;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const together = [...spec.containers, ...sidecars].reduce((sum, one) => sum + amount(one), 0n);
  const before = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== "Always").map(amount);
  return before.reduce(larger, together);
}

/** Whether a pod still counts: finished ones free everything but `count/pods` (kubernetes v1.36 pkg/quota/v1/evaluator/core/pods.go). */
export const stillCounts = ({ status }: Pod): boolean => status?.phase !== "Succeeded" && status?.phase !== "Failed";
