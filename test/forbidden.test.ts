import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { diagnose } from "../src/diagnosis/diagnose.ts";
import { allKnowledge } from "../src/diagnosis/knowledge.ts";
import type { Finding } from "../src/rules/finding.ts";
import type { Snapshot } from "../src/snapshot/snapshot.ts";
import { readSnapshot } from "../src/snapshot/snapshot-file.ts";
import { plain } from "../src/text/text.ts";
import type { World } from "../src/world.ts";

const knowledge = await allKnowledge();

const CASES = fileURLToPath(new URL("cases", import.meta.url));
const KINDS = [
  "Secret",
  "ConfigMap",
  "ServiceAccount",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "StorageClass",
  "RuntimeClass",
  "Node",
];

/** The same snapshot as somebody sees it who may not read a kind: none of its objects, and no word on which there are. */
function without(snapshot: Snapshot, kind: string): Snapshot {
  return {
    ...snapshot,
    objects: snapshot.objects.filter((one) => one.kind !== kind),
    absent: snapshot.absent.filter((one) => one.kind !== kind),
    complete: snapshot.complete.filter((one) => one.kind !== kind),
    gaps: [...snapshot.gaps.filter((one) => one.kind !== kind), { kind, state: "forbidden", message: "forbidden" }],
  };
}

/** What a component of Kubernetes said in the object's status or in an event: it looked, whoever reads the report. */
const SAID =
  /not found|couldn't find|non-existent|not exist|no such|no .* found|could not find|unable to find|not in the list|lookup/i;

const isSaid = ({ evidence }: Finding) =>
  evidence.some(({ value, ref }) => SAID.test(JSON.stringify(value)) || ref.kind === "Event" || ref.kind === "Log");

/** Each place where the headline says of a thing of this kind that it is not there, for certain. */
function claimsAbsence(finding: Finding, kind: string): boolean {
  const absence = new RegExp(`\\b${kind}s?\\b[^:;.]*(?:do(?:es)? not exist|is missing|has no key)|no such ${kind}`);
  return finding.confidence === "certain" && absence.test(plain(finding.headline));
}

describe("what may not be read is never told to be absent", () => {
  const folders = globSync("*/*/hit-*/snapshot.json", { cwd: CASES }).map(dirname).sort();
  test.each(KINDS)("%s", async (kind) => {
    const wrong: string[] = [];
    let looked = 0;
    for (const folder of folders) {
      const whole = await readSnapshot(join(CASES, folder, "snapshot.json"), { workingDirectory: CASES } as World);
      for (const { rootCause, others, consequences } of diagnose(without(whole, kind), knowledge)) {
        for (const finding of [rootCause, ...others, ...consequences]) {
          if (!finding || !claimsAbsence(finding, kind)) continue;
          looked++;
          if (!isSaid(finding)) wrong.push(`${folder}: ${finding.rule}: ${plain(finding.headline)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    // Where the kubelet itself says so the claim stands, so the test has something to look at.
    if (kind === "Secret" || kind === "ConfigMap") expect(looked).toBeGreaterThan(0);
  });
});

describe("what nobody could look at is nobody's fault", () => {
  // A log says that a host is not reached, never why: without the kind these rules have nothing to say.
  test.each([
    ["Service", "container/service-missing"],
    ["EndpointSlice", "container/service-no-endpoints"],
    ["NetworkPolicy", "container/network-policy"],
  ])("without %s no %s", async (kind, rule) => {
    const named = async (change: (snapshot: Snapshot) => Snapshot) => {
      let count = 0;
      for (const file of globSync(`${rule}/hit-*/snapshot.json`, { cwd: CASES })) {
        const whole = await readSnapshot(join(CASES, file), { workingDirectory: CASES } as World);
        for (const { rootCause, others } of diagnose(change(whole), knowledge))
          count += [rootCause, ...others].filter((finding) => finding?.rule === rule).length;
      }
      return count;
    };
    expect(await named((snapshot) => snapshot)).toBeGreaterThan(0);
    expect(await named((snapshot) => without(snapshot, kind))).toBe(0);
  });
});
