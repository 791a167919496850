// npm run fuzz -- [--seconds N] [--count N] [--seed S]: damages recorded cases at random places and reports on each in
// every format. Ends with 1 where a run throws, takes over 2 s or never ends, writes a document outside the schema or a
// character that cannot be seen, or says something else the second time. The same seed makes the same documents.
import { writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { damaged, documentsToDamage, type Faulty, type FuzzResult, fuzz } from "../test/fuzz/fuzz.ts";

/** A run that takes longer than this is ended and counts as one that never ends. */
const LONGEST_MS = 20_000;

interface Share {
  readonly seed: number;
  readonly count: number;
  readonly first: number;
  readonly by: number;
  readonly endsAt: number;
}
type Told =
  | { readonly is: "run"; readonly number: number }
  | { readonly is: "fault"; readonly faulty: Faulty }
  | { readonly is: "end"; readonly result: FuzzResult };

if (isMainThread) await main();
else await work(workerData as Share);

async function work({ endsAt, ...share }: Share): Promise<void> {
  const tell = (told: Told) => parentPort?.postMessage(told);
  const result = await fuzz(documentsToDamage(), {
    ...share,
    isOver: () => Date.now() > endsAt,
    onRun: (number) => tell({ is: "run", number }),
    onFault: (faulty) => tell({ is: "fault", faulty }),
  });
  tell({ is: "end", result });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "60" },
      count: { type: "string", default: "100000000" },
      seed: { type: "string", default: "1" },
    },
  });
  const documents = documentsToDamage();
  const [seed, count, endsAt] = [Number(values.seed), Number(values.count), Date.now() + Number(values.seconds) * 1000];
  const by = availableParallelism();
  const total = { runs: 0, reports: 0, refused: 0, faulty: 0, slowestMs: 0 };
  const show = ({ number, content, faults }: Faulty) => {
    const file = join(tmpdir(), `why-pending-fuzz-${seed}-${number}.json`);
    writeFileSync(file, content);
    console.log(`\n${file}\n  ${faults.join("\n  ")}`);
  };

  /** One thread's share from a number on; a new thread goes on after a run that never ends. */
  async function share(first: number): Promise<void> {
    const worker = new Worker(new URL(import.meta.url), { workerData: { seed, count, first, by, endsAt } });
    let [current, since] = [first, Date.now()];
    let stuckAt: number | undefined;
    const watch = setInterval(() => {
      if (Date.now() - since < LONGEST_MS) return;
      stuckAt = current;
      void worker.terminate();
    }, 1000);
    await new Promise<void>((resolve, reject) => {
      worker.on("message", (told: Told) => {
        if (told.is === "run") [current, since] = [told.number, Date.now()];
        else if (told.is === "fault") show(told.faulty);
        else {
          const { slowestMs, ...counts } = told.result;
          for (const key of ["runs", "reports", "refused", "faulty"] as const) total[key] += counts[key];
          total.slowestMs = Math.max(total.slowestMs, slowestMs);
        }
      });
      worker.on("error", reject);
      worker.on("exit", () => resolve());
    });
    clearInterval(watch);
    if (stuckAt === undefined) return;
    const { content } = damaged(documents, seed, stuckAt);
    show({ number: stuckAt, content, faults: [`does not end within ${LONGEST_MS / 1000} s`] });
    total.runs++;
    total.faulty++;
    if (stuckAt + by < count && Date.now() < endsAt) await share(stuckAt + by);
  }

  await Promise.all(Array.from({ length: by }, (_, first) => share(first)));
  const { runs, reports, refused, faulty, slowestMs } = total;
  console.log(
    `\nseed ${seed}: ${runs} damaged snapshots of ${documents.length} cases, ${reports} reports, ${refused} refused with a sentence, slowest ${Math.round(slowestMs)} ms`,
  );
  console.log(`${runs - faulty} passed, ${faulty} failed`);
  // A run in which hardly anything was reported on has tested nothing.
  process.exitCode = faulty > 0 || runs === 0 || reports < runs / 2 ? 1 : 0;
}
