import type { Obstruction } from "./refusal-rule.ts";

/** One taint that stands in the way. */
export interface Barrier {
  readonly key: string;
  readonly value?: string;
  readonly effect?: string;
}

/** The taints of the nearest nodes; before 1.34 the sentence names one of each node, since then it names none. */
export function barriers({ lacks, verdict, nearest }: Obstruction): readonly Barrier[] {
  const found: Barrier[] = nearest.length > 0 ? lacks.flatMap((lack) => (lack.of === "toleration" ? [lack] : [])) : [];
  if (found.length > 0) return found;
  for (const { reason } of verdict.refusals) {
    const match = /taint \{([^:}]{1,400}): ?([^}]{0,400})\}/.exec(reason);
    if (match?.[1]) found.push({ key: match[1], ...(match[2] && { value: match[2] }) });
  }
  return found;
}
