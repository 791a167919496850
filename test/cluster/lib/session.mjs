// One session on the cluster: checks the machine, builds what is missing, starts the cluster, runs scripts in its network,
// stops everything again. A cluster that is up already is used, and left up.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { sumOf } from "./counts.mjs";
import { build, down, enter, NAME, obstacle, run, up, VERSION, withCleanUp } from "./machine.mjs";

export const root = resolve(import.meta.dirname, "../../..");

/**
 * Runs a script of this folder's parent inside the cluster, and ends the process with its exit code. A script gets
 * `--plugin FOLDER`, where kubectl-why_pending is.
 */
export const session = ([script, ...args], options) =>
  within(options, (folder) => timed(script.replace(".mjs", ""), () => enter(commandOf(script, folder, args))));

/**
 * Runs several parts, all of them whatever the others find, and adds up what they counted in one line. Each is
 * { part, script, args }; with `alone` it is run beside the cluster, as it starts one of its own.
 */
export const sessionOf = (parts, options) =>
  within(options, async (folder, isStopped) => {
    const scratch = mkdtempSync(join(tmpdir(), "why-pending-counts-"));
    const counts = join(scratch, "counts");
    writeFileSync(counts, "");
    process.env.CLUSTER_COUNTS = counts;
    for (const { part, script, args = [], alone } of parts) {
      if (isStopped()) break;
      const [node, ...words] = commandOf(script, folder, args);
      await timed(part, () => (alone ? run(node, words) : enter([node, ...words])));
    }
    const { passed, failed } = sumOf(
      parts.map(({ part }) => part),
      counts,
    );
    rmSync(scratch, { recursive: true });
    return { passed, failed };
  });

const commandOf = (script, folder, args) => [
  process.execPath,
  "--no-warnings",
  resolve(import.meta.dirname, "..", script),
  "--plugin",
  folder,
  ...args,
];

/** Does `work` on a cluster: true where it went well, or what it counted. Ends the process. */
async function within({ plugin, upOptions = ["--kwok"], keep = false }, work) {
  const why = await obstacle();
  if (why) {
    console.error(`The cluster cannot run here: ${why}.`);
    process.exit(1);
  }
  const wasUp = existsSync(`/run/netns/${NAME}`);
  const steps = [
    ...(wasUp ? [] : [["programs of the cluster (about ten minutes the first time)", () => build()]]),
    ...(wasUp || !VERSION ? [] : [[`Kubernetes ${VERSION}`, () => build([`kubernetes-${VERSION}`])]]),
    ...(plugin ? [] : [["kubectl-why_pending", () => run("npm", ["run", "--silent", "build"], { cwd: root })]]),
    ...(wasUp ? [] : [["start of the cluster", () => up(upOptions)]]),
  ];
  let counted;
  await withCleanUp(
    async (isStopped) => {
      for (const [what, step] of steps) {
        if (isStopped() || !(await timed(what, step))) return 1;
      }
      const outcome = await work(resolve(plugin ?? `${root}/dist`), isStopped);
      if (typeof outcome === "boolean") return outcome ? 0 : 1;
      counted = outcome;
      return counted.failed === 0 && counted.passed > 0 ? 0 : 1;
    },
    async () => {
      if (wasUp || keep) console.log("The cluster is left up; `npm run cluster:down` stops it.");
      else down();
      if (counted) console.log(`${counted.passed} passed, ${counted.failed} failed`);
    },
  );
}

async function timed(what, work) {
  const begin = Date.now();
  console.log(`== ${what}`);
  const code = await work();
  const seconds = `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  console.log(`== ${what}: ${code === 0 ? seconds : `failed (${code}) after ${seconds}`}`);
  return code === 0;
}
