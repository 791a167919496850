import { editDistance } from "./nearest.ts";

/**
 * The tags that are likely to be meant by one that is not there, best first, three at most; empty where nothing is like
 * it. Signatures and other artifacts that live under tags of their own are no images and are left out.
 */
export function nearestTags(wanted: string, tags: Iterable<string>): readonly string[] {
  const images = [...new Set(tags)].filter((tag) => !/^sha256-[0-9a-f]{64}/.test(tag));
  return images
    .map((tag) => ({ tag, distance: tagDistance(wanted, tag) }))
    .filter(({ distance }) => images.length <= MOST || distance < UNLIKE)
    .sort((a, b) => a.distance - b.distance || newestFirst(a.tag, b.tag))
    .slice(0, MOST)
    .map(({ tag }) => tag);
}

const MOST = 3;

// What a difference costs. A cost that is smaller by a class is likelier to be what was meant, whatever else differs
// within the class.
const SLIP_IN_LETTER = 1;
const OTHER_PREFIX = 1;
const OTHER_ORDER = 1;
const TRAILING_ZERO = 1.5;
/** The newest of `1.36.*` is what `1.36` stands for. */
const MORE_PRECISE = 7;
/** A separator too many, too few or at another place: `125` for `1.25`. */
const OTHER_SEPARATORS = 9;
const PATCH = 10;
/** Two digits swapped or one too many, in a place where the versions are far apart. */
const SLIP_IN_NUMBER = 19.5;
const MINOR = 20;
const MAJOR = 30;
const OTHER_VARIANT = 3;
const OTHER_VARIANT_AND_VERSION = 40;
const UNASKED = 50;
const VERSION_FOR_WORD = 60;
const OTHER_MOVING_TAG = 85;
const UNLIKE = 90;

/**
 * How far a tag is from the wanted one; smaller is likelier what was meant. In this order: the same version with or
 * without `v`, or with a slip of the keyboard in its words; the same version in another variant; then the nearest
 * version of the same variant, a patch before a minor before a major; other versions of other variants; anything else by
 * its letters. A pre-release, a build of a commit and an image for Windows are nobody's guess.
 */
export function tagDistance(wanted: string, tag: string): number {
  if (wanted === tag) return 0;
  const [a, b] = [parse(wanted), parse(tag)];
  if (isSlipInLetter(a, b)) return SLIP_IN_LETTER;
  const extra = unasked(a, b);
  const variant = variantDistance(a, b);
  if (a.numbers.length > 0 && b.numbers.length > 0) {
    const prefix = a.prefix === b.prefix ? 0 : OTHER_PREFIX;
    const version = versionDistance(a, b);
    const both = version > TRAILING_ZERO && variant.isOther ? OTHER_VARIANT_AND_VERSION : 0;
    return prefix + version + variant.cost + both + extra;
  }
  if (isReordered(a, b)) return 2 * OTHER_ORDER + extra;
  // No version was asked for (latest, main): the newest release is what most people want.
  if (b.numbers.length > 0) return VERSION_FOR_WORD + Math.min(b.words.join("").length, 19) + extra;
  if (a.numbers.length > 0) return VERSION_FOR_WORD + variant.cost + extra;
  if (!variant.isOther) return variant.cost + extra;
  if (a.words.some((word) => /^[a-z]{3,}$/.test(word) && b.words.includes(word)))
    return OTHER_VARIANT_AND_VERSION + variant.cost + extra;
  return MOVING.test(tag) ? OTHER_MOVING_TAG : UNLIKE + editDistance(a.lower, b.lower);
}

/** Orders tags from the newest version down; what is no version comes last, by name. */
export function newestFirst(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  const [isLeft, isRight] = [left.numbers.length > 0, right.numbers.length > 0];
  if (!isLeft || !isRight) return Number(isRight) - Number(isLeft) || byName(a, b);
  const place = firstDifference(left.numbers, right.numbers);
  if (place >= 0) return (right.numbers[place] ?? 0) - (left.numbers[place] ?? 0);
  return (
    Number(left.isPreRelease) - Number(right.isPreRelease) ||
    byName(left.words.join(), right.words.join()) ||
    byName(a, b)
  );
}

const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** A tag taken apart: `v1.2.3-alpine3.20` is prefix v, numbers 1 2 3, words alpine 3 20. */
interface Parsed {
  readonly lower: string;
  readonly prefix: string;
  /** Empty where the tag does not begin with a version. */
  readonly numbers: readonly number[];
  /** Of a date: days since 1970. */
  readonly day?: number;
  /** The rest, as runs of letters and of digits; a commit's hash is one word. */
  readonly words: readonly string[];
  /** The words with letters in alphabetical order, and those of digits in theirs. */
  readonly letters: string;
  readonly digits: string;
  /** Every run of digits in the tag. */
  readonly numbersInAll: string;
  readonly isPreRelease: boolean;
  readonly isForWindows: boolean;
  readonly isForOneMachine: boolean;
  readonly isOfCommit: boolean;
}

