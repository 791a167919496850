// The whole test on a real cluster: npm run test:cluster [-- SCENARIO…] [--plugin FOLDER] [--keep] [--summary FILE]
// [--no-node]
// Scenarios with their repairs, each seen by users with fewer rights too; the audit of all that was asked; an API server that
// misbehaves; what --check-registry says of real and hostile registries; our scheduler filters against the real scheduler. SCENARIO is family/name, or a family: only these are played,
// and nothing else is done. --plugin tests the program in another folder than dist/; --keep leaves the cluster running;
// --no-node plays only the scenarios that need no kubelet, on fake nodes: for CLUSTER_VERSION=1.33.13.
import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, sessionOf } from "./lib/session.mjs";

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
const agreement = {
  part: "scheduler agreement",
  script: "scheduler-agreement.mjs",
  args: ["--start", "--cases", "300", "--changes", "40"],
  alone: true,
};
const isWhole = positionals.length === 0;
await sessionOf(
  [
    { part: "scenarios", script: "scenarios.mjs", args: ["--summary", summary, "--rights", ...noNode, ...positionals] },
    ...(isWhole && !values["no-node"]
      ? [
          { part: "faults", script: "misbehaving-server.mjs" },
          { part: "registry situations", script: "registry-situations.mjs" },
        ]
      : []),
    ...(isWhole ? [agreement] : []),
  ],
  { ...values, upOptions: ["--kwok", ...noNode] },
);
