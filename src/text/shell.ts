import { UNSEEN } from "./unseen.ts";

/** Shells for which commands can be quoted. `sh` is any POSIX shell, such as dash. */
export const SHELLS = ["bash", "zsh", "sh", "fish", "powershell", "cmd"] as const;
export type Shell = (typeof SHELLS)[number];

/** The shell of a process: that of $SHELL; on Windows PowerShell or cmd, by what they put into the environment. */
export function defaultShell(env: Readonly<Record<string, string | undefined>>, platform: string): Shell {
  const its = (env.SHELL ?? "")
    .split(/[/\\]/)
    .at(-1)
    ?.replace(/\.exe$/, "");
  const known = its === "dash" || its === "ash" ? "sh" : SHELLS.find((shell) => shell === its);
  if (known) return known;
  if (platform !== "win32") return "bash";
  // PowerShell adds the user's folder of modules when it starts; cmd sets PROMPT.
  const isPowerShell = /\\Documents\\(?:Windows)?PowerShell\\Modules/i.test(env.PSModulePath ?? "");
  return env.PROMPT !== undefined && !isPowerShell ? "cmd" : "powershell";
}

/** Whether JSON has to come from a file: double quotes within a word do not survive. */
export const needsPatchFile = (shell: Shell): boolean => shell === "powershell" || shell === "cmd";

/** NUL ends a word for every system; half of a surrogate pair has no bytes. */
const UNUSABLE = /[\u0000\ud800-\udfff]/u;

/** The word as the shell takes it; undefined where no quoting is safe in it. */
export function quotedFor(shell: Shell, word: string): string | undefined {
  if (UNUSABLE.test(word)) return undefined;
  switch (shell) {
    case "powershell":
      return forPowerShell(word);
    case "cmd":
      return forCmd(word);
    case "fish":
      return isPlain(word) ? word : forFish(word);
    case "sh":
      // There is no $'…' in POSIX before 2024; a line break within quotes would not survive being printed.
      return UNSEEN.test(word) ? undefined : isPlain(word) ? word : inSingleQuotes(word);
    default:
      return UNSEEN.test(word) ? inDollarQuotes(word) : isPlain(word) ? word : inSingleQuotes(word);
  }
}

/**
 * Needs no quotes. A placeholder <like-this> does: unquoted, the shell would read a file. So does a word that begins with
 * `=`, which zsh replaces by the path of a program, and one with `%` at its beginning, which may be a job.
 */
const isPlain = (word: string): boolean => /^[A-Za-z0-9_@+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(word);

const inSingleQuotes = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const inDollarQuotes = (word: string): string => `$'${[...word].map((char) => escaped(char, /[\\']/)).join("")}'`;

/** In fish only \ and ' are special within single quotes; escapes stand outside of them. */
const forFish = (word: string): string =>
  word
    .split(new RegExp(`(${UNSEEN.source}+)`, "u"))
    .filter((part) => part !== "")
    .map((part) =>
      UNSEEN.test(part)
        ? [...part].map((char) => escaped(char, /[\\']/)).join("")
        : `'${part.replace(/[\\']/g, "\\$&")}'`,
    )
    .join("") || "''";

function escaped(char: string, special: RegExp): string {
  if (special.test(char)) return `\\${char}`;
  if (char === "\n") return "\\n";
  if (!UNSEEN.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Neither of Windows' shells passes these on whole: a quote within, a backslash before the closing quote, controls. */
const isLostOnWindows = (word: string): boolean => word.includes('"') || word.endsWith("\\") || UNSEEN.test(word);

/**
 * PowerShell (about_Quoting_Rules, about_Parsing). Double quotes, which cmd takes as well, where nothing in them is
 * replaced; single quotes else. It counts typographic quotes as quotes. A word with a hyphen in front and a dot or colon
 * behind would be parted; the comma makes lists; @, $ and braces are syntax.
 */
function forPowerShell(word: string): string | undefined {
  if (isLostOnWindows(word)) return undefined;
  if (/^(?:--?[A-Za-z][A-Za-z-]*(?:=[A-Za-z0-9_/-]+)?|[A-Za-z0-9_./][A-Za-z0-9_.:/=-]*)$/.test(word)) return word;
  if (!/[$`%!\u201c-\u201e]/.test(word)) return `"${word}"`;
  // What remains is split off where cmd would run it, should the reader have that shell.
  if (/[&|<>^()]/.test(word)) return undefined;
  return `'${word.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/** cmd: within double quotes all is literal but % (variables), ! (delayed expansion) and the quote itself. */
function forCmd(word: string): string | undefined {
  if (isLostOnWindows(word) || /[%!]/.test(word)) return undefined;
  return /^[A-Za-z0-9_@+:./=-]+$/.test(word) ? word : `"${word}"`;
}
