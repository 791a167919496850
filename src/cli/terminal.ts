import type { World } from "../world.ts";
import type { Options } from "./options.ts";

const DEFAULT_WIDTH = 120;

/** Columns to use. A pipe has no width; COLUMNS is what a terminal's shell says. */
export function widthOf({ columns }: World["stdout"]): number {
  return Math.max(40, columns ?? DEFAULT_WIDTH);
}

/** https://no-color.org and https://force-color.org; a dumb terminal shows no colours. */
export function isColored(when: Options["color"], output: World["stdout"], env: World["env"]): boolean {
  if (when !== "auto") return when === "always";
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return output.isTTY && env.TERM !== "dumb";
}
