import { compare } from "../../snapshot/lookup.ts";
import { editDistance } from "../../text/nearest.ts";

/** A tag that is a version: `v1.2.3-alpine` is prefix v, numbers 1 2 3, suffix -alpine. */
interface Version {
  readonly prefix: string;
  readonly numbers: readonly number[];
  readonly suffix: string;
}

function versionOf(tag: string): Version | undefined {
  const match = /^([vV]?)(\d{1,9}(?:\.\d{1,9})*)((?:[-_.+]?[A-Za-z][\w.+-]*|[-_+][\w.+-]*)?)$/.exec(tag);
  if (!match) return undefined;
  const [, prefix = "", numbers = "", suffix = ""] = match;
  return { prefix: prefix.toLowerCase(), numbers: numbers.split(".").map(Number), suffix };
}

const PRE_RELEASE = /(?:^|[-_.])(?:rc|alpha|beta|dev|pre|preview|snapshot|nightly|canary|next)(?:[-_.]?\d|$|[-_.])/i;

/**
 * How far a tag is from the wanted one; smaller is likelier what was meant. In this order: the same version with or
 * without `v`; the same version with another suffix; one slip of the keyboard; then the nearest version of the same
 * variant, a patch before a minor before a major; anything else by its letters. A pre-release is nobody's guess.
 */
export function tagDistance(wanted: string, tag: string): number {
  if (wanted === tag) return 0;
  const [a, b] = [versionOf(wanted), versionOf(tag)];
  if (a && b) {
    const place = firstDifference(a.numbers, b.numbers);
    const isSameVariant = a.suffix === b.suffix;
    if (place < 0) return isSameVariant ? 1 : 2 + Math.min(b.suffix.length, 20) / 21 + unasked(wanted, tag);
    const gap = Math.min(Math.abs((a.numbers[place] ?? 0) - (b.numbers[place] ?? 0)), 9);
    const base = place === 0 ? 30 : place === 1 ? 20 : 10;
    return base + gap + (isSameVariant ? 0 : 40) + unasked(wanted, tag);
  }
  const edits = editDistance(wanted.toLowerCase(), tag.toLowerCase());
  if (wanted.length > 3 && edits === 1) return 3;
  // No version was asked for (latest, main, a commit): the newest release is what most people want.
  return b ? 60 + unasked(wanted, tag) + b.suffix.length : 90 + edits;
}

/** A pre-release where a release was asked for. */
const unasked = (wanted: string, tag: string) => (PRE_RELEASE.test(tag) && !PRE_RELEASE.test(wanted) ? 50 : 0);

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  for (let place = 0; place < length; place++) if ((a[place] ?? 0) !== (b[place] ?? 0)) return place;
  return -1;
}

/** Orders tags from the newest version down; what is no version comes last, by name. */
export function newestFirst(a: string, b: string): number {
  const [left, right] = [versionOf(a), versionOf(b)];
  if (!left || !right) return Number(!left) - Number(!right) || compare(a, b);
  const place = firstDifference(left.numbers, right.numbers);
  if (place >= 0) return (right.numbers[place] ?? 0) - (left.numbers[place] ?? 0);
  return (
    Number(PRE_RELEASE.test(a)) - Number(PRE_RELEASE.test(b)) || compare(left.suffix, right.suffix) || compare(a, b)
  );
}
