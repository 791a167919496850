import { isNoSecret, isSecretName } from "./secret-name.ts";

/** What stands where a credential was. */
export const MASK = "***";

/** No name of a credential is longer. */
const LONGEST_NAME = 96;
const LONGEST_GAP = 8;
/** Of a value that is only looked at. */
const LONGEST_OTHER = 256;

/** Headers whose whole value is a credential, blanks included. */
const WHOLE_LINE = /(?:cookie|authorization)$/i;
const SCHEME = /^(?:basic|bearer|digest|negotiate|ntlm|token|apikey|aws4-hmac-sha256)[ \t]+/i;

/** Where a value that is not in quotes ends: at what separates it from the next name, or ends what it is in. */
const NEXT_FIELD = /[,;&](?:$|["'[{(]|[ \t]*[\w.@$-]{1,64}[ \t]{0,4}[=:])|[)\]}>]{1,16}[,;.]?$|[,;.]$/;

/** Fields that name what another field, the value, is of. */
const NAMES_ANOTHER: ReadonlySet<string> = new Set(["name", "key", "k"]);
const IS_VALUE: ReadonlySet<string> = new Set(["value", "v", "val"]);

/** What is remembered from one assignment to the next, also across lines: {"name": "DB_PASSWORD", "value": "…"}. */
export interface Pending {
  /** The value of `value` is a credential, as `name` said. */
  value: boolean;
}

/**
 * Masks values of things that are named as a credential: `password=…`, `"token": "…"`, `PGPASSWORD: …`, `pwd => …`,
 * whatever quotes them. Goes from separator to separator, so the cost is that of reading the line.
 */
export function maskAssignments(line: string, pending: Pending): string {
  let masked = "";
  let done = 0;
  for (let at = nextSeparator(line, 0); at >= 0; at = nextSeparator(line, at)) {
    const end = separatorEnd(line, at);
    const name = nameBefore(line, at);
    // What follows `/etc/passwd:` is about the file.
    const isFile = line[at] === ":" && line[name.start - 1] === "/";
    at = end;
    if (isFile) continue;
    const word = name.text.toLowerCase();
    const isNamed = NAMES_ANOTHER.has(word);
    const isPaired = pending.value && IS_VALUE.has(word);
    const mayBeAuth = word === "auth" || word === "_auth";
    const isSecret = isPaired || isSecretName(name.text) || isSpacedKey(line, name);
    if (!isSecret && !isNamed && !mayBeAuth) continue;
    const value = valueAt(line, end, name, isSecret ? line.length : LONGEST_OTHER);
    if (isNamed) pending.value = isSecretName(value.text);
    if (!isSecret && !(mayBeAuth && isLogin(value.text))) continue;
    if (isPaired) pending.value = false;
    if (isNoSecret(value.text) || isProse(line, end, value) || isCountOf(word, value.text)) continue;
    const kept = WHOLE_LINE.test(word) ? (SCHEME.exec(value.text)?.[0] ?? "") : "";
    masked += line.slice(done, value.start) + kept + MASK;
    done = value.end;
    at = value.end;
  }
  return done === 0 ? line : masked + line.slice(done);
}

function nextSeparator(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const char = line[at];
    if (char === "=") return at;
    if (char !== ":") continue;
    // Not the colon of a URL, of std::string or of an IPv6 address.
    if (line.startsWith("://", at)) at += 2;
    else if (line[at + 1] === ":" && line[at + 2] !== "=") at++;
    else return at;
  }
  return -1;
}

function separatorEnd(line: string, at: number): number {
  let end = at + 1;
  while (end < at + 3 && (line[end] === "=" || line[end] === ">")) end++;
  return end;
}

interface Name {
  readonly text: string;
  readonly start: number;
  readonly quote: string;
}

const isNameChar = (char: string | undefined) => char !== undefined && /[\w.$-]/.test(char);
const isBlank = (char: string | undefined) => char === " " || char === "\t";

/** The name that ends before a separator, without its quotes. */
export function nameBefore(line: string, at: number): Name {
  let end = at;
  for (let gap = 0; gap < LONGEST_GAP && isBlank(line[end - 1]); gap++) end--;
  for (let gap = 0; gap < LONGEST_GAP && /["'\\\]`]/.test(line[end - 1] ?? ""); gap++) end--;
  let start = end;
  while (start > 0 && end - start < LONGEST_NAME && isNameChar(line[start - 1])) start--;
  const quote = line[start - 1] ?? "";
  return { text: line.slice(start, end), start, quote: quote === '"' || quote === "'" ? quote : "" };
}

interface Value {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
}

function valueAt(line: string, from: number, name: Name, most: number): Value {
  let start = from;
  while (isBlank(line[start])) start++;
  const opening = /^[a-z]{0,2}(\\{0,64})(["'`])/i.exec(line.slice(start, start + 70));
  if (opening) {
    const begin = start + opening[0].length;
    const end = closingQuote(line, begin, opening[2] ?? "", opening[1]?.length ?? 0);
    return { text: line.slice(begin, end), start: begin, end, isQuoted: true };
  }
  const first = line[start];
  if (first === "[" || first === "{" || first === "(") {
    // A list or a structure has its own names; what is said to be one value is in brackets of ODBC or of a map.
    const isStructure = first === "{" && line[from - 1] === ":";
    const closing = line.indexOf(first === "[" ? "]" : first === "{" ? "}" : ")", start);
    const end = closing < 0 ? line.length : closing;
    if (isStructure || /s$/i.test(name.text)) return { text: "", start, end: start, isQuoted: false };
    return { text: line.slice(start + 1, end), start: start + 1, end, isQuoted: true };
  }
  if (WHOLE_LINE.test(name.text)) {
    const outer = name.quote ? line.indexOf(name.quote, start) : -1;
    const end = outer < 0 ? line.length : outer;
    return { text: line.slice(start, end), start, end, isQuoted: false };
  }
  const found = line.slice(start, start + most).search(/[\s"'`]/);
  let end = found < 0 ? Math.min(line.length, start + most) : start + found;
  const cut = NEXT_FIELD.exec(line.slice(start, end + LONGEST_NAME));
  // What separates may be followed by a blank and the next name.
  if (cut && start + cut.index < end) end = start + cut.index;
  else if (/[,;.)\]}>]/.test(line[end - 1] ?? "")) end = trimmedEnd(line, start, end);
  while (line[end - 1] === "\\" && end > start) end--;
  return { text: line.slice(start, end), start, end, isQuoted: false };
}

function trimmedEnd(line: string, start: number, end: number): number {
  let at = end;
  while (at > start && /[,;.)\]}>]/.test(line[at - 1] ?? "")) at--;
  return at;
}

/** The quote that closes a value: escaped no deeper than the one that opened it. */
function closingQuote(line: string, from: number, quote: string, depth: number): number {
  for (let at = line.indexOf(quote, from); at >= 0; at = line.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (line[at - 1 - backslashes] === "\\" && at - backslashes > from) backslashes++;
    if (backslashes <= depth) return at - backslashes;
  }
  return line.length;
}

/** `"auth": "c2hvcDpodW50ZXIy"` of a pull secret; the word auth alone is of many things. */
const isLogin = (value: string) => /^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(value) && /[A-Z0-9=]/.test(value);

/** `API key: …`, `access key: …`, in two words. Not `secret key: …`, by which the kubelet means a key of a Secret. */
const isSpacedKey = (line: string, { text, start }: Name) =>
  /^(?:key|code)$/i.test(text) &&
  /\b(?:api|access|account|client|license|master|pass|private|signing)[ \t]$/i.test(
    line.slice(Math.max(0, start - 16), start),
  );

/** "getting the secret: resource name may not be empty"; after the word password nothing is taken for prose. */
function isProse(line: string, separatorEnd: number, { text, end, isQuoted }: Value): boolean {
  if (isQuoted || line[separatorEnd - 1] !== ":" || !isBlank(line[separatorEnd])) return false;
  const name = nameBefore(line, separatorEnd - 1).text;
  if (!/^(?:secrets?|tokens?|signature|cookie|credentials?|authorization|webhook)$/i.test(name)) return false;
  const [word = "", next] = text.split(/\s/, 2);
  const rest = next === undefined ? line.slice(end) : ` ${next}`;
  return (/^[a-z]+:?$/.test(word) && /^\s+\S/.test(rest)) || (/^[A-Z][a-z]+$/.test(word) && /^\s+"/.test(rest));
}

/** `max_tokens=4096`: how many there are. */
const isCountOf = (name: string, value: string) => name.endsWith("s") && /^\d+$/.test(value);
