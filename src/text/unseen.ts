/**
 * One character that a terminal or an editor could take for more than text, or that is not seen: C0 and C1 controls,
 * line separators, halves of surrogate pairs, all of Unicode's format characters (soft hyphens, bidi marks and overrides,
 * zero-width characters, tags) and what it says is not shown where it is not supported (fillers, variation selectors).
 */
export const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}\ud800-\udfff]/u;

/** The same, for replacing all of them. */
export const EVERY_UNSEEN = new RegExp(UNSEEN, "gu");

/** `\u202e`: a character as an escape of JSON, which has no \u{…}: one beyond the first plane is written as its two halves. */
export const jsonEscape = (char: string): string =>
  char
    .split("")
    .map((half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
