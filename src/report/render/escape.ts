/** Everything a terminal could take for more than text: C0, C1, bidi marks and overrides, zero-width and line separators. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Makes text from a cluster safe to print: line breaks become a visible ⏎, other control characters \u escapes. */
export function escapeText(content: string): string {
  return content
    .replace(/\r?\n/g, " ⏎ ")
    .replaceAll("\t", " ")
    .replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The same for Markdown: what could be markup or HTML is escaped as well. */
export function escapeMarkdown(content: string): string {
  return escapeText(content).replace(/[\\`*_{}[\]<>()#+!|~@-]/g, (char) =>
    char === "<" ? "&lt;" : char === ">" ? "&gt;" : char === "@" ? "&#64;" : `\\${char}`,
  );
}

/** Inline code: the fence is longer than any run of backticks within. */
export function markdownCode(content: string): string {
  const safe = escapeText(content);
  const longest = Math.max(0, ...[...safe.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}
