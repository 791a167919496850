/**
 * The longest text of a message, a reason or an annotation that rules read. An event's message has at most 1,024
 * characters (kubernetes v1.36 pkg/apis/core/validation/events.go), a condition's 32,768, and ordinary ones far fewer.
 */
export const MOST_MESSAGE_LENGTH = 16 * 1024;

/** The longest line of a log that rules read: what it says of a failure is at its beginning. */
export const MOST_LINE_LENGTH = 4 * 1024;

/** Cut at the last space before the bound, with an ellipsis; as it is where it is not longer. */
export function boundedText(text: string, most: number): string {
  if (text.length <= most) return text;
  const space = text.lastIndexOf(" ", most - 2);
  // The text may have no spaces. Half of a surrogate pair is not a character.
  const end = space > most / 2 ? space : most - 2;
  return `${text.slice(0, end).replace(/[\ud800-\udbff]$/, "")} …`;
}

/** A log whose lines are not longer than rules read. Line numbers stay. */
export function boundedLines(log: string): string {
  if (log.length <= MOST_LINE_LENGTH) return log;
  return log
    .split("\n")
    .map((line) => boundedText(line, MOST_LINE_LENGTH))
    .join("\n");
}

const MESSAGES = new Set(["message", "reason", "note"]);
const MAPS = new Set(["annotations", "labels"]);

/**
 * Bounds the messages, reasons, annotations and labels of an object, at any depth and in place. Other fields stay as they
 * are: commands that repair them repeat them.
 */
export function boundMessages(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const record = value as Record<string, unknown>;
  for (const field in record) {
    const content = record[field];
    if (typeof content === "string") {
      if (content.length > MOST_MESSAGE_LENGTH && MESSAGES.has(field)) {
        record[field] = boundedText(content, MOST_MESSAGE_LENGTH);
      }
      continue;
    }
    if (MAPS.has(field) && content && typeof content === "object") boundAll(content as Record<string, unknown>);
    else boundMessages(content);
  }
}

function boundAll(texts: Record<string, unknown>): void {
  for (const key in texts) {
    const text = texts[key];
    if (typeof text === "string" && text.length > MOST_MESSAGE_LENGTH) {
      texts[key] = boundedText(text, MOST_MESSAGE_LENGTH);
    }
  }
}