const PREFIX = /^(?:v|ver|version|rel|release)[-_.]?(?=\d)/;
const DATE = /^((?:19|20)\d\d)(?:([-_.])(\d{1,2})[-_.](\d{1,2})|(\d\d)(\d\d))(?!\d)/;
const VERSION = /^\d{1,9}(?:\.\d{1,9})*(?![\da-f]*[a-f][\da-f]{5})/;
const HASH = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{7,64}$/;
const PRE_RELEASE =
  /^[-_.]?(?:a|b|m|rc)\d|(?:^|[-_.])(?:rc|alpha|beta|dev|pre|preview|snapshot|nightly|canary|next)(?:[-_.]?\d|$|[-_.])/;
const MOVING = /^(?:latest|stable|main|master|edge|develop|dev|nightly|release|production|prod|current)$/;
const MACHINE =
  /(?:^|[-_.])(?:amd64|x86[-_]64|arm64(?:v8)?|aarch64|arm32v[567]|armv[67]\w*|i?386|s390x|ppc64le|riscv64|mips64le|loong64)(?=$|[-_.])/;
const WINDOWS = /windows|nanoserver/;

const parsed = new Map<string, Parsed>();

/** Thousands of tags are compared with one and among each other: each is taken apart once. */
function parse(tag: string): Parsed {
  const known = parsed.get(tag);
  if (known) return known;
  if (parsed.size > 20_000) parsed.clear();
  const result = takenApart(tag);
  parsed.set(tag, result);
  return result;
}

function takenApart(tag: string): Parsed {
  const lower = tag.toLowerCase();
  const prefix = PREFIX.exec(lower)?.[0] ?? "";
  const body = lower.slice(prefix.length);
  const date = DATE.exec(body);
  const found = date?.[0] ?? VERSION.exec(body)?.[0] ?? "";
  const rest = found === "" ? lower : body.slice(found.length);
  const numbers = date
    ? [date[1], date[3] ?? date[5], date[4] ?? date[6]].map(Number)
    : found.split(".").filter(Boolean).map(Number);
  const [year = 0, month = 0, day = 0] = numbers;
  // With dots it is as likely a version by the calendar, of which the last number is no day.
  const isDay = date && date[2] !== "." && month <= 12;
  const words = rest.split(/[^a-z\d]+/).flatMap(wordsIn);
  return {
    lower,
    prefix: found === "" ? "" : prefix,
    numbers,
    ...(isDay && { day: Date.UTC(year, month - 1, day) / 86_400_000 }),
    // `22.x` is how people write any 22.
    ...inWords(words.length === 1 && words[0] === "x" ? [] : words),
    numbersInAll: lower.match(/\d+/g)?.join() ?? "",
    isPreRelease: PRE_RELEASE.test(rest),
    isForWindows: WINDOWS.test(lower),
    isForOneMachine: MACHINE.test(lower),
    isOfCommit: words.some((word) => HASH.test(word)),
  };
}

const wordsIn = (part: string): readonly string[] => (HASH.test(part) ? [part] : (part.match(/[a-z]+|\d+/g) ?? []));

function inWords(words: readonly string[]) {
  const isNumber = (word: string) => /^\d+$/.test(word);
  return {
    words,
    letters: words
      .filter((word) => !isNumber(word))
      .sort()
      .join(),
    digits: words.filter(isNumber).join(),
  };
}

/** What nobody means who has not asked for it. */
function unasked(wanted: Parsed, tag: Parsed): number {
  const isUnasked = (what: "isPreRelease" | "isForWindows" | "isOfCommit" | "isForOneMachine") =>
    tag[what] && !wanted[what];
  if (isUnasked("isPreRelease") || isUnasked("isForWindows") || isUnasked("isOfCommit")) return UNASKED;
  return isUnasked("isForOneMachine") ? OTHER_VARIANT : 0;
}

/** One letter wrong, too many, missing or swapped, and every number the same. */
const isSlipInLetter = (a: Parsed, b: Parsed) =>
  a.numbersInAll === b.numbersInAll &&
  Math.abs(a.lower.length - b.lower.length) <= 1 &&
  Math.min(a.lower.length, b.lower.length) >= 4 &&
  editDistance(a.lower, b.lower) <= 1;

