import type { Json } from "../../src/objects/object.ts";

/** Words that would steer a command or a shell, were they passed on. */
export const HOSTILE: readonly string[] = [
  "--all",
  "-n",
  "-A",
  "--server=https://evil.example",
  "--kubeconfig=x",
  "-f",
  "--",
  "$(touch x)",
  "`touch x`",
  ";touch x",
  "x&touch y",
  "x|touch y",
  "x\ntouch y",
  "x\r\ntouch y",
  ">x",
  "x>y",
  "'",
  "';touch x;'",
  '";touch x;"',
  "\\",
  "\\';touch x;'",
  "=ls",
  "=",
  "%PATH%",
  "$HOME",
  "~",
  "~root",
  "*",
  "[a-z]*",
  "{a,b}",
  "!!",
  "'!x",
  "^a^b",
  "#x",
  "a b",
  "a\tb",
  "(touch x)",
  "\u202ecod.exe",
  "a\u0007b\u001b[31m",
  "\u00adx",
  "é\u{1f600}",
  "../../../x",
  "a/b/c",
  "a=b",
  "a,b",
  "<x>",
  "<x>y",
  "",
  "constructor",
  "x".repeat(300),
];

/** A generator of numbers that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Where a word goes: into all that holds it, only into what refers to objects, or into one field by its name. */
export type Place =
  | { readonly token: string; readonly keepsIdentity: boolean }
  | { readonly field: string; readonly isAppended: boolean };

/** A copy of a document with a word in a place. */
export function mutated(document: Json, place: Place, word: string): Json {
  const change = (content: string, field: string, parent: string): string => {
    if ("field" in place) return field !== place.field ? content : place.isAppended ? `${content}${word}` : word;
    const isIdentity = parent === "metadata" && (field === "name" || field === "namespace");
    return place.keepsIdentity && isIdentity ? content : content.replaceAll(place.token, () => word);
  };
  const copy = (value: Json, field: string, parent: string): Json => {
    if (typeof value === "string") return change(value, field, parent);
    if (Array.isArray(value)) return value.map((item) => copy(item as Json, field, parent));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, content]) => [
        "token" in place && key === place.token ? word : key,
        copy(content as Json, key, field),
      ]),
    );
  };
  return copy(document, "", "");
}

/** The names of all fields that hold text. */
export function textFields(document: Json): readonly string[] {
  const found = new Set<string>();
  const look = (value: Json, field: string): void => {
    if (typeof value === "string") found.add(field);
    else if (Array.isArray(value)) for (const item of value) look(item as Json, field);
    else if (value && typeof value === "object")
      for (const [key, content] of Object.entries(value)) look(content as Json, key);
  };
  look(document, "");
  return [...found].filter((field) => field !== "kind" && field !== "apiVersion").sort();
}
