// npm run check: types, lint, slow regular expressions, and generated files that are not what the code says. One failure does not hide the others.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isWindows = process.platform === "win32";
const bin = (name) => join(root, "node_modules/.bin", isWindows ? `${name}.cmd` : name);

const CHECKS = [
  { what: "types", program: bin("tsc"), args: [] },
  { what: "lint and format", program: bin("biome"), args: ["check", "--error-on-warnings"] },
  { what: "regular expressions", program: process.execPath, args: [join(root, "scripts/expressions.ts")] },
  { what: "generated files", program: process.execPath, args: [join(root, "scripts/docs.ts"), "--check"] },
];

const failed = CHECKS.filter(({ what, program, args }) => {
  const isGood = spawnSync(program, args, { cwd: root, stdio: "inherit", shell: isWindows }).status === 0;
  console.log(`${isGood ? "ok    " : "FAILED"}  ${what}`);
  return !isGood;
});
process.exitCode = failed.length > 0 ? 1 : 0;
