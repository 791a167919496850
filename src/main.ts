import { homedir } from "node:os";
import { isAboutUs } from "./cli/about.ts";
import type { Output, World } from "./world.ts";

const output = (stream: NodeJS.WriteStream): Output => ({
  write: (text) => stream.write(text),
  isTTY: stream.isTTY === true,
  columns: stream.isTTY ? stream.columns : Number(process.env.COLUMNS) || undefined,
});

// `kubectl why-pending … | head` closes the pipe: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

const argv = process.argv.slice(2);
const world: World = {
  stdin: process.stdin,
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  env: process.env,
  homeDirectory: homedir(),
  workingDirectory: process.cwd(),
  isInteractive: process.stdin.isTTY === true,
  now: () => new Date(),
};

/** The last resort, for what no other place caught: one sentence; the stack only for who asks for it. */
function lastResort(error: unknown): void {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  // DEBUG_VARIABLE of cli/args.ts
  const stack = process.env.WHY_PENDING_DEBUG && error instanceof Error ? `${error.stack}\n` : "";
  // Nothing is loaded for it: that may be what failed.
  const line = `This is a mistake in kubectl why-pending, not in your cluster; please report it: ${words}`;
  process.stderr.write(`${line.replace(/[^ -~]/g, "?")}\n${stack}`);
  process.exit(2);
}
process.on("uncaughtException", lastResort);
process.on("unhandledRejection", lastResort);

(isAboutUs(argv) ? import("./cli/about.ts") : import("./cli/run.ts"))
  .then(({ run }) => run(argv, world))
  .then((code) => {
    process.exitCode = code;
  })
  .catch(lastResort);