function versionDistance(a: Parsed, b: Parsed): number {
  const place = firstDifference(a.numbers, b.numbers);
  if (place < 0) return a.numbers.length === b.numbers.length ? 0 : TRAILING_ZERO;
  if (a.day !== undefined && b.day !== undefined) return PATCH + share(a.day - b.day);
  if (a.numbers.length !== b.numbers.length && a.numbers.join("") === b.numbers.join("")) return OTHER_SEPARATORS;
  const lengths = b.numbers.length - a.numbers.length;
  if (place >= a.numbers.length) return MORE_PRECISE + lengths / 10;
  const base = place === 0 ? MAJOR : place === 1 ? MINOR : PATCH;
  if (place >= b.numbers.length) return base + 9;
  const [left = 0, right = 0] = [a.numbers[place], b.numbers[place]];
  const isRestEqual = firstDifference(a.numbers.slice(place + 1), b.numbers.slice(place + 1)) < 0;
  const distance = base + share(left - right) + Math.abs(lengths) / 2;
  return isRestEqual && isSlipInNumber(left, right) ? Math.min(distance, SLIP_IN_NUMBER) : distance;
}

/** A gap as a part of its class: grows with the gap and stays below 9. */
const share = (gap: number) => (9 * Math.abs(gap)) / (Math.abs(gap) + 1);

function firstDifference(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  for (let place = 0; place < length; place++) if ((a[place] ?? 0) !== (b[place] ?? 0)) return place;
  return -1;
}

/** Two neighbours swapped, or one digit more or less among three. A digit in place of another is another version. */
function isSlipInNumber(a: number, b: number): boolean {
  const [left, right] = [String(a), String(b)];
  if (editDistance(left, right) !== 1) return false;
  return left.length === right.length
    ? [...left].sort().join("") === [...right].sort().join("")
    : Math.max(left.length, right.length) >= 3;
}

type Words = Pick<Parsed, "words" | "letters" | "digits">;

interface VariantDistance {
  readonly cost: number;
  readonly isOther: boolean;
}

/** How far the words behind a version are apart: slips of the keyboard, other words, or another order of the same. */
function variantDistance(a: Words, b: Words): VariantDistance {
  if (a.letters === b.letters && a.digits === b.digits)
    return { cost: a.words.join() === b.words.join() ? 0 : OTHER_ORDER, isOther: false };
  const slips =
    a.words.length === b.words.length ? a.words.map((word, at) => slip(word, b.words[at] ?? "")) : [undefined];
  if (slips.every((one) => one !== undefined))
    return { cost: slips.reduce((sum, one) => sum + one, 0), isOther: false };
  return { cost: OTHER_VARIANT + unmatched(a.words, b.words) * 0.6, isOther: true };
}

/** How many words either side has that the other lacks. */
function unmatched(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  let alone = 0;
  for (const word of a) {
    const at = left.indexOf(word);
    if (at < 0) alone++;
    else left.splice(at, 1);
  }
  return alone + left.length;
}

/** What it takes to make one word of the other; undefined where they are two words, not one and a slip. */
function slip(wanted: string, word: string): number | undefined {
  if (wanted === word) return 0;
  const [isNumber, isOtherNumber] = [/^\d+$/.test(wanted), /^\d+$/.test(word)];
  if (isNumber !== isOtherNumber) return undefined;
  if (isNumber)
    return isSlipInNumber(Number(wanted), Number(word)) ? 1 : 1.5 + share(Number(wanted) - Number(word)) / 9;
  const isHash = HASH.test(wanted) && HASH.test(word);
  if (isHash && (word.startsWith(wanted) || wanted.startsWith(word))) return 1;
  const shortest = Math.min(wanted.length, word.length);
  const edits = editDistance(wanted, word);
  // In a short word one letter in place of another makes another word: cpu and gpu.
  const isSwap = edits === 1 && [...wanted].sort().join() === [...word].sort().join();
  const most =
    shortest >= 7 ? 2 : shortest >= 4 || (shortest === 3 && (isSwap || wanted.length !== word.length)) ? 1 : 0;
  return edits <= most ? edits : undefined;
}

/** The same words and numbers with the version at another place: `alpine-1.25` and `1.25-alpine`. */
function isReordered(a: Parsed, b: Parsed): boolean {
  if (a.numbersInAll !== b.numbersInAll || a.numbers.length + a.words.length < 2) return false;
  const all = ({ numbers, words }: Parsed) => inWords([...numbers.map(String), ...words]);
  return variantDistance(all(a), all(b)).cost <= OTHER_ORDER;
}
