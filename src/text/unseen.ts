/**
 * One character that a terminal or an editor could take for more than text, or that is not seen: C0 and C1 controls,
 * soft hyphens, bidi marks and overrides, zero-width characters, line separators, tags, halves of surrogate pairs.
 */
export const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/u;
