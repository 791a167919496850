import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The executable runs on Bun: what is sent to a registry, and to whom, has to be the same there.
test("what holds of answers and credentials on Node holds on Bun", () => {
  const files = ["answers", "credentials"].map((file) => here(`${file}.test.ts`));
  const { status, stderr } = spawnSync(
    here("../../node_modules/.bin/bun"),
    ["test", "--define", '__VERSION__="0.0.0-test"', ...files],
    { encoding: "utf8", cwd: here("../..") },
  );
  const told = stderr.split("\n").filter((line) => !line.startsWith("(pass)"));
  expect(status === 0 ? "" : told.join("\n")).toBe("");
  expect(stderr).toMatch(/^ 4\d pass$/m);
}, 60_000);
