import { expect, test } from "@jest/globals";
import { newestFirst, tagDistance } from "../../../src/rules/image/tag-likeness.ts";

test.each([
  ["a missing v", "1.9.0", ["v1.9.0", "1.9.1", "1.8.0"]],
  ["a v too many", "v2.1", ["2.1", "v2.0"]],
  ["another variant of the same version goes before another version", "1.25.3", ["1.25.3-alpine", "1.25.2"]],
  ["the nearest patch, then the nearest minor", "2.0.2", ["2.0.1", "2.1.0", "1.9.0"]],
  ["the same variant", "3.1-alpine", ["3.0-alpine", "3.1.4-slim"]],
  ["a release before a pre-release", "2.2.0", ["2.1.0", "2.2.0-rc.1"]],
  ["a pre-release where one was asked for", "2.2.0-rc.2", ["2.2.0-rc.1", "2.1.0"]],
  ["a slip of the keyboard", "stabel", ["stable", "latest"]],
  ["the newest release for latest", "latest", ["4.0.0", "4.1.0-beta.1"]],
])("%s", (_, wanted, expected) => {
  const byLikeness = expected
    .toReversed()
    .sort((a, b) => tagDistance(wanted, a) - tagDistance(wanted, b) || newestFirst(a, b));
  expect(byLikeness).toEqual(expected);
});

test("versions are ordered as numbers, newest first; words come last", () => {
  expect(["main", "1.9", "1.10", "v1.10.1", "1.10-rc1"].sort(newestFirst)).toEqual([
    "v1.10.1",
    "1.10",
    "1.10-rc1",
    "1.9",
    "main",
  ]);
});
