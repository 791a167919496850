import type { Unchecked } from "../diagnosis/diagnose.ts";
import type { Report } from "./report.ts";

/** What was left open for any of the reports: each gap once, with all the rules that missed it. */
export function uncheckedOf(items: readonly Report[]): readonly Unchecked[] {
  const merged = new Map<string, Unchecked>();
  for (const one of items.flatMap(({ unchecked }) => unchecked)) {
    const key = [one.what, one.gap?.namespace, one.gap?.name, one.gap?.state].join("\n");
    const rules = new Set([...(merged.get(key)?.rules ?? []), ...one.rules]);
    merged.set(key, { ...one, rules: [...rules].sort() });
  }
  return [...merged.values()];
}
