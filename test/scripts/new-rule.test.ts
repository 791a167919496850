import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { transformSync } from "esbuild";
import { planRule } from "../../scripts/new-rule.ts";
import { parseSnapshot } from "../../src/snapshot/snapshot-file.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const repository = (path: string) => {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
};

const INDEX = `import type { Rule } from "../rule.ts";
import authMissing from "./auth-missing.ts";
import tlsName from "./tls-name.ts";

const family: readonly Rule[] = [tlsName, authMissing];
export default family;
`;
const FILES: Readonly<Record<string, string>> = {
  "src/rules/image/tls-name.ts": "",
  "src/rules/image/index.ts": INDEX,
  "CHANGELOG.md": "# Changes\n\n## Unreleased\n\n- One.\n\n## 0.1.0\n\n- Old.\n",
};
const read = (path: string) => FILES[path];
const planned = (id: string) => new Map(planRule(id, read).map(({ path, content }) => [path, content]));

describe("npm run new-rule", () => {
  test("lays out the rule, its line in the index, two cases and a line of the change log", () => {
    expect([...planned("image/not-found").keys()]).toEqual([
      "src/rules/image/not-found.ts",
      "src/rules/image/index.ts",
      "test/cases/image/not-found/hit-plain/snapshot.json",
      "test/cases/image/not-found/hit-plain/expected.json",
      "test/cases/image/not-found/near-alike/snapshot.json",
      "test/cases/image/not-found/near-alike/expected.json",
      "CHANGELOG.md",
    ]);
  });

  test("the import stands in order, the rule at the end of its family", () => {
    const index = planned("image/not-found").get("src/rules/image/index.ts");
    expect(index).toContain('"./auth-missing.ts";\nimport notFound from "./not-found.ts";\nimport tlsName');
    expect(index).toContain("= [tlsName, authMissing, notFound];");
  });

  test("the change stands under Unreleased, after the others", () => {
    expect(planned("image/not-found").get("CHANGELOG.md")).toMatch(
      /## Unreleased\n\n- One\.\n- Rule `image\/not-found`: .*\n\n## 0\.1\.0/,
    );
  });

  test("what it writes is TypeScript, and a snapshot that can be read", async () => {
    const files = planned("image/not-found");
    for (const [path, content] of files) {
      if (path.endsWith(".ts")) expect(() => transformSync(content, { loader: "ts" })).not.toThrow();
      if (path.endsWith("snapshot.json")) expect((await parseSnapshot([{ path, content }])).targets).toHaveLength(1);
    }
  });

  test("the hit case expects the rule, and the near case another cause or none", () => {
    const files = planned("image/not-found");
    const expected = (name: string) => JSON.parse(files.get(`test/cases/image/not-found/${name}/expected.json`) ?? "");
    expect(expected("hit-plain")).toEqual({ rootCause: { rule: "image/not-found" } });
    expect(expected("near-alike")).toEqual({ rootCause: "any" });
  });

  test("it fits the repository as it is", () => {
    const index = planRule("image/aa-new", repository).find(({ path }) => path === "src/rules/image/index.ts");
    expect(index?.content.split("\n").length).toBe(
      (repository("src/rules/image/index.ts") ?? "").split("\n").length + 2,
    );
  });

  test.each([
    ["a family that there is not", "network/not-found", /a family is one of creation, scheduling/],
    ["a name without a family", "not-found", /family\/cause/],
    ["a name in other letters", "image/NotFound", /small letters/],
    ["a path out of the family", "image/../x", /family\/cause/],
    ["a rule that is there", "image/tls-name", /tls-name\.ts is there already/],
  ])("%s is refused", (_, id, message) => {
    expect(() => planRule(id, read)).toThrow(message);
  });
});
