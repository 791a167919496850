import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../src/objects/object.ts";
import { examine } from "./examine.ts";
import { mutate, type Random, randomOf } from "./mutate.ts";

/** What a series of runs came to. */
export interface FuzzResult {
  runs: number;
  /** Targets that were reported on, in all runs together. */
  reports: number;
  /** Documents that were refused with a sentence. */
  refused: number;
  faulty: number;
  slowestMs: number;
}

/** A document that led to something that may never happen. */
export interface Faulty {
  readonly number: number;
  readonly content: string;
  readonly faults: readonly string[];
}

interface FuzzOptions {
  readonly seed: number;
  /** Numbers below this one. */
  readonly count: number;
  readonly first?: number;
  readonly by?: number;
  isOver?(): boolean;
  /** Told the number before each run: one that never ends is known by it. */
  onRun?(number: number): void;
  onFault(faulty: Faulty): void;
}

/** The recorded snapshots of all cases and the demo. */
export function documentsToDamage(): readonly Json[] {
  const root = join(import.meta.dirname, "../..");
  const files = globSync(["test/cases/*/*/*/snapshot.json", "demo/shop.json"], { cwd: root }).sort();
  return files.map((file) => JSON.parse(readFileSync(join(root, file), "utf8")) as Json);
}

/** The document of one number: the same for the same seed. */
export function damaged(documents: readonly Json[], seed: number, number: number): { content: string; random: Random } {
  const random = randomOf(seed * 1_000_003 + number);
  const from = () => documents[Math.floor(random() * documents.length)] as Json;
  const document = structuredClone(from());
  mutate(document, from(), random);
  return { content: JSON.stringify(document), random };
}

/** Damages one document after the other, from number `first` in steps of `by`, and examines each. */
export async function fuzz(
  documents: readonly Json[],
  { seed, count, first = 0, by = 1, isOver = () => false, onRun, onFault }: FuzzOptions,
): Promise<FuzzResult> {
  const result = { runs: 0, reports: 0, refused: 0, faulty: 0, slowestMs: 0 };
  for (let number = first; number < count && !isOver(); number += by) {
    onRun?.(number);
    const { content, random } = damaged(documents, seed, number);
    const { faults, milliseconds, isRefused, targets } = await examine(content, { isRedacted: random() < 0.2 });
    result.runs++;
    result.reports += targets;
    if (isRefused) result.refused++;
    result.slowestMs = Math.max(result.slowestMs, milliseconds);
    if (faults.length === 0) continue;
    result.faulty++;
    onFault({ number, content, faults });
  }
  return result;
}
