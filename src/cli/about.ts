import type { World } from "../world.ts";
import { helpText, parseArgs } from "./args.ts";
import type { ExitCode } from "./exit-code.ts";
import { widthOf } from "./terminal.ts";

/** Whether the command line asks for help or the version, as far as a glance tells. */
export const isAboutUs = (argv: readonly string[]): boolean =>
  argv.some((word) => word === "--help" || word === "-h" || word === "--version");

/** `--help` and `--version`, apart from the program so that nothing else is loaded for them. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const said = answer(argv, world);
  // `-l --help` was a value after all, or a flag is wrong: the program tells.
  if (said === undefined) return (await import("./run.ts")).run(argv, world);
  world.stdout.write(said);
  return 0;
}

function answer(argv: readonly string[], { stdout }: World): string | undefined {
  try {
    const { help, version } = parseArgs(argv).values;
    if (help) return helpText(widthOf(stdout));
    return version ? `kubectl why-pending v${__VERSION__}\n` : undefined;
  } catch {
    return undefined;
  }
}
