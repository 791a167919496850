import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/objects/object.ts";
import { examine } from "./examine.ts";
import { mutate, randomOf } from "./mutate.ts";

/** What a series of runs came to. */
export interface FuzzResult {
  readonly runs: number;
  /** Targets that were reported on, in all runs together. */
  readonly reports: number;
  /** Documents that were refused with a sentence. */
  readonly refused: number;
  readonly faulty: number;
  readonly slowestMs: number;
}

/** A document that led to something that may never happen. */
export interface Faulty {
  readonly number: number;
  readonly content: string;
  readonly faults: readonly string[];
}

interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  isOver?(): boolean;
  onFault(faulty: Faulty): void;
}

/** The recorded snapshots of all cases and the demo. */
export function documentsToDamage(): readonly Json[] {
  const root = join(import.meta.dirname, "../..");
  const files = globSync(["test/cases/*/*/*/snapshot.json", "demo/shop.json"], { cwd: root }).sort();
  return files.map((file) => JSON.parse(readFileSync(join(root, file), "utf8")) as Json);
}

/** Damages one document after the other and examines each. The same seed makes the same documents. */
export async function fuzz(
  documents: readonly Json[],
  { seed, count, isOver = () => false, onFault }: FuzzOptions,
): Promise<FuzzResult> {
  let [runs, reports, refused, faulty, slowestMs] = [0, 0, 0, 0, 0];
  while (runs < count && !isOver()) {
    const random = randomOf(seed * 1_000_003 + runs);
    const from = () => documents[Math.floor(random() * documents.length)] as Json;
    const document = structuredClone(from());
    mutate(document, from(), random);
    const content = JSON.stringify(document);
    const { faults, milliseconds, isRefused, targets } = await examine(content, { isRedacted: random() < 0.2 });
    if (faults.length > 0) {
      faulty++;
      onFault({ number: runs, content, faults });
    }
    runs++;
    reports += targets;
    if (isRefused) refused++;
    slowestMs = Math.max(slowestMs, milliseconds);
  }
  return { runs, reports, refused, faulty, slowestMs };
}
