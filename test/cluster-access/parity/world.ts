import { PassThrough } from "node:stream";
import type { World } from "../../../src/world.ts";

/** A World of a test: no terminal, and what is written is kept. */
export function testWorld(
  env: World["env"],
  more: Partial<Pick<World, "workingDirectory" | "now" | "isInteractive">> = {},
): World & { readonly written: string[] } {
  const written: string[] = [];
  const output = { write: (text: string) => written.push(text), isTTY: false, columns: undefined };
  return {
    stdin: new PassThrough(),
    stdout: output,
    stderr: output,
    env,
    homeDirectory: env.HOME ?? "/",
    workingDirectory: process.cwd(),
    isInteractive: false,
    now: () => new Date(),
    ...more,
    written,
  };
}
