import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Shell } from "../../src/text/shell.ts";

/** How each real shell reads what is pasted: as an interactive one does where that matters, without anybody's own files. */
const PROGRAMS: readonly { readonly shell: Shell; readonly program: string; readonly args: readonly string[] }[] = [
  { shell: "bash", program: "bash", args: ["--norc", "--noprofile", "-i"] },
  { shell: "sh", program: "dash", args: [] },
  { shell: "zsh", program: "zsh", args: ["-f", "-i"] },
  { shell: "fish", program: "fish", args: ["--no-config"] },
];

const isInstalled = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));

export const REAL_SHELLS = PROGRAMS.map((one) => ({ ...one, isThere: isInstalled(one.program) }));

// The count comes first: words may be empty. What is piped into it is read to its end, so that the first program is done.
const RECORDER = `#!/bin/sh
for last; do :; done
[ "$last" = - ] && while read -r _; do :; done
printf '%s\\0' "$#" "\${0##*/}" "$@" >>"$RECORD"
`;

/** What programs were run by some lines, each with its words, and which files came to be. */
export function paste(
  { program, args }: (typeof REAL_SHELLS)[number],
  lines: readonly string[],
): { readonly runs: readonly (readonly string[])[]; readonly files: readonly string[]; readonly errors: string } {
  const folder = mkdtempSync(join(tmpdir(), "paste-"));
  const [bin, home, record] = [join(folder, "bin"), join(folder, "home"), join(folder, "record")];
  for (const one of [bin, home]) mkdirSync(one);
  for (const name of ["kubectl", "oc"]) {
    writeFileSync(join(bin, name), RECORDER);
    chmodSync(join(bin, name), 0o755);
  }
  writeFileSync(record, "");
  const environment = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, RECORD: record, LC_ALL: "C.UTF-8", TERM: "dumb" };
  // A file: fish reads from no socket.
  const script = join(folder, "lines");
  writeFileSync(script, `${lines.join("\n")}\n`);
  const input = openSync(script, "r");
  const { stderr } = spawnSync(program, args, {
    cwd: home,
    env: environment,
    stdio: [input, "ignore", "pipe"],
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  closeSync(input);
  const words = readFileSync(record, "utf8").split("\0");
  const runs: string[][] = [];
  for (let at = 0; at < words.length - 1; ) {
    const length = Number(words[at]) + 1;
    runs.push(words.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  // A shell's own history and caches are no harm.
  const files = readdirSync(home).filter((name) => !/^\.(?:bash_history|zsh_history|config|local|cache)$/.test(name));
  rmSync(folder, { recursive: true });
  return { runs, files, errors: stderr };
}
