// The whole test on a real cluster: npm run test:cluster [-- SCENARIO…] [--plugin FOLDER] [--keep] [--summary FILE]
// [--no-node]
// SCENARIO is family/name, or a family. --plugin tests the program in another folder than dist/; --keep leaves the
// cluster running; --no-node plays only the scenarios that need no kubelet, on fake nodes: for CLUSTER_VERSION=1.33.13.
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, session } from "./lib/session.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plugin: { type: "string" },
    summary: { type: "string" },
    keep: { type: "boolean" },
    "no-node": { type: "boolean" },
  },
});
const summary = resolve(values.summary ?? `${root}/dist/cluster-summary.json`);
mkdirSync(dirname(summary), { recursive: true });
const noNode = values["no-node"] ? ["--no-node"] : [];
await session("scenarios.mjs", ["--summary", summary, ...noNode, ...positionals], {
  ...values,
  upOptions: ["--kwok", ...noNode],
});
