import { describe, expect, test } from "@jest/globals";
import { nearestTags, newestFirst, tagDistance } from "../../src/text/nearest-tag.ts";

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

/** `from` to `to`, both included. */
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Each version at all its precisions (`1.27.3`, `1.27`, `1`), with each suffix. */
function versions(
  majors: readonly number[],
  minors: (major: number) => readonly number[],
  lastPatch: (major: number, minor: number) => number,
  suffixes: readonly string[],
): readonly string[] {
  const all = majors.flatMap((major) => [
    `${major}`,
    ...minors(major).flatMap((minor) => [
      `${major}.${minor}`,
      ...range(0, lastPatch(major, minor)).map((patch) => `${major}.${minor}.${patch}`),
    ]),
  ]);
  return all.flatMap((version) => suffixes.map((suffix) => `${version}${suffix}`));
}

const withWords = (words: readonly string[], suffixes: readonly string[]) =>
  words.flatMap((word) => suffixes.map((suffix) => (word === "" ? suffix.slice(1) : `${word}${suffix}`)));

const ALPINES = ["-alpine", "-alpine3.17", "-alpine3.18", "-alpine3.19", "-alpine3.20"];
const C_LIBRARIES = ["", "-glibc", "-musl", "-uclibc"];
const PYTHONS = [
  ...["", "-slim", "-bookworm", "-bullseye", "-slim-bookworm", "-slim-bullseye"],
  ...ALPINES,
  ...["-windowsservercore", "-windowsservercore-ltsc2022"],
];
const NGINXES = ["", "-perl", "-otel", "-bookworm", "-bookworm-perl", "-bookworm-otel"].concat(
  ALPINES.flatMap((alpine) => [alpine, `${alpine}-slim`, `${alpine}-perl`, `${alpine}-otel`]),
);
const NODES = [
  "",
  "-slim",
  "-bookworm",
  "-bookworm-slim",
  "-bullseye",
  "-bullseye-slim",
  "-buster",
  "-buster-slim",
].concat(ALPINES);

/** The tags of repositories as busybox, python, nginx and node have them, and one of a company's own. */
const REPOSITORIES: Readonly<Record<string, readonly string[]>> = {
  busybox: [
    ...versions(
      [1],
      () => range(20, 37),
      (_, minor) => (minor === 37 ? 0 : minor === 36 ? 1 : 4),
      C_LIBRARIES,
    ),
    ...withWords(["latest", "stable", "unstable", ""], C_LIBRARIES).filter((tag) => tag !== ""),
    ...range(1, 28).flatMap((day) =>
      range(1, 12).flatMap((month) =>
        ["amd64", "arm64", "s390x", "ppc64le", "i386"].map(
          (machine) => `stable-2025${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}-${machine}`,
        ),
      ),
    ),
  ],
  python: [
    ...versions(
      [3],
      () => range(8, 14),
      (_, minor) => (minor === 9 ? 21 : minor === 14 ? 1 : 18),
      PYTHONS,
    ),
    ...withWords(["latest", ""], PYTHONS).filter((tag) => tag !== "" && !tag.startsWith("latest-")),
    ...range(1, 6).flatMap((alpha) => PYTHONS.map((suffix) => `3.15.0a${alpha}${suffix}`)),
    ...range(1, 3).flatMap((candidate) => PYTHONS.map((suffix) => `3.14.0rc${candidate}${suffix}`)),
  ],
  nginx: [
    ...versions(
      [1],
      () => range(17, 29),
      (_, minor) => (minor % 2 ? 5 : 3),
      NGINXES,
    ),
    ...withWords(["latest", "stable", "mainline", ""], NGINXES).filter(
      (tag) => tag !== "" && !tag.startsWith("latest-"),
    ),
  ],
  node: [
    ...versions(
      [16, 18, 20, 21, 22, 23, 24],
      (major) => range(0, major % 2 ? 7 : 12),
      () => 1,
      NODES,
    ),
    ...withWords(["latest", "lts", "current", "iron", "jod", ""], NODES).filter(
      (tag) => tag !== "" && tag !== "latest-",
    ),
  ],
  own: [
    ...range(0, 14).flatMap((minor) =>
      range(0, 30).flatMap((patch) => [`v1.${minor}.${patch}`, `v1.${minor}.${patch}-debug`]),
    ),
    ...range(1, 11).flatMap((month) =>
      range(1, 30).map((day) => `2026-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`),
    ),
    ...range(1, 1200).map((n) => `main-${((n * 2654435761) >>> 4).toString(16).padStart(7, "0").slice(0, 7)}`),
    ...["latest", "main", "develop", "staging", "production"],
  ],
};

