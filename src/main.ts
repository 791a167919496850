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

(isAboutUs(argv) ? import("./cli/about.ts") : import("./cli/run.ts"))
  .then(({ run }) => run(argv, world))
  .then((code) => {
    process.exitCode = code;
  });
