import type { Json } from "../../src/objects/object.ts";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T;

type Container = Json[] | { [key: string]: Json };
/** A place in a document: its container and the key or index there. */
interface Place {
  readonly holder: Container;
  readonly key: string | number;
}

const deep = (levels: number, wrap: (inside: Json) => Json): Json => {
  let value: Json = "x";
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
};

const STRINGS: readonly string[] = [
  "",
  " ",
  "\n",
  "--all",
  "-n",
  "--server=https://evil.test",
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "rpc error: code = constructor desc = toString",
  "rpc error: code = Unknown desc = rpc error: code = NotFound desc = ",
  "\u202egnp.exe\u2066",
  "\u0000\u001b[2J\u009b31m\u00ad\u200b\ufeff\u2060\u{e0041}\u{fe0f}\u{1d173}",
  "\ud800",
  "\udc00x",
  "a".repeat(5000),
  "-".repeat(3000),
  "a,b:/".repeat(800),
  "Invalid Date",
  "9999-12-31T23:59:59Z",
  "0000-00-00T00:00:00Z",
  "0001-01-01T00:00:00Z",
  "+275760-09-13T00:00:00.000Z",
  "2026-02-30T25:61:61Z",
  "1e1000000000",
  "1E-999999999",
  "9".repeat(400),
  "-1",
  "NaN",
  "Infinity",
  "100000000000Ei",
  "0.0000000000000000000000001",
  "../../etc/passwd",
  "%s%n%20",
  "$(id)`id`;touch x&calc|more>y<z",
  "'\"\\",
  "<tag>",
  "0/0 nodes are available: .",
  "0/99999999999999999999 nodes are available: 1 Insufficient cpu, -1 x.",
  "registry.test:99999/a@sha256:zz",
  "=ls",
  "~root",
  "*",
  "😀𝔘",
];

const VALUES: readonly (() => Json)[] = [
  () => null,
  () => true,
  () => false,
  () => 0,
  () => -1,
  () => 1e308,
  () => -1e308,
  () => 9e15,
  () => 9_000_000_000_000,
  () => 0.5,
  () => [],
  () => ({}),
  () => [null],
  () => [[]],
  () => [{}],
  () => ({ constructor: "x", toString: null }),
  // JSON.parse makes it a property of its own.
  () => JSON.parse('{"__proto__": {"polluted": true}}'),
  () => deep(200, (inside) => [inside]),
  () => deep(200, (inside) => ({ spec: inside })),
];

function placesIn(root: Json): Place[] {
  const places: Place[] = [];
  const open: Json[] = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== "object") continue;
    const holder = value as Container;
    for (const key of Array.isArray(holder) ? holder.keys() : Object.keys(holder)) {
      places.push({ holder, key });
      const inside = at({ holder, key });
      if (inside !== null && typeof inside === "object") open.push(inside);
    }
  }
  return places;
}

const at = ({ holder, key }: Place): Json => (holder as Record<string | number, Json>)[key] as Json;

function put({ holder, key }: Place, value: Json): void {
  // An assignment to __proto__ would change the prototype instead.
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Damages a document in place: one to five changes at random places. `donor` is another document to take values from. */
export function mutate(document: Json, donor: Json, random: Random): void {
  const times = 1 + Math.floor(random() * 5);
  for (let time = 0; time < times; time++) {
    const places = placesIn(document);
    if (places.length === 0) return;
    change(pick(places, random), donor, random);
  }
}

function change(place: Place, donor: Json, random: Random): void {
  const { holder, key } = place;
  const value = at(place);
  const how = random();
  if (how < 0.35) put(place, pick(STRINGS, random));
  else if (how < 0.5) put(place, pick(VALUES, random)());
  else if (how < 0.62) {
    if (Array.isArray(holder)) holder.splice(key as number, 1);
    else delete holder[key];
  } else if (how < 0.72) {
    // A value that is right elsewhere.
    const others = placesIn(donor).filter((one) => one.key === key);
    if (others.length > 0) put(place, structuredClone(at(pick(others, random))));
  } else if (how < 0.8) {
    if (Array.isArray(holder)) holder.push(structuredClone(value));
    else put({ holder, key: pick(["constructor", "__proto__", "toString", "name", "kind"], random) }, value);
  } else if (typeof value === "string") {
    // A word of it changes, or something is appended: it still looks like what it was.
    const odd = pick(STRINGS, random);
    put(place, random() < 0.5 ? `${value}${odd}` : value.replace(/[\w.-]+/, () => odd));
  } else if (typeof value === "number") put(place, pick([value * 1e9, -value, value + 0.5, value ** 9], random));
  else put(place, pick(STRINGS, random));
}
