// The whole test on a real cluster: npm run test:cluster [-- SCENARIO…] [--plugin FOLDER] [--keep]
// Builds what is missing, starts the cluster, plays the scenarios, stops everything. --plugin tests the program in another
// folder than dist/; --keep leaves the cluster running.
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, down, enter, obstacle, run, up, withCleanUp } from "./lib/machine.mjs";

const root = resolve(import.meta.dirname, "../..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plugin: { type: "string" }, summary: { type: "string" }, keep: { type: "boolean" } },
});

const why = await obstacle();
if (why) {
  console.error(`The cluster cannot run here: ${why}.`);
  process.exit(1);
}

async function timed(what, work) {
  const begin = Date.now();
  console.log(`== ${what}`);
  const code = await work();
  console.log(`== ${what}: ${code === 0 ? "" : `failed (${code}) after `}${((Date.now() - begin) / 1000).toFixed(1)} s`);
  return code === 0;
}

await withCleanUp(
  async (isStopped) => {
    const summary = resolve(values.summary ?? `${root}/dist/cluster-summary.json`);
    const plugin = resolve(values.plugin ?? `${root}/dist`);
    mkdirSync(resolve(summary, ".."), { recursive: true });
    const steps = [
      ["programs of the cluster (about ten minutes the first time)", () => build()],
      ...(values.plugin ? [] : [["kubectl-why_pending", () => run("npm", ["run", "--silent", "build"], { cwd: root })]]),
      ["start of the cluster", () => up(["--kwok"])],
      ["scenarios", () => enter([process.execPath, `${import.meta.dirname}/scenarios.mjs`, "--plugin", plugin, "--summary", summary, ...positionals])],
    ];
    for (const [what, work] of steps) {
      if (isStopped() || !(await timed(what, work))) return 1;
    }
    return 0;
  },
  async () => {
    if (values.keep) return;
    console.log("== stop of the cluster");
    down();
  },
);
