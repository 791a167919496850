// Records scenarios as cases: npm run record -- SCENARIO… [--near RULE] [--plugin FOLDER]
// Each is played on the real cluster, and what the program saw (--save-snapshot) becomes
// test/cases/<rule>/hit-<name>/snapshot.json, or near-<name> of another rule. `UPDATE=1 npm test` then writes what is expected.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { near: { type: "string" }, plugin: { type: "string" } },
});
if (positionals.length === 0) {
  console.error("usage: npm run record -- SCENARIO… [--near RULE]");
  process.exit(1);
}
await session(["recorder.mjs", ...(values.near ? ["--near", values.near] : []), ...positionals], values);
