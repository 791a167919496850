import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { reportOn } from "../src/cli/report-on.ts";
import { parseSnapshot, snapshotText } from "../src/snapshot/snapshot-file.ts";

// 64 KiB of anything, wherever a cluster may put text: no run takes more than two seconds of processor time.

const CASES = join(import.meta.dirname, "cases");
const MOST_MS = 2000;
const LENGTH = 64 * 1024;

const PIECES: Readonly<Record<string, string>> = {
  letters: "a",
  dashes: "-",
  commas: ",",
  URLs: "http://a,",
  base64: "QUJD",
  brackets: "(",
  quotes: '"',
  spaces: " ",
  digits: "7",
  slashes: "/",
  dots: ".",
  backslashes: "\\",
  lines: "x\n ",
  equations: "a=b ",
  hosts: "db.shop:5432 ",
};

/** One case of each family. */
const families = readdirSync(CASES).flatMap((family) => {
  const causes = readdirSync(join(CASES, family));
  const scenario = causes.flatMap((cause) =>
    readdirSync(join(CASES, family, cause))
      .filter((one) => one.startsWith("hit"))
      .map((one) => join(CASES, family, cause, one, "snapshot.json")),
  )[0];
  return scenario ? [[family, scenario] as const] : [];
});

/** Puts a long text behind (or before) each message, line of a log and annotation. */
function swollen(value: unknown, long: string, isBefore: boolean): void {
  if (typeof value !== "object" || value === null) return;
  const record = value as Record<string, unknown>;
  for (const [field, content] of Object.entries(record)) {
    if (typeof content !== "string") swollen(content, long, isBefore);
    else if (["message", "reason", "note", "text"].includes(field)) {
      record[field] = isBefore ? `${long} ${content}` : `${content} ${long}`;
    }
  }
  if (record.metadata && typeof record.metadata === "object") {
    const metadata = record.metadata as { annotations?: Record<string, string> };
    metadata.annotations = { ...metadata.annotations, "example.com/note": long };
  }
}

describe.each(families)("%s", (_family, path) => {
  test.each(Object.entries(PIECES))("64 KiB of %s", async (_name, piece) => {
    const long = piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);
    for (const isBefore of [false, true]) {
      const document = JSON.parse(readFileSync(path, "utf8"));
      swollen(document, long, isBefore);
      const begin = process.cpuUsage();
      const snapshot = await parseSnapshot([{ path, content: JSON.stringify(document) }]);
      await reportOn(snapshot, { targets: [], output: "json" } as never);
      expect(snapshotText(snapshot)).toContain("whyPending");
      const { user, system } = process.cpuUsage(begin);
      expect((user + system) / 1000).toBeLessThan(MOST_MS);
    }
  });
});
