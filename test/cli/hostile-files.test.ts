import { execFileSync, spawn } from "node:child_process";
import {
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { tool } from "../../scripts/tools.mjs";
import { EXECUTABLE, RUNTIMES, type Runtime } from "./support/cli.ts";

// Files and streams without end, without a writer, or larger than they look: one sentence, exit code 2, in 5 s and 500 MB.

const MOST_MS = 5000;
const MOST_BYTES = 500 * 1024 * 1024;
const BUNDLE = join(EXECUTABLE, "../kubectl-why_pending.cjs");

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "why-pending-"));
  const letters = "abcdefghij".split("");
  const levels = letters.map((letter, index) =>
    index === 0
      ? "a: &a [x, x, x, x, x, x, x, x, x]"
      : `${letter}: &${letter} [${Array(9)
          .fill(`*${letters[index - 1]}`)
          .join(", ")}]`,
  );
  writeFileSync(at("bomb.yaml"), `${levels.join("\n")}\n`);
  writeFileSync(at("cycle.yaml"), "apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: web\n  labels: *m\n");
  writeFileSync(at("deep.json"), `{"kind":"Pod","spec":${"[".repeat(10_000)}${"]".repeat(10_000)}}`);
  writeFileSync(at("deeper.json"), `{"kind":"Pod","spec":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`);
  writeFileSync(at("deep.yaml"), Array.from({ length: 2000 }, (_, level) => `${" ".repeat(level)}a:`).join("\n"));
  ftruncateSync(openSync(at("sparse.json"), "w"), 5 * 1024 ** 3);
  execFileSync("mkfifo", [at("pipe")]);
  mkdirSync(at("odd"));
  execFileSync("mkfifo", [at("odd/pipe.json")]);
  symlinkSync("/dev/zero", at("odd/zero.json"));
  symlinkSync(".", at("odd/loop"));
  mkdirSync(at("many"));
  for (let file = 0; file < 21_000; file++) writeFileSync(at(`many/${file}.json`), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly code: number | null;
  readonly said: string;
  readonly ms: number;
  readonly bytes: number;
}

/** Runs the program; standard input is empty, a stream, or what `input` writes. */
function run(
  runtime: Runtime,
  argv: readonly string[],
  input?: Readable | ((write: (text: string) => void) => void),
): Promise<Run> {
  const [program, ...first] = runtime === "node" ? [tool("node"), BUNDLE] : [EXECUTABLE];
  const begin = Date.now();
  return new Promise((done) => {
    const child = spawn(program, [...first, ...argv], {
      env: { PATH: process.env.PATH ?? "" },
      cwd: folder,
      stdio: [input instanceof Readable ? input : "pipe", "pipe", "pipe"],
    });
    if (input instanceof Readable) input.destroy();
    let said = "";
    let bytes = 0;
    const watch = setInterval(() => {
      try {
        const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
        bytes = Math.max(bytes, Number(peak ?? 0) * 1024);
      } catch {
        // It has ended.
      }
      if (Date.now() - begin > 2 * MOST_MS) child.kill("SIGKILL");
    }, 20);
    child.stdout?.on("data", (chunk) => {
      said += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      said += chunk;
    });
    child.stdin?.on("error", () => {});
    if (typeof input === "function") input((text) => child.exitCode === null && child.stdin?.write(text));
    else child.stdin?.end();
    child.on("close", (code) => {
      clearInterval(watch);
      done({ code, said, ms: Date.now() - begin, bytes });
    });
  });
}

