// Before each npm script: installs what package-lock.json says where that is not what is installed. Runs on any Node from
// 20 on, and before there is anything in node_modules.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isWindows = process.platform === "win32";
const nodePackage = join(root, "node_modules/node");

/** path → version of what a lock file lists, or undefined where there is none. */
function locked(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** Packages for other platforms are in the lock file and not installed; all that is installed must be as locked. */
function isInstalled() {
  const wanted = locked("package-lock.json");
  const there = locked("node_modules/.package-lock.json");
  if (!wanted || !there) return false;
  return (
    Object.entries(wanted).every(
      ([path, { version, optional }]) => path === "" || optional || there[path]?.version === version,
    ) && Object.entries(there).every(([path, { version }]) => wanted[path]?.version === version)
  );
}

/** Runs a program quietly; what it said is shown when it failed, and we end with its code. */
function quietly(program, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd, shell: isWindows, encoding: "utf8" });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${error ? `${error.message}\n` : ""}`);
  console.error(`${program} ${args.join(" ")} failed.`);
  process.exit(status || 1);
}

if (!isInstalled()) {
  console.error("Installing what package-lock.json lists …");
  quietly("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], root);
}
// npm runs the scripts of packages only with leave. The one we need brings Node 22; `rebuild` then links it into
// node_modules/.bin, where npm's scripts find it before any other Node.
if (!existsSync(join(nodePackage, isWindows ? "bin/node.exe" : "bin/node"))) {
  console.error("Installing Node 22 for the scripts …");
  quietly(process.execPath, ["installArchSpecificPackage.js"], nodePackage);
}
if (!existsSync(join(root, "node_modules/.bin/node"))) quietly("npm", ["rebuild", "node", "--ignore-scripts"], root);
