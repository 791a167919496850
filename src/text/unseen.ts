/**
 * One character that a terminal or an editor could take for more than text, or that is not seen: C0 and C1 controls,
 * line separators, halves of surrogate pairs, all of Unicode's format characters (soft hyphens, bidi marks and overrides,
 * zero-width characters, tags) and what it says is not shown where it is not supported (fillers, variation selectors).
 */
export const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Default_Ignorable_Code_Point}\ud800-\udfff]/u;
