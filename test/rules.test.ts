import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { allKnowledge } from "../src/diagnosis/knowledge.ts";
import { STAGES } from "../src/rules/finding.ts";
import type { Rule } from "../src/rules/rule.ts";

const { rules: allRules } = await allKnowledge();
const ROOT = join(import.meta.dirname, "..");
const families = STAGES.filter((family) => existsSync(join(ROOT, "src/rules", family)));

const isRule = (value: unknown): value is Rule =>
  typeof value === "object" && value !== null && "id" in value && "doc" in value;

/** Each file of a family whose default export is a rule, with that rule. */
async function filesOf(family: string): Promise<readonly { file: string; rule: Rule }[]> {
  const files = readdirSync(join(ROOT, "src/rules", family)).filter(
    (file) => file.endsWith(".ts") && file !== "index.ts",
  );
  const found = await Promise.all(
    files.map(async (file) => {
      const module = (await import(join(ROOT, "src/rules", family, file))) as { default?: unknown };
      return isRule(module.default) ? [{ file: basename(file, ".ts"), rule: module.default }] : [];
    }),
  );
  return found.flat();
}

describe.each(families)("family %s", (family) => {
  test("lists each of its rules, named as its file", async () => {
    const files = await filesOf(family);
    const { default: listed } = (await import(join(ROOT, "src/rules", family, "index.ts"))) as { default: Rule[] };
    expect(listed.map(({ id }) => id).sort()).toEqual(files.map(({ file }) => `${family}/${file}`).sort());
    for (const { file, rule } of files) expect(rule.id).toBe(`${family}/${file}`);
    expect(listed.filter((rule) => !allRules.includes(rule)).map(({ id }) => id)).toEqual([]);
  });

  test("documents each of its rules", async () => {
    for (const { rule } of await filesOf(family)) {
      const { title, doc, stage } = rule;
      expect(stage).toBe(family);
      const words = [title, doc.means, doc.seenIn, doc.repair, doc.notToConfuseWith ?? "-"];
      expect({ rule: rule.id, empty: words.filter((word) => word.trim() === "") }).toEqual({
        rule: rule.id,
        empty: [],
      });
    }
  });

  test("has a case that each of its rules hits, and one that it only comes near to", async () => {
    const lacking = (await filesOf(family)).flatMap(({ rule }) => {
      const folder = join(ROOT, "test/cases", rule.id);
      const cases = existsSync(folder) ? readdirSync(folder) : [];
      return ["hit-", "near-"]
        .filter((kind) => !cases.some((name) => name.startsWith(kind)))
        .map((kind) => `${rule.id} ${kind}`);
    });
    expect(lacking).toEqual([]);
  });
});

test("no case folder is left without its rule", () => {
  const folders = STAGES.filter((family) => existsSync(join(ROOT, "test/cases", family))).flatMap((family) =>
    readdirSync(join(ROOT, "test/cases", family)).map((cause) => `${family}/${cause}`),
  );
  const ids = new Set<string>(allRules.map(({ id }) => id));
  expect(folders.filter((folder) => !ids.has(folder))).toEqual([]);
});

test("ids are unique, and rules explain only rules that exist", () => {
  const ids = allRules.map(({ id }) => id as string);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  const inFamilies = families.map((family) => `${family}/`);
  const explained = allRules.flatMap(({ explains }) => explains as readonly string[]);
  // `family/*` stands for all of a family.
  const isThere = (id: string) => ids.includes(id) || inFamilies.some((family) => id === `${family}*`);
  expect(explained.filter((id) => inFamilies.some((family) => id.startsWith(family)) && !isThere(id))).toEqual([]);
});
