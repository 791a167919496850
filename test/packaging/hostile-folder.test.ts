import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { tool } from "../../scripts/tools.mjs";
import { EXECUTABLE, RUNTIMES, type Runtime, runCli } from "../cli/support/cli.ts";

// Bun's executables read `.env` of the folder they are started in and run what bunfig.toml preloads there, unless told not
// to when they are built. A folder somebody unpacked may hold both, and whatever else a runtime looks for.

const demo = fileURLToPath(new URL("../../demo", import.meta.url));
let hostile: string;
let peaceful: string;
const mark = () => join(hostile, "was-here");

function lay(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(hostile, path)), { recursive: true });
    writeFileSync(join(hostile, path), content);
  }
}

beforeAll(() => {
  peaceful = mkdtempSync(join(tmpdir(), "why-pending-peaceful-"));
  hostile = mkdtempSync(join(tmpdir(), "why-pending-hostile-"));
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(mark())}, "");`;
  const environment = [
    "KUBECONFIG=./kubeconfig",
    "FORCE_COLOR=1",
    "COLUMNS=41",
    "HTTPS_PROXY=http://127.0.0.1:9",
    "NODE_OPTIONS=--require=./evil.cjs",
    "BUN_OPTIONS=--preload=./evil.cjs",
  ].join("\n");
  const kubeconfig = {
    "current-context": "evil",
    contexts: [{ name: "evil", context: { cluster: "evil", user: "evil" } }],
    clusters: [{ name: "evil", cluster: { server: "https://evil.invalid:6443" } }],
    users: [{ name: "evil", user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./evil.sh" } } }],
  };
  const modules = ["ora", "js-yaml", "yargs", "zod", "bun"].flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, main: "index.js" })],
    [`node_modules/${name}/index.js`, evil],
  ]);
  lay({
    ".env": environment,
    ".env.local": environment,
    ".env.production": environment,
    ".npmrc": "node-options=--require=./evil.cjs\n",
    "bunfig.toml": 'preload = ["./evil.cjs"]\n[run]\npreload = ["./evil.cjs"]\n[test]\npreload = ["./evil.cjs"]\n',
    "evil.cjs": evil,
    "package.json": JSON.stringify({ name: "evil", type: "module", main: "evil.cjs", imports: { "*": "./evil.cjs" } }),
    "tsconfig.json": JSON.stringify({ compilerOptions: { baseUrl: ".", paths: { "*": ["./evil.cjs"] } } }),
    "parts/js-yaml.cjs": evil,
    "parts/ora.cjs": evil,
    kubeconfig: JSON.stringify(kubeconfig),
    ...Object.fromEntries(modules),
  });
});

afterAll(() => {
  for (const folder of [hostile, peaceful]) rmSync(folder, { recursive: true });
});

describe.each(RUNTIMES)("started in a hostile folder, %s", (runtime: Runtime) => {
  const everywhere = async (argv: readonly string[]) => {
    const [here, there] = await Promise.all(
      [hostile, peaceful].map((cwd) => runCli(runtime, argv, { cwd, env: { HOME: peaceful } })),
    );
    return { here, there };
  };

  test.each([
    ["the version", ["--version"], 0],
    ["the help, as wide as the environment says", ["--help"], 0],
    ["a report as YAML, which loads js-yaml", ["--from", demo, "-o", "yaml"], 1],
    ["a report as text, coloured as the environment says", ["--from", demo], 1],
    ["the search for a cluster", ["web", "--request-timeout=2s"], 2],
  ])("%s is the same as elsewhere", async (_, argv, code) => {
    const { here, there } = await everywhere(argv);
    expect(here).toEqual(there);
    expect(here?.code).toBe(code);
    expect(existsSync(mark())).toBe(false);
  });
});

test("an executable that is built without the two flags falls into the same traps", () => {
  const entry = join(peaceful, "entry.cjs");
  const open = join(peaceful, "open");
  writeFileSync(entry, "console.log(process.env.KUBECONFIG);");
  execFileSync(tool("bun"), ["build", "--compile", entry, `--outfile=${open}`], { cwd: peaceful, stdio: "ignore" });
  const said = execFileSync(open, { cwd: hostile, env: {}, encoding: "utf8" });
  expect(said).toBe("./kubeconfig\n");
  expect(existsSync(mark())).toBe(true);
  rmSync(mark());
  expect(EXECUTABLE).not.toBe(open);
});
