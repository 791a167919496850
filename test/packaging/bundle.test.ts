import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

/** One file of the built program, as scripts/build.mjs describes it. */
interface Part {
  readonly file: string;
  /** The module that import() names. */
  readonly module?: string;
  readonly loads: readonly string[];
  readonly later: readonly string[];
}

const built = (file: string) => readFileSync(fileURLToPath(new URL(`../../dist/${file}`, import.meta.url)), "utf8");
const parts = JSON.parse(built("parts.json")) as readonly Part[];

/** The files that are loaded with these modules, each once. */
function loadedWith(...modules: readonly string[]): string[] {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const next of parts.find((part) => part.file === file)?.loads ?? []) load(next);
  };
  for (const module of modules) {
    const part = parts.find((one) => one.module === module);
    if (!part) throw new Error(`${module} is no part of its own`);
    load(part.file);
  }
  return [...loaded];
}

const bytes = (files: readonly string[]) => files.reduce((sum, file) => sum + Buffer.byteLength(built(file)), 0);
/** Whether a text stands in one of the files; a failure then does not print them. */
const holds = (files: readonly string[], words: RegExp) => files.some((file) => words.test(built(file)));

const main = "src/main.ts";
/** What a run on a cluster loads before the first answer is there. */
const connecting = loadedWith(main, "src/cli/run.ts", "src/cluster/kubeconfig.ts", "src/cluster/connect.ts");

test("without what is loaded when it is needed, the program has at most 300 kB", () => {
  expect(bytes(connecting)).toBeLessThanOrEqual(300_000);
});

test("help and version load neither rules nor connection", () => {
  const about = loadedWith(main, "src/cli/about.ts");
  expect(bytes(about)).toBeLessThan(40_000);
});

describe.each([
  ["js-yaml", /duplicated mapping key/],
  ["ora", /isSilent/],
  ["the rules", /catalogue:\[/],
  ["the login with OIDC", /openid-configuration/],
  ["proxies", /NO_PROXY/],
])("%s", (_, words) => {
  test("can be loaded, and is not before it is needed", () => {
    expect(holds(connecting, words)).toBe(false);
    const all = parts.map(({ file }) => file);
    expect(holds(all, words)).toBe(true);
  });
});

test("no code of client-node is in the program", () => {
  // Its loader of kubeconfig files and its models have these names, which minifying keeps.
  const all = parts.map(({ file }) => file);
  expect(holds(all, /loadFromDefault|getAttributeTypeMap|ObjectSerializer/)).toBe(false);
});

test("each file loads only Node's modules and the other files", () => {
  for (const { file, loads, later } of parts) {
    const beside = [...loads, ...later].map((name) => name.replace("parts/", ""));
    const required = [...built(file).matchAll(/require\("([^"]+)"\)/g)].map(([, name = ""]) => name);
    const strange = required.filter(
      (name) => !builtinModules.includes(name.replace("node:", "")) && !beside.includes(name.replace(/^.*\//, "")),
    );
    expect([file, ...strange]).toEqual([file]);
  }
});
