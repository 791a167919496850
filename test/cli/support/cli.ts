import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { tool } from "../../../scripts/tools.mjs";

/** What the program runs on: the bundle under Node, or the executable that Bun made of it. */
export const RUNTIMES = ["node", "bun"] as const;
export type Runtime = (typeof RUNTIMES)[number];

const built = (file: string) => fileURLToPath(new URL(`../../../dist/${file}`, import.meta.url));
const BUNDLE = built("kubectl-why_pending.cjs");

/** The executable that `npm run build` makes. */
export const EXECUTABLE = built(process.platform === "win32" ? "kubectl-why_pending.exe" : "kubectl-why_pending");

/** How one run of the program ended. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** The whole environment of the program, but for PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** More than any run may take: what hangs is killed, and its test fails by the exit code. */
const LONGEST_MS = 20_000;

/** Runs the built program to its end. A run that is killed has the exit code -1. */
export function runCli(
  runtime: Runtime,
  argv: readonly string[],
  { env = {}, stdin = "", cwd }: CliOptions = {},
): Promise<CliResult> {
  if (process.env.WHY_PENDING_UNBUILT) throw new Error("the program does not build, see above");
  const [program, ...first] = runtime === "node" ? [tool("node"), BUNDLE] : [EXECUTABLE];
  return new Promise((done, fail) => {
    const child = spawn(program, [...first, ...argv], {
      env: { PATH: process.env.PATH ?? "", ...env },
      ...(cwd !== undefined && { cwd }),
      timeout: LONGEST_MS,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", fail);
    child.on("close", (code) =>
      done({ code: code ?? -1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
    // A program that does not read its input closes the pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
  });
}
