/**
 * A sentence for a person. Plain strings are prose; the other pieces are things that a renderer may set apart. A piece
 * never holds markup: renderers escape all of it, as much of it comes from a cluster.
 */
export type Piece = string | { readonly as: "name" | "value" | "path" | "command"; readonly text: string };
export type Text = readonly Piece[];

type Part = Text | Piece | number | false | null | undefined;

/** Puts a Text together: text`Pod ${name("web")} has no node.`; parts that are false, null or undefined leave nothing. */
export function text(strings: TemplateStringsArray, ...parts: readonly Part[]): Text {
  return strings.flatMap((string, index): Piece[] => [...(string ? [string] : []), ...pieces(parts[index])]);
}

function pieces(part: Part): readonly Piece[] {
  if (part === false || part === null || part === undefined || part === "") return [];
  if (typeof part === "number") return [String(part)];
  return isText(part) ? part : [part];
}

const isText = (part: Text | Piece): part is Text => Array.isArray(part);

/** The name of an object, container, key: what one could type. */
export const name = (value: string): Piece => ({ as: "name", text: value });
/** A value as it stands in an object: an image, a message. */
export const value = (content: string): Piece => ({ as: "value", text: content });
/** A field path. */
export const path = (fieldPath: string): Piece => ({ as: "path", text: fieldPath });
/** Something to type, within a sentence. */
export const command = (line: string): Piece => ({ as: "command", text: line });

/** The words alone. */
export function plain(content: Text): string {
  return content.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");
}

/** `1 pod`, `3 pods`; the plural is the singular with an s unless given. */
export function count(n: number, singular: string, plural = `${singular}s`): string {
  return `${n} ${n === 1 ? singular : plural}`;
}

/**
 * `a`, `a and b`, `a, b and c`; beyond `most` the rest is counted: `a, b and 7 others`. Of very many the first ones will do, with
 * their number.
 */
export function list(items: readonly Piece[], most = 4, total = items.length): Text {
  const shown = total > most ? [...items.slice(0, most - 1), `${total - most + 1} others`] : items;
  return shown.flatMap((item, index): Piece[] => {
    const before = index === 0 ? [] : [index === shown.length - 1 ? " and " : ", "];
    return [...before, item];
  });
}

/** A duration as kubectl prints ages: `45s`, `4m12s`, `3h5m`, `2d4h`. Takes seconds. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [
    Math.floor(total / 86400),
    Math.floor(total / 3600) % 24,
    Math.floor(total / 60) % 60,
  ];
  if (days > 0) return days >= 8 || hours === 0 ? `${days}d` : `${days}d${hours}h`;
  if (hours > 0) return minutes === 0 ? `${hours}h` : `${hours}h${minutes}m`;
  if (minutes > 0) return minutes >= 10 || total % 60 === 0 ? `${minutes}m` : `${minutes}m${total % 60}s`;
  return `${total}s`;
}
