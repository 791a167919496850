import { type Command, type PatchFile, pasted } from "../../text/command.ts";
import { quotedFor, type Shell } from "../../text/shell.ts";
import type { Text } from "../../text/text.ts";
import { cutMiddle, escapeText } from "./escape.ts";

/** How a piece of a line looks, where colours are on. Nothing may depend on it to be understood. */
export type Style = "strong" | "trouble" | "quiet";

/** A piece of a line, safe to print. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
  /** Never broken over lines: a command must paste as it is. */
  readonly isWhole?: boolean;
}
export type Line = readonly Span[];

/** What the reader's terminal is like, and what the reader's commands need. */
export interface RenderOptions {
  readonly color: boolean;
  /** Columns. */
  readonly width: number;
  /** All rows and whole messages instead of a screenful. */
  readonly wide: boolean;
  /** The user's own --context, --kubeconfig and kin: each printed kubectl command gets them. */
  readonly kubectlFlags: readonly string[];
  /** For which shell commands are quoted; bash where absent. */
  readonly shell?: Shell;
}

/** Beyond this a value is cut in its middle, unless --wide. */
export const LONGEST_VALUE = 600;

const ANSI: Readonly<Record<Style, string>> = { strong: "\u001b[1m", trouble: "\u001b[1;31m", quiet: "\u001b[2m" };

/** The lines as text, each ended by a line break. */
export function printed(lines: readonly Line[], color: boolean): string {
  const paint = ({ text, style }: Span) => (style && text.trim() ? `${ANSI[style]}${text}\u001b[0m` : text);
  return lines
    .map((line) => `${color ? joined(line).map(paint).join("").trimEnd() : wordsOf(line).trimEnd()}\n`)
    .join("");
}

/** Neighbours that look the same as one span. */
function joined(line: Line): Span[] {
  const spans: Span[] = [];
  for (const one of line) {
    const last = spans.at(-1);
    if (last && last.style === one.style) spans[spans.length - 1] = { ...last, text: last.text + one.text };
    else spans.push(one);
  }
  return spans;
}

/** A span of our own words. */
export const span = (words: string, style?: Style): Span => ({ text: words, ...(style && { style }) });
/** Words without looks. */
export const wordsOf = (line: Line) => line.map(({ text }) => text).join("");
/** Columns a line takes: one for each character. */
export const columns = (line: Line) => [...wordsOf(line)].length;
/** The text padded with blanks to a number of columns. */
export const padded = (content: string, to: number) => content + " ".repeat(Math.max(0, to - [...content].length));

/** A sentence as spans: everything escaped, commands whole and with the user's flags. */
export function spansOf(content: Text, { wide, kubectlFlags, shell }: RenderOptions, style?: Style): Line {
  return content.map((piece): Span => {
    const looks = style && { style };
    if (typeof piece === "string") return { text: escapeText(piece), ...looks };
    if (piece.as === "command")
      return { text: escapeText(commandWithFlags(piece.text, kubectlFlags, shell)), isWhole: true, ...looks };
    const safe = escapeText(piece.text);
    return { text: wide ? safe : cutMiddle(safe, LONGEST_VALUE), ...looks };
  });
}

/** A command that stands in a sentence, as a string, with the user's flags where the shell can have them. */
export function commandWithFlags(line: string, flags: readonly string[], shell: Shell = "bash"): string {
  const quoted = flags.map((flag) => quotedFor(shell, flag));
  if (flags.length === 0 || quoted.includes(undefined)) return line;
  return line.replace(/^kubectl(?: why-pending)?(?= )/, (program) => `${program} ${quoted.join(" ")}`);
}

/** A command as a line to paste, after the file that it needs, if any; or why there is none. */
export function commandLines(command: Command, options: RenderOptions): readonly string[] {
  const { file, line } = commandFor(command, options);
  return [...(file ? [`Save as ${file.name}: ${file.content}`] : []), line].map(escapeText);
}

/** The command and its file, or a sentence in the place of the line. */
export function commandFor(
  command: Command,
  { kubectlFlags, shell = "bash" }: RenderOptions,
): { readonly line: string; readonly file?: PatchFile } {
  const found = pasted(command, kubectlFlags, shell);
  if (!("odd" in found)) return found;
  return {
    line: `(A command is left out: ${JSON.stringify(cutMiddle(found.odd, 60))} cannot be quoted safely for ${shell}.)`,
  };
}

/**
 * A paragraph behind a label. Its words are wrapped to the width; lines after the first start at column `indent`,
 * where the first starts too if the label leaves room. A word that is longer than a line is not broken.
 */
export function paragraph(label: Line, indent: number, content: Line, width: number): Line[] {
  const start = Math.max(indent, columns(label) + (label.length ? 1 : 0));
  const lines: Line[] = [];
  let line: Span[] = [...label, span(" ".repeat(start - columns(label)))];
  let used = start;
  let isEmpty = true;
  for (const word of words(content)) {
    const length = columns(word);
    if (!isEmpty && used + 1 + length > width) {
      lines.push(line);
      line = [span(" ".repeat(indent))];
      used = indent;
      isEmpty = true;
    }
    if (!isEmpty) line.push(span(" ", word[0]?.style));
    line.push(...word);
    used += length + (isEmpty ? 0 : 1);
    isEmpty = false;
  }
  return [...lines, line];
}

/** The words of some spans; a word may consist of several spans that touch. */
function words(content: Line): Line[] {
  const all: Line[] = [];
  let word: Span[] = [];
  const end = () => {
    if (word.length) all.push(word);
    word = [];
  };
  for (const piece of content) {
    if (piece.isWhole) {
      word.push(piece);
      continue;
    }
    for (const [index, part] of piece.text.split(/ +/).entries()) {
      if (index > 0) end();
      if (part) word.push({ ...piece, text: part });
    }
  }
  end();
  return all;
}

/** Rows as columns, as kubectl prints them: three blanks between, the last column as it comes. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, [...cell].length);
  return rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? cell : padded(cell, (widths[index] ?? 0) + 3))).join(""),
  );
}
