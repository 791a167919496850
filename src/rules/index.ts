import config from "./config/index.ts";
import container from "./container/index.ts";
import creation from "./creation/index.ts";
import image from "./image/index.ts";
import node from "./node/index.ts";
import readiness from "./readiness/index.ts";
import type { Rule } from "./rule.ts";
import sandbox from "./sandbox/index.ts";
import scheduling from "./scheduling/index.ts";
import termination from "./termination/index.ts";
import volume from "./volume/index.ts";

/** All rules, family by family in the order a pod lives. */
export const rules: readonly Rule[] = [
  ...creation,
  ...scheduling,
  ...node,
  ...volume,
  ...sandbox,
  ...image,
  ...config,
  ...container,
  ...readiness,
  ...termination,
];
