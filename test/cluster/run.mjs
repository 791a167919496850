// The whole test on a real cluster: npm run test:cluster [-- SCENARIO…] [--plugin FOLDER] [--keep] [--summary FILE]
// SCENARIO is family/name, or a family. --plugin tests the program in another folder than dist/; --keep leaves the
// cluster running.
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plugin: { type: "string" }, summary: { type: "string" }, keep: { type: "boolean" } },
});
const summary = resolve(values.summary ?? `${root}/dist/cluster-summary.json`);
mkdirSync(dirname(summary), { recursive: true });
await session("scenarios.mjs", ["--summary", summary, ...positionals], values);
