// Records scenarios as cases: npm run record -- SCENARIO… [--near RULE] [--no-node] [--plugin FOLDER]
// Each is played on the real cluster, and what the program saw (--save-snapshot) becomes
// test/cases/<rule>/hit-<name>/snapshot.json, or near-<name> of another rule. Beside it
// expected.json names the scenario's rule, where there is none yet.
// --no-node: on fake nodes; with CLUSTER_VERSION=1.33.13 the case's name ends in -1.33.
import { parseArgs } from "node:util";
import { session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { near: { type: "string" }, plugin: { type: "string" }, "no-node": { type: "boolean" } },
});
if (positionals.length === 0) {
  console.error("usage: npm run record -- SCENARIO… [--near RULE]");
  process.exit(1);
}
const near = values.near ? ["--near", values.near] : [];
const noNode = values["no-node"] ? ["--no-node"] : [];
await session(["recorder.mjs", ...near, ...noNode, ...positionals], { ...values, upOptions: ["--kwok", ...noNode] });
