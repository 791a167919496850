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

const MESSAGES: ReadonlySet<string> = new Set(["message", "reason", "note"]);
const MAPS: ReadonlySet<string> = new Set(["annotations", "labels"]);

/** Whether all strings of a field are bounded: annotations and labels. */
export const isBoundedMap = (field: string): boolean => MAPS.has(field);

/**
 * The text of a field as rules read it: messages, reasons, annotations and labels are bounded. Other fields stay as they
 * are: commands that repair them repeat them. `isOfMap`: of a field of which isBoundedMap.
 */
export const boundedField = (field: string, content: string, isOfMap: boolean): string =>
  content.length > MOST_MESSAGE_LENGTH && (isOfMap || MESSAGES.has(field))
    ? boundedText(content, MOST_MESSAGE_LENGTH)
    : content;
