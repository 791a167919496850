// A repository with 2,000 tags as they are in the wild, and typical slips with the tag that was meant.

const variants = [
  "",
  "-slim",
  "-alpine",
  "-bullseye",
  "-bookworm",
  "-slim-bullseye",
  "-slim-bookworm",
  "-alpine3.18",
  "-alpine3.19",
];

function* allTags() {
  yield* ["latest", "stable", "edge", "main", "develop", "1.2", "1.2-alpine", "2024-11-05", "nightly"];
  for (let minor = 6; minor <= 14; minor += 1) {
    for (const variant of variants) {
      yield `3.${minor}${variant}`;
      for (let patch = 0; patch <= 12; patch += 1) yield `3.${minor}.${patch}${variant}`;
    }
  }
  for (let minor = 20; minor <= 36; minor += 1)
    for (let patch = 0; patch <= 1; patch += 1) yield* [`1.${minor}.${patch}`, `1.${minor}.${patch}-alpine`];
  for (let patch = 0; patch <= 9; patch += 1) yield* [`v4.5.${patch}`, `v4.5.${patch}-rc.1`];
  for (let month = 1; month <= 12; month += 1)
    for (let day = 1; day <= 28; day += 1) yield `2026${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}`;
  for (let build = 1; ; build += 1) yield `build-${build}`;
}

/** 2,000 tags. */
export const TAGS = [...allTags().take(2000)];

/** What was written, and what has to be the first suggestion. */
export const SLIPS = {
  "1.36.2": "1.36.1",
  lastest: "latest",
  latets: "latest",
  Latest: "latest",
  "v1.2": "1.2",
  "3.11-slim-bulleye": "3.11-slim-bullseye",
  "3.11-slim-bullsey": "3.11-slim-bullseye",
  "3.11-bullseye-slim": "3.11-slim-bullseye",
  "3.12-slm": "3.12-slim",
  "3.12slim": "3.12-slim",
  "3.12_alpine": "3.12-alpine",
  "3.12-alpine3.17": "3.12-alpine3.18",
  "4.5.3": "v4.5.3",
  "v4.5.10": "v4.5.9",
  "v.4.5.3": "v4.5.3",
  "3.9.13-bookworm": "3.9.12-bookworm",
  "v3.10.4": "3.10.4",
  "3.10.4.": "3.10.4",
  "1.2-alpin": "1.2-alpine",
  stabel: "stable",
};
