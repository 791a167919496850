import { UNSEEN } from "./unseen.ts";

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
  return { argv: ["kubectl", ...(namespace ? ["-n", namespace] : []), ...args], does };
}

/**
 * The command with the user's own connection flags, so that it goes to the same cluster. kubectl takes none before a
 * plugin's name.
 */
export function withKubectlFlags(argv: readonly string[], flags: readonly string[]): readonly string[] {
  if (argv[0] !== "kubectl") return argv;
  const at = argv[1] === "why-pending" ? 2 : 1;
  return [...argv.slice(0, at), ...flags, ...argv.slice(at)];
}

/** The whole command as a line to paste, with the user's own connection flags. */
export const pasteLine = ({ argv, into }: Pick<Command, "argv" | "into">, flags: readonly string[] = []): string =>
  [argv, ...(into ? [into] : [])].map((words) => shellLine(withKubectlFlags(words, flags))).join(" | ");

/** Words as a shell takes them. What cannot be pasted safely becomes an escape in $'…' (bash, zsh, ksh). */
export function shellLine(argv: readonly string[]): string {
  return argv.map(quoted).join(" ");
}

function quoted(word: string): string {
  if (UNSEEN.test(word)) return `$'${[...word].map(escapedForShell).join("")}'`;
  // A placeholder <like-this> is quoted too: unquoted, the shell would read a file.
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escapedForShell(char: string): string {
  if (char === "\\" || char === "'") return `\\${char}`;
  if (char === "\n") return "\\n";
  if (!UNSEEN.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
