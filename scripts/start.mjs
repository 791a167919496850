// npm start: builds the program and reports on the demo, a recorded namespace of broken pods.
// npm start -- ARGUMENTS runs the program with these instead.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const file = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const node = (...args) => spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 2;

const given = process.argv.slice(2);
const args = given.length > 0 ? given : ["--from", file("demo")];
const code =
  node(file("scripts/build.mjs"), "--if-stale", "--bundle") || node(file("dist/kubectl-why_pending.cjs"), ...args);
// That the demo has causes to name is no failure; npm would print one.
process.exitCode = given.length === 0 && code === 1 ? 0 : code;
