import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The golden file of a name; with UPDATE=1 it is written first, and its diff is to be read before it is committed. */
export function golden(name: string, actual: string): string {
  const file = join(import.meta.dirname, `${name}.txt`);
  if (process.env.UPDATE === "1") writeFileSync(file, actual);
  return readFileSync(file, "utf8");
}
