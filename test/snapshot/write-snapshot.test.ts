import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { parseSnapshot, snapshotText, writeSnapshot } from "../../src/snapshot/snapshot-file.ts";
import { pod, snapshotOf } from "../support/builders.ts";

const snapshot = snapshotOf([pod("web", {})]);

describe("a saved snapshot", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "why-pending-"));
  });
  const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);

  test("is readable by its owner only, also where others could read the file before", () => {
    const [fresh, old] = [join(folder, "fresh.json"), join(folder, "old.json")];
    writeFileSync(old, "old");
    chmodSync(old, 0o666);
    for (const file of [fresh, old]) {
      writeSnapshot(file, snapshot);
      expect(modeOf(file)).toBe("600");
      expect(readFileSync(file, "utf8")).toBe(snapshotText(snapshot));
    }
    expect(readdirSync(folder).sort()).toEqual(["fresh.json", "old.json"]);
  });

  test("follows no symbolic link", () => {
    const [target, link, dangling] = [join(folder, "target"), join(folder, "link"), join(folder, "dangling")];
    writeFileSync(target, "precious");
    symlinkSync(target, link);
    symlinkSync(join(folder, "nowhere"), dangling);
    for (const one of [link, dangling]) expect(() => writeSnapshot(one, snapshot)).toThrow(/is a symbolic link/);
    expect(readFileSync(target, "utf8")).toBe("precious");
    expect(readdirSync(folder).sort()).toEqual(["dangling", "link", "target"]);
  });

  test("goes into a device as it is", () => {
    writeSnapshot("/dev/null", snapshot);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("cannot take the place of a folder", () => {
    expect(() => writeSnapshot(folder, snapshot)).toThrow(/EISDIR/);
  });

  test("still names what was left out when it is read again", async () => {
    const left = "Pod broken is left out: spec is not as the API has it";
    const saved = snapshotText({ ...snapshot, skipped: [left] });
    const again = await parseSnapshot([{ path: "saved.json", content: saved }]);
    expect(again.skipped).toEqual([left]);
    expect(snapshotText(again)).toBe(saved);
  });
});
