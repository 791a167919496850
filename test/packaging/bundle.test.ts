import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const built = (file: string) => readFileSync(fileURLToPath(new URL(`../../dist/${file}`, import.meta.url)), "utf8");
const bundle = built("kubectl-why_pending.cjs");

/** Whether a file holds a text; without the file in the message of a failure. */
const holds = (content: string, text: string | RegExp) => content.search(text) >= 0;
const required = (content: string) => [
  ...new Set([...content.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name?.replace("node:", "") ?? "")),
];

test("the bundle has at most 300 kB without the parts that few runs load", () => {
  expect(Buffer.byteLength(bundle)).toBeLessThanOrEqual(300_000);
});

test("beside the bundle are two parts; all else that is loaded is Node's", () => {
  const others = required(bundle).filter((name) => !builtinModules.includes(name));
  expect(others.sort()).toEqual(["./parts/js-yaml.cjs", "./parts/ora.cjs"]);
});

describe.each([
  ["js-yaml", /duplicated mapping key/],
  ["ora", /Spinner is|isSilent/],
])("%s", (part, words) => {
  test("is in its part and not in the bundle", () => {
    expect(holds(built(`parts/${part}.cjs`), words)).toBe(true);
    expect(holds(bundle, words)).toBe(false);
  });
  test("loads only what is Node's", () => {
    expect(required(built(`parts/${part}.cjs`)).filter((name) => !builtinModules.includes(name))).toEqual([]);
  });
});

test("no code of client-node is in the bundle", () => {
  // Its loader of kubeconfig files and its models have these names, which minifying keeps.
  expect(holds(bundle, /loadFromDefault|getAttributeTypeMap|ObjectSerializer/)).toBe(false);
});
