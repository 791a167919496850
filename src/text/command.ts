import { needsPatchFile, quotedFor, type Shell } from "./shell.ts";
import { EVERY_UNSEEN, jsonEscape } from "./unseen.ts";

/** What running a command does to the cluster. `reads` changes nothing. */
export type Effect = "reads" | "changes" | "restarts" | "deletes";

/** A command that can be pasted into a shell. `argv[0]` is the program. */
export interface Command {
  readonly argv: readonly string[];
  /** The words of a second command that takes its output: `argv | into`. */
  readonly into?: readonly string[];
  readonly does: Effect;
}

/** A kubectl command with its namespace. The report puts the user's own --context and --kubeconfig into it. */
export function kubectl(does: Effect, namespace: string | undefined, ...args: readonly string[]): Command {
  const words = args.map((word, index) => (args[index - 1] === "-p" ? visibleJson(word) : word));
  return { argv: ["kubectl", ...(namespace ? ["-n", namespace] : []), ...words], does };
}

/** JSON says each character that is not seen as an escape, which every shell leaves alone. */
const visibleJson = (json: string): string => json.replace(EVERY_UNSEEN, jsonEscape);

/**
 * The command with the user's own connection flags, so that it goes to the same cluster. kubectl takes none before a
 * plugin's name.
 */
export function withKubectlFlags(argv: readonly string[], flags: readonly string[]): readonly string[] {
  if (argv[0] !== "kubectl") return argv;
  const at = argv[1] === "why-pending" ? 2 : 1;
  return [...argv.slice(0, at), ...flags, ...argv.slice(at)];
}

/** The whole command as a line to paste into bash or zsh, with the user's own connection flags. */
export const pasteLine = ({ argv, into }: Pick<Command, "argv" | "into">, flags: readonly string[] = []): string =>
  [argv, ...(into ? [into] : [])].map((words) => shellLine(withKubectlFlags(words, flags))).join(" | ");

/** Words as bash and zsh take them. */
export const shellLine = (argv: readonly string[]): string =>
  argv.map((word) => quotedFor("bash", word) ?? "'<…>'").join(" ");

/** A command for one shell: the line, and the file that it needs; or the word that cannot be quoted there. */
export type Pasted = { readonly line: string; readonly file?: PatchFile } | { readonly odd: string };

/** A JSON patch that the reader saves first. */
export interface PatchFile {
  readonly name: string;
  readonly content: string;
}

/** The command as the reader's shell takes it, with the user's own connection flags. */
export function pasted({ argv, into }: Pick<Command, "argv" | "into">, flags: readonly string[], shell: Shell): Pasted {
  const at = needsPatchFile(shell) ? argv.indexOf("-p") : -1;
  const json = at < 0 ? undefined : argv[at + 1];
  const first = json === undefined ? argv : [...argv.slice(0, at), "--patch-file", PATCH_FILE, ...argv.slice(at + 2)];
  const parts: string[] = [];
  for (const words of [first, ...(into ? [into] : [])]) {
    const quoted: string[] = [];
    for (const word of withKubectlFlags(words, flags)) {
      const safe = quotedFor(shell, word);
      if (safe === undefined) return { odd: word };
      quoted.push(safe);
    }
    parts.push(quoted.join(" "));
  }
  return {
    line: parts.join(" | "),
    ...(json !== undefined && { file: { name: PATCH_FILE, content: inertJson(json) } }),
  };
}

const PATCH_FILE = "patch.json";

/** JSON in which nothing runs if a reader pastes it into a shell. */
const inertJson = (json: string): string => json.replace(/[&|^%`$;]/g, jsonEscape);
