import { expect, test } from "@jest/globals";
import { doubled, roomFor, shown } from "../../../src/rules/node/quantities.ts";

test.each([
  // 48458972 / 1024² = 46.21…
  ["48458972Ki", "46.2Gi", "47Gi"],
  // 73712 / 1024 = 71.98…; the next multiple of 64.
  ["73712Ki", "71.9Mi", "128Mi"],
  // All of it was used, so the next step is above it.
  ["1Gi", "1Gi", "2Gi"],
  ["64Mi", "64Mi", "128Mi"],
])("%s is shown as %s and needs room of %s", (quantity, asShown, room) => {
  expect(shown(quantity)).toBe(asShown);
  expect(roomFor(quantity)).toBe(room);
});

test("a limit is doubled in its own unit", () => {
  expect([doubled("5Mi"), doubled("1Gi"), doubled("1.5Gi"), doubled("x")]).toEqual([
    "10Mi",
    "2Gi",
    undefined,
    undefined,
  ]);
});
