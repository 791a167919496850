import { describe, expect, test } from "@jest/globals";
import { coverageOf, coverageText, entriesOf } from "../../scripts/coverage.ts";

const CATALOGUE = `# Causes
## 0. How to read this
# Stage 0 — never made
#### \`create-refused\` · B/H
**S** an event, and \`#### not-a-heading\`.
#### \`job-late\` · T/M on Mondays
# Stage 1 — scheduling
#### \`sched-cpu\` / \`sched-memory\` · B/H
## 1b. Volumes in scheduling
#### \`pv-far\` · B/L
# Stage 7 — termination
#### \`term-grace\` · I/H
#### \`pdb-blocks\` · B/M (for drains, not for \`kubectl delete\`)
# Appendix A
`;
const rule = (id: string, ...catalogue: string[]) =>
  ({ id, doc: { means: "", seenIn: "", repair: "", catalogue } }) as Parameters<typeof coverageOf>[1][number];
const RULES = [
  rule("creation/refused", "create-refused"),
  rule("scheduling/resources", "sched-cpu", "pv-near"),
  rule("scheduling/volume", "pv-far"),
];
const coverage = coverageOf(entriesOf(CATALOGUE), RULES, { "term-grace": "it ends by itself" });

describe("npm run coverage", () => {
  test("reads each id of a heading with its stage and likelihood", () => {
    expect(entriesOf(CATALOGUE).map(({ id, stage, likelihood }) => `${stage} ${likelihood} ${id}`)).toEqual([
      "0 H create-refused",
      "0 M job-late",
      "1 H sched-cpu",
      "1 H sched-memory",
      "1b L pv-far",
      "7 H term-grace",
      "7 M pdb-blocks",
    ]);
  });

  test("tells what is covered, answered otherwise, left, and not in the catalogue", () => {
    expect(coverage.covered.map(({ id }) => id)).toEqual(["create-refused", "sched-cpu", "pv-far"]);
    expect(coverage.answered.map(({ entry, how }) => `${entry.id}: ${how}`)).toEqual(["term-grace: it ends by itself"]);
    expect(coverage.left.map(({ id }) => id)).toEqual(["job-late", "sched-memory", "pdb-blocks"]);
    expect(coverage.unknown).toEqual([{ rule: "scheduling/resources", id: "pv-near" }]);
  });

  test("an entry that a rule covers is not told to be answered otherwise", () => {
    const both = coverageOf(entriesOf(CATALOGUE), RULES, { "pv-far": "of no use" });
    expect(both.answered).toEqual([]);
  });

  test("counts by stage and likelihood, what is answered otherwise as covered", () => {
    expect(coverageText(coverage)).toBe(`stage          H       M       L     all
0            1/1     0/1     0/0     1/2
1            1/2     0/0     0/0     1/2
1b           0/0     0/0     1/1     1/1
7            1/1     0/1     0/0     1/2
all          3/4     0/2     1/1     4/7

daily causes (H) of the stages 0, 2, 3, 5, 6, 7: 2/2

answered without a rule:
  term-grace: it ends by itself

left:
  0  M  job-late
  1  H  sched-memory
  7  M  pdb-blocks

not in the catalogue:
  pv-near (scheduling/resources)
`);
  });

  test.each([
    ["a heading without a likelihood", "# Stage 0 — x\n#### `create-refused`\n"],
    ["a heading outside the stages", "# Appendix A\n#### `create-refused` · B/H\n"],
    ["an id that stands twice", "# Stage 0 — x\n#### `create-refused` · B/H\n#### `create-refused` · B/M\n"],
  ])("refuses %s", (_, catalogue) => {
    expect(() => entriesOf(catalogue)).toThrow("create-refused");
  });
});
