import { EVERY_UNSEEN, jsonEscape } from "../../text/unseen.ts";

/** `\u202e`, `\u{e0041}`: the character as source code has it. */
const escaped = (char: string) => {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
};

/** Makes text from a cluster safe to print: line breaks become a visible ⏎, other control characters \u escapes. */
export function escapeText(content: string): string {
  return content.replace(/\r?\n/g, " ⏎ ").replaceAll("\t", " ").replace(EVERY_UNSEEN, escaped);
}

/** Makes a document safe to print that is not ours to reword (JSON, YAML): only what its own quoting lets through. */
export function escapeInJson(json: string): string {
  // The line breaks are ours.
  return json.replace(EVERY_UNSEEN, (char) => (char === "\n" ? char : jsonEscape(char)));
}

/**
 * The same for Markdown: what could be markup, HTML, a mention, a reference or a link is taken apart. GitHub looks for
 * mentions and references in the rendered words, where only a comment between sign and name keeps them apart.
 */
export function escapeMarkdown(content: string): string {
  return escapeText(content)
    .replaceAll("&", "&amp;")
    .replace(/[<>]/g, (char) => (char === "<" ? "&lt;" : "&gt;"))
    .replace(/[\\`*_{}[\]!|~]/g, "\\$&")
    .replace(/^(\s*)([-+=]|\d+[.)])/, "$1\\$2")
    .replace(/[@#]/g, (char) => `${char === "#" ? "\\#" : char}<!-- -->`)
    .replaceAll("://", ":<!-- -->//")
    .replace(/\b(www)\./gi, "$1<!-- -->.");
}

/** Inline code: the fence is longer than any run of backticks within. */
export function markdownCode(content: string): string {
  const safe = escapeText(content);
  // Code that is empty, or all blanks, is no code in Markdown.
  if (safe.trim() === "") return "` `";
  const fence = "`".repeat(longestRun(safe) + 1);
  return /^[` ]|[` ]$/.test(safe) ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}

/** A block of code with lines of ours, each escaped. */
export function markdownBlock(lines: readonly string[], language: string, indent = ""): string {
  const safe = lines.map(escapeText);
  const fence = "`".repeat(Math.max(3, longestRun(safe.join("\n")) + 1));
  return [`${fence}${language}`, ...safe, fence].map((line) => indent + line).join("\n");
}

const longestRun = (content: string) => Math.max(0, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));

/** How far back from where it would be cut a word may begin or end. */
const WORD = 16;

/**
 * A long value without its middle: both ends of a message tell more than its first half. Cuts between words where one
 * ends near by, and never a character in two.
 */
export function cutMiddle(content: string, most: number): string {
  if (content.length <= most) return content;
  const characters = [...content];
  if (characters.length <= most) return content;
  const half = Math.floor((most - 3) / 2);
  const [begin, end] = [characters.slice(0, half).join(""), characters.slice(-half).join("")];
  const [last, first] = [begin.lastIndexOf(" "), end.indexOf(" ")];
  const head = last > 0 && last >= begin.length - WORD ? begin.slice(0, last) : begin;
  const tail = first >= 0 && first < WORD ? end.slice(first + 1) : end;
  return `${head} … ${tail}`;
}
