import { withoutUrlLogins } from "../text/run-secrets.ts";
import { MASK, maskAssignments, nameBefore, type Pending } from "./mask-assignments.ts";
import { formMasker, isPasswordFlag } from "./mask-forms.ts";
import { isNoSecret, isSecretName } from "./secret-name.ts";

export { MASK };

/** A longer line is cut: no rule reads so far, and each costs in proportion to the line. */
const LONGEST_LINE = 8192;
/** Where a line is cut a credential may be cut too, and its beginning no longer look like one. */
const LAST_WORD = 512;

/**
 * Takes out of a text what looks like a credential: values of things named so, authorization headers, passwords in
 * URLs, private keys, tokens of a well-known form. Line numbers stay; lines of over 8 KiB are cut. For logs, messages
 * and fields where they enter; better a word too many than a secret in a report.
 */
export function maskCredentials(content: string): string {
  if (!mayHoldCredential(content)) return content.length > LONGEST_LINE ? bounded(content) : content;
  const whole = withoutKeys(content);
  const lines = content.length > LONGEST_LINE ? whole.map(bounded) : whole;
  const pending: Pending = { value: false };
  const maskForms = formMasker(lines);
  let next: Follows | undefined;
  for (const [index, line] of lines.entries()) {
    if (line.length < SHORTEST && !next) continue;
    const continued = next && continuation(line, next);
    next = continued?.next ?? (index + 1 < lines.length ? followsIn(line) : undefined);
    lines[index] = continued ? continued.line : maskForms(withoutUrlLogins(maskAssignments(line, pending)));
  }
  return lines.join("\n");
}

/** A shorter line holds no credential, nor the name of one. */
const SHORTEST = 4;

/**
 * Whether a text is worth reading: a credential has a separator or a blank before it, or is itself long and of letters
 * and digits. Names, numbers and short words are most of what is asked about.
 */
export function mayHoldCredential(content: string): boolean {
  return content.length >= SHORTEST && (/[=:@\s<|]/.test(content) || /[\w$./-]{16}/.test(content));
}

function bounded(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const kept = line.slice(0, LONGEST_LINE);
  const blank = Math.max(kept.lastIndexOf(" "), kept.lastIndexOf("\t"));
  return `${kept.slice(0, Math.max(blank, LONGEST_LINE - LAST_WORD))}…`;
}

/** The lines before and after the body of a private key. */
const KEY_MARK = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** Base64 as PEM has it, behind whatever a logger puts before a line. */
const KEY_BODY = /(?:^|[\s"'])[A-Za-z0-9+/]{40,76}={0,2}["',\\]{0,4}\r?$/;
const MAY_BE_KEY_BODY = /[A-Za-z0-9+/=]{8}\s{0,4}$/;

/** Private keys in PEM: whole blocks, and what is left of one of which the log has only the end or the beginning. */
function withoutKeys(content: string): string[] {
  const lines = content.split("\n");
  // Neither beginning nor end: the log is a piece out of the middle.
  if (
    KEY_BODY.test(lines[1] ?? "") &&
    lines.length > 2 &&
    lines.slice(1).every((line) => line === "" || KEY_BODY.test(line))
  )
    return lines.map((line) => (line === "" ? line : MASK));
  if (!content.includes("PRIVATE KEY")) return lines;
  let isInside = false;
  for (const [index, line] of lines.entries()) {
    const key = maskKeysIn(line, isInside);
    isInside = key.isInside;
    lines[index] = key.line;
    if (!key.isEndOnly) continue;
    // A block that began before the log does.
    for (let before = index - 1; before >= 0 && MAY_BE_KEY_BODY.test(lines[before] ?? ""); before--)
      lines[before] = MASK;
  }
  return lines;
}

/** The same for one line, in which a block may begin, end, or be as a whole, with `\n` for its line breaks. */
function maskKeysIn(line: string, wasInside: boolean) {
  let masked = wasInside ? MASK : "";
  let isInside = wasInside;
  let isEndOnly = false;
  let done = 0;
  for (const { 0: mark, 1: side, index } of line.matchAll(KEY_MARK)) {
    if (side === "BEGIN" && !isInside) masked += `${line.slice(done, index)}-----BEGIN PRIVATE KEY----- ${MASK}`;
    if (side === "END" && !isInside) {
      masked += MASK;
      isEndOnly = true;
    }
    isInside = side === "BEGIN";
    done = index + mark.length;
  }
  return { line: isInside ? masked : masked + line.slice(done), isInside, isEndOnly };
}

/** What the lines after this one hold: a block below `password: |`, the value of a name or flag that ends the line. */
interface Follows {
  readonly is: "block" | "word";
  readonly indent: number;
}

/** How the value of a name begins that is on the lines below: YAML's block, or nothing. */
const BLOCK = /[:=]\s{0,4}([|>][-+\d]{0,2})$/;

function followsIn(line: string): Follows | undefined {
  const text = (line.endsWith("\\") ? line.slice(0, -1) : line).trimEnd();
  const indent = line.length - line.trimStart().length;
  const flag = text.slice(text.lastIndexOf(" ") + 1);
  if (flag.startsWith("-")) return isPasswordFlag(flag) ? { is: "word", indent } : undefined;
  const block = BLOCK.exec(text.slice(-16))?.[0].length ?? 0;
  const at = block
    ? text.length - block
    : /[:=]$|=>$/.test(text.slice(-2))
      ? text.length - (text.endsWith(">") ? 2 : 1)
      : -1;
  return at > 0 && isSecretName(nameBefore(text, at).text) ? { is: block ? "block" : "word", indent } : undefined;
}

function continuation(line: string, follows: Follows): { readonly line: string; readonly next?: Follows } | undefined {
  const indent = line.length - line.trimStart().length;
  if (follows.is === "block") {
    if (line.trim() === "") return { line, next: follows };
    return indent > follows.indent ? { line: line.slice(0, indent) + MASK, next: follows } : undefined;
  }
  const [, before = "", word = "", after = ""] =
    /^(\s{0,64}(?:- )?["']?)([^\s"']{1,2048})(["']?,?\s{0,8}\\?\s{0,8})$/.exec(line) ?? [];
  // A line that is a name of its own, or prose, is none.
  if (!word || isNoSecret(word) || /[:={[(]$/.test(word) || (indent <= follows.indent && !/["']/.test(before)))
    return undefined;
  return { line: before + MASK + after };
}
