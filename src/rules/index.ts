import image from "./image/index.ts";
import type { Rule } from "./rule.ts";

/** All rules, family by family in the order a pod lives. */
export const rules: readonly Rule[] = [...image];
