// The cluster as a whole: may it run here, build it, start it, stop it. The work is done by the scripts in kit/.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const kit = new URL("../kit/", import.meta.url).pathname;

/** Where things are; the same defaults as kit/common.sh. */
export const NAME = process.env.CLUSTER_NAME || "why-pending";
export const RUN = process.env.CLUSTER_RUN || `/tmp/why-pending-cluster/${NAME}`;
export const CACHE =
  process.env.CLUSTER_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "why-pending-cluster");
/** Set for another release than the newest: a control plane without a node. */
export const VERSION = process.env.CLUSTER_VERSION;
export const CLIENTS = join(CACHE, "kubernetes-1.36.3");

const PACKAGES = {
  runc: "runc",
  busybox: "busybox-static",
  iptables: "iptables",
  ip: "iproute2",
  openssl: "openssl",
  curl: "curl",
};

/** Why the cluster cannot run on this machine, or undefined. Installs missing Debian packages. */
export async function obstacle() {
  if (process.platform !== "linux")
    return `it needs Linux (network namespaces, a kubelet); this is ${process.platform}`;
  if (process.getuid() !== 0) return "it needs root: it makes network namespaces and starts a kubelet";
  if (!has("go")) return "it needs Go 1.26 to build Kubernetes from its modules, and there is no go on the PATH";
  const missing = Object.entries(PACKAGES).filter(([program]) => !has(program));
  if (missing.length === 0) return undefined;
  const packages = missing.map(([, name]) => name);
  if (!has("apt-get")) return `these programs are missing: ${missing.map(([program]) => program).join(", ")}`;
  console.log(`Installing ${packages.join(", ")}`);
  const install = "apt-get update -q && apt-get install -qy --no-install-recommends";
  const code = await run("sh", ["-c", `(${install} ${packages.join(" ")}) >/tmp/why-pending-apt.log 2>&1`]);
  return code === 0 ? undefined : `apt-get could not install ${packages.join(", ")}; see /tmp/why-pending-apt.log`;
}

function has(program) {
  const path = `${process.env.PATH}:/usr/sbin:/sbin`;
  return path.split(":").some((folder) => existsSync(join(folder, program)));
}

/** Builds what is not in the cache; the first time takes about ten minutes on two cores. */
export const build = (folders = []) => run(join(kit, "build.sh"), folders);

/** Starts the cluster. Options as of kit/up.sh. */
export const up = (options = []) => run(join(kit, "up.sh"), options);

/** Stops all that `up` started and removes what it left. Does no harm where nothing is up. */
export const down = () => spawnSync(join(kit, "down.sh"), { stdio: "inherit", env: process.env }).status;

/** Runs a command in the cluster's network, with real kubectl on the PATH. */
export const enter = (command, options) => run(join(kit, "enter.sh"), command, options);

const running = new Set();

/**
 * Runs a program to its end. Each is the leader of a process group of its own: Ctrl-C reaches this program alone, which then
 * stops the group by its id.
 */
export function run(program, args, { env = {}, cwd } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit", detached: true, cwd, env: { ...process.env, ...env } });
    running.add(child);
    const ended = (code) => {
      running.delete(child);
      resolve(code);
    };
    child.on("error", (error) => {
      console.error(`${program}: ${error.message}`);
      ended(127);
    });
    child.on("exit", (code, signal) => ended(code ?? `killed by ${signal}`));
  });
}

/** Stops everything that `run` started. */
export function stopRunning() {
  for (const child of running) {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has just ended.
    }
  }
}

/** Runs `work`, and then `cleanUp`, whatever happens: also after a failure, Ctrl-C or a kill. Ends the process. */
export async function withCleanUp(work, cleanUp) {
  let stopped;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (stopped) return;
      stopped = signal;
      console.error(`${signal}: stopping`);
      stopRunning();
    });
  }
  let code = 1;
  try {
    code = await work(() => stopped !== undefined);
  } catch (error) {
    console.error(error);
  }
  await cleanUp();
  // A program that was killed says by what.
  process.exit(stopped || typeof code !== "number" ? 1 : code);
}
