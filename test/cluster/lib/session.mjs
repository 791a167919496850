// One session on the cluster: checks the machine, builds what is missing, starts the cluster, runs a script in its network,
// stops everything again. A cluster that is up already is used, and left up.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { build, down, enter, NAME, obstacle, run, up, VERSION, withCleanUp } from "./machine.mjs";

export const root = resolve(import.meta.dirname, "../../..");

/**
 * Runs `script` (a file of this folder's parent) with arguments inside the cluster, and ends the process with its exit code.
 * The script gets `--plugin FOLDER`, where kubectl-why_pending is.
 */
export async function session(script, args, { plugin, upOptions = ["--kwok"], keep = false }) {
  const why = await obstacle();
  if (why) {
    console.error(`The cluster cannot run here: ${why}.`);
    process.exit(1);
  }
  const folder = resolve(plugin ?? `${root}/dist`);
  const wasUp = existsSync(`/run/netns/${NAME}`);
  const command = [process.execPath, resolve(import.meta.dirname, "..", script), "--plugin", folder, ...args];
  const steps = [
    ...(wasUp ? [] : [["programs of the cluster (about ten minutes the first time)", () => build()]]),
    ...(wasUp || !VERSION ? [] : [[`Kubernetes ${VERSION}`, () => build([`kubernetes-${VERSION}`])]]),
    ...(plugin ? [] : [["kubectl-why_pending", () => run("npm", ["run", "--silent", "build"], { cwd: root })]]),
    ...(wasUp ? [] : [["start of the cluster", () => up(upOptions)]]),
    [script.replace(".mjs", ""), () => enter(command)],
  ];
  await withCleanUp(
    async (isStopped) => {
      for (const [what, work] of steps) {
        if (isStopped() || !(await timed(what, work))) return 1;
      }
      return 0;
    },
    async () => {
      if (wasUp || keep) console.log("The cluster is left up; `npm run cluster:down` stops it.");
      else down();
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