const FILES: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["a YAML alias bomb", ["--from", "bomb.yaml"], /more than 5,000,000 values/],
  ["a YAML document that refers to itself", ["--from", "cycle.yaml"], /more than 500 levels deep, or refers to itself/],
  ["/dev/zero", ["--from", "/dev/zero"], /not a regular file or a pipe/],
  ["a pipe without a writer", ["--from", "pipe", "--patience", "1s"], /did not end within 1 s/],
  ["a folder of a pipe, a device and a link to itself", ["--from", "odd"], /holds no Kubernetes objects/],
  ["a sparse file of 5 GB", ["--from", "sparse.json"], /larger than 256 MiB/],
  ["a folder of 21,000 files", ["--from", "many"], /more than 20000 entries/],
  ["JSON of 10,000 levels", ["--from", "deep.json"], /more than 500 levels deep/],
  ["JSON of a million levels", ["--from", "deeper.json"], /levels deep|neither complete JSON nor YAML/],
  ["YAML of 2,000 levels", ["--from", "deep.yaml"], /more than 100 levels deep/],
  ["a kubeconfig that is an alias bomb", ["--kubeconfig", "bomb.yaml"], /more than 1,000,000 values/],
  ["a kubeconfig that is /dev/zero", ["--kubeconfig", "/dev/zero"], /not a regular file or a pipe/],
  [
    "a kubeconfig that is a pipe without a writer",
    ["--kubeconfig", "pipe", "--patience", "1s"],
    /did not end within 1 s/,
  ],
  ["a kubeconfig of 5 GB", ["--kubeconfig", "sparse.json"], /larger than 16 MiB/],
  [
    "a certificate authority that is /dev/zero",
    ["-s", "https://127.0.0.1:1", "--token", "x", "--certificate-authority", "/dev/zero"],
    /not a regular file or a pipe/,
  ],
];

const sentences = (said: string) => said.split("\n")[0] ?? "";

describe.each(process.platform === "linux" ? RUNTIMES : [])("%s", (runtime) => {
  const table: string[] = [];
  afterAll(() => {
    if (process.env.SHOW) process.stdout.write(`${table.join("\n")}\n`);
  });
  const check = ({ code, said, ms, bytes }: Run, name: string, words: RegExp) => {
    table.push(`${runtime}  ${name}  ${ms} ms  ${Math.round(bytes / 2 ** 20)} MiB  exit ${code}  ${sentences(said)}`);
    expect(said).toMatch(words);
    expect(said).not.toMatch(/\n\s+at \S+ \(/);
    expect(code).toBe(2);
    expect(ms).toBeLessThan(MOST_MS);
    expect(bytes).toBeLessThan(MOST_BYTES);
  };

  test.each(FILES)(
    "%s",
    async (name, argv, words) => {
      check(await run(runtime, ["web", ...argv]), name, words);
    },
    3 * MOST_MS,
  );

  test(
    "standard input that drips",
    async () => {
      let timer: NodeJS.Timeout | undefined;
      const result = await run(runtime, ["web", "--from", "-", "--patience", "1s"], (write) => {
        timer = setInterval(() => write(" "), 100);
      });
      clearInterval(timer);
      check(result, "standard input that drips", /did not end within 1 s/);
    },
    3 * MOST_MS,
  );

  test(
    "standard input without end",
    async () => {
      const endless = spawn("yes", ["".padEnd(4000, " ")], { stdio: ["ignore", "pipe", "ignore"] });
      const result = await run(runtime, ["web", "--from", "-"], endless.stdout);
      endless.kill();
      check(result, "standard input without end", /larger than 256 MiB/);
    },
    3 * MOST_MS,
  );

  test("a process substitution is read", () => {
    const program = runtime === "node" ? `${tool("node")} ${BUNDLE}` : EXECUTABLE;
    const snapshot = JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: "shop" },
      spec: { containers: [] },
    });
    writeFileSync(at("pod.json"), snapshot);
    const script = `${program} web -n shop -o json --from <(sleep 0.3; cat ${at("pod.json")})`;
    let stdout = "";
    try {
      stdout = execFileSync("bash", ["-c", script], { encoding: "utf8" });
    } catch (error) {
      stdout = (error as { stdout: string }).stdout;
    }
    expect(JSON.parse(stdout)).toHaveProperty("apiVersion");
  });
});
