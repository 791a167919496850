// npm run fuzz -- [--seconds N] [--count N] [--seed S]: damages recorded cases at random places and reports on each in
// every format. Ends with 1 where a run throws, takes over 2 s, writes a document outside the schema or a character that
// cannot be seen, or says something else the second time. The same seed makes the same documents.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { documentsToDamage, fuzz } from "../test/fuzz/fuzz.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    count: { type: "string", default: "100000000" },
    seed: { type: "string", default: "1" },
  },
});

const seconds = Number(values.seconds);
const end = Date.now() + seconds * 1000;
const documents = documentsToDamage();
const result = await fuzz(documents, {
  seed: Number(values.seed),
  count: Number(values.count),
  isOver: () => Date.now() > end,
  onFault: ({ number, content, faults }) => {
    const file = join(tmpdir(), `why-pending-fuzz-${values.seed}-${number}.json`);
    writeFileSync(file, content);
    console.log(`\n${file}\n  ${faults.join("\n  ")}`);
  },
});

const { runs, reports, refused, faulty, slowestMs } = result;
console.log(
  `\nseed ${values.seed}: ${runs} damaged snapshots of ${documents.length} cases, ${reports} reports, ${refused} refused with a sentence, slowest ${Math.round(slowestMs)} ms`,
);
console.log(`${runs - faulty} passed, ${faulty} failed`);
// A run in which hardly anything was reported on has tested nothing.
process.exitCode = faulty > 0 || runs === 0 || reports < runs / 2 ? 1 : 0;
