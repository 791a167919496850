/** What running a command does to the cluster. `reads` changes nothing. */
export type Effect = "reads" | "changes" | "restarts" | "deletes";

/** A command that can be pasted into a shell. `argv[0]` is the program. */
export interface Command {
  readonly argv: readonly string[];
  readonly does: Effect;
}

/** A kubectl command with its namespace. The report puts the user's own --context and --kubeconfig into it. */
export function kubectl(does: Effect, namespace: string | undefined, ...args: readonly string[]): Command {
  return { argv: ["kubectl", ...(namespace ? ["-n", namespace] : []), ...args], does };
}

/** The command as a POSIX shell takes it. Control characters cannot be pasted safely and become $'…' escapes. */
export function shellLine(argv: readonly string[]): string {
  return argv.map(quoted).join(" ");
}

function quoted(word: string): string {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(word)) {
    const escaped = word.replace(/[\\'\u0000-\u001f\u007f-\u009f]/g, (char) =>
      char === "\\" || char === "'"
        ? `\\${char}`
        : char === "\n"
          ? "\\n"
          : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return `$'${escaped}'`;
  }
  // A placeholder <like-this> is quoted too: unquoted, the shell would read a file.
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
