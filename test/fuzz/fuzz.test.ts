import { expect, test } from "@jest/globals";
import { documentsToDamage, type Faulty, fuzz } from "./fuzz.ts";

test("600 damaged snapshots: no exception, none over 2 s, no document outside the schema, nothing invisible", async () => {
  const faulty: Faulty[] = [];
  const documents = documentsToDamage();
  const result = await fuzz(documents, { seed: 20261201, count: 600, onFault: (one) => faulty.push(one) });
  expect(faulty.map(({ number, faults }) => ({ number, faults }))).toEqual([]);
  expect(result.runs).toBe(600);
  // Most are still snapshots: a run in which all are refused has tested nothing.
  expect(result.reports).toBeGreaterThan(400);
}, 120_000);