/** What people type, and what they mean; written down before the code was run on any of it. */
const SLIPS: readonly (readonly [repository: string, typed: string, meant: string])[] = [
  ["busybox", "1.36.2", "1.36.1"],
  ["busybox", "v1.36", "1.36"],
  ["busybox", "lastest", "latest"],
  ["busybox", "stabel", "stable"],
  ["busybox", "1.36.1-msul", "1.36.1-musl"],
  ["busybox", "1.35.", "1.35"],
  ["python", "3.11-slim-bulleye", "3.11-slim-bullseye"],
  ["python", "3.12-bookwork", "3.12-bookworm"],
  ["python", "3.9.25-slim", "3.9.21-slim"],
  ["python", "3.11slim", "3.11-slim"],
  ["python", "3.12-Alpine", "3.12-alpine"],
  ["python", "3.13-alpline3.20", "3.13-alpine3.20"],
  ["python", "3.15", "3.14"],
  ["nginx", "1.25-apline", "1.25-alpine"],
  ["nginx", "1.27_alpine", "1.27-alpine"],
  ["nginx", "1.25.9-alpine", "1.25.5-alpine"],
  ["nginx", "mainlien-alpine", "mainline-alpine"],
  ["nginx", "v1.27.3-alpine", "1.27.3-alpine"],
  ["nginx", "1.27-perl-alpine", "1.27-alpine-perl"],
  ["node", "20-alpine3.188", "20-alpine3.18"],
  ["node", "20-slim-bullseye", "20-bullseye-slim"],
  ["node", "22.x", "22"],
  ["node", "lts-alpne", "lts-alpine"],
  ["node", "18-alpine-3.18", "18-alpine3.18"],
  ["own", "2026-11-3", "2026-11-03"],
  ["own", "2026-11-31", "2026-11-30"],
  ["own", "2026.11.03", "2026-11-03"],
  ["own", "1.14.2", "v1.14.2"],
  ["own", "v1.41.0", "v1.14.0"],
  ["own", "prodcution", "production"],
];

describe("what is meant comes first in a repository of 2,000 tags", () => {
  test.each(Object.entries(REPOSITORIES))("%s has that many", (_, tags) => {
    expect(new Set(tags).size).toBe(tags.length);
    expect(tags.length).toBeGreaterThanOrEqual(1700);
  });

  test.each(SLIPS)("%s: %s is %s", (repository, typed, meant) => {
    const tags = REPOSITORIES[repository] ?? [];
    expect(tags).toContain(meant);
    expect(tags).not.toContain(typed);
    expect(nearestTags(typed, tags)[0]).toBe(meant);
  });
});

/** Numbers from 0 to 1 that look random and are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One slip of the keyboard in a letter of a tag: another letter, one left out, typed twice, or swapped with the next. */
function slipIn(tag: string, random: () => number): string {
  const letters = [...tag.matchAll(/[a-z]/g)].map(({ index }) => index);
  const at = letters[Math.floor(random() * letters.length)] ?? 0;
  const [before, letter, after] = [tag.slice(0, at), tag[at] ?? "", tag.slice(at + 1)];
  const other = "abcdefghijklmnopqrstuvwxyz"[Math.floor(random() * 26)];
  const makes = [
    () => other + after,
    () => after,
    () => letter + letter + after,
    () => (after[0] ?? "") + letter + after.slice(1),
  ];
  return before + makes[Math.floor(random() * makes.length)]?.();
}

test("one slip in a word of any tag finds that tag", () => {
  const random = randomFrom(7);
  const missed: string[] = [];
  let tried = 0;
  for (const [repository, tags] of Object.entries(REPOSITORIES)) {
    const worded = tags.filter((tag) => /[a-z]{3}/.test(tag));
    for (let slips = 0; slips < 20; slips++) {
      const meant = worded[Math.floor(random() * worded.length)] ?? "";
      const typed = slipIn(meant, random);
      if (tags.includes(typed)) continue;
      tried++;
      const first = nearestTags(typed, tags)[0];
      if (first !== meant) missed.push(`${repository}: ${typed} is ${meant}, not ${first}`);
    }
  }
  expect(tried).toBeGreaterThan(80);
  // Some slips make what could be another tag as well.
  expect(missed.slice(Math.floor(tried / 20))).toEqual([]);
});

test("nothing is suggested where nothing is like it", () => {
  const commits = ["3f2a1bc", "9d8e7f6", "0a1b2c3", "5e4d3c2"];
  expect(nearestTags("reviewed", commits)).toEqual([]);
  expect(nearestTags("reviewed", ["beta-7", "gamma-8"])).toEqual(["beta-7", "gamma-8"]);
});

test("signatures and provenance are no images", () => {
  const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
  expect(nearestTags("1.0", [`sha256-${digest}.sig`, `sha256-${digest}.att`, "1.1"])).toEqual(["1.1"]);
});

test("a tag without a version finds the newest release, not a build of some commit", () => {
  const tags = ["v1.2.0", "v1.10.0", "v1.11.0-rc.1", "main-3f2a1bc", "main", "v1.10.0-amd64"];
  expect(nearestTags("latest", tags)).toEqual(["v1.10.0", "v1.2.0", "v1.10.0-amd64"]);
});
