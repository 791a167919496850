/** The next line that is neither blank nor a comment. */
interface Line {
  readonly indent: number;
  readonly isItem: boolean;
  /** Undefined for an item of a list that is a value of its own. */
  readonly key: string | undefined;
  /** Undefined where what follows on further lines is the value. */
  readonly value: unknown;
}

const LINE = /^( *)(- )?(?:([A-Za-z][\w.-]*):(?: (\S+))?|(\S+))$/;
/** Words that YAML 1.1 takes for something else than themselves. */
const SPECIAL = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** Letters first, so that it is no number; nothing that begins or ends anything else in YAML. */
const PLAIN = /^[A-Za-z/][\w+/=.@:-]*(?<!:)$/;
const QUOTED = /^"[^"\\]*"$/;
const LITERALS: ReadonlyMap<string, () => unknown> = new Map(
  Object.entries({
    "{}": () => ({}),
    "[]": () => [],
    true: () => true,
    false: () => false,
    null: () => null,
  }),
);

/** Thrown at what only a whole YAML parser can read. */
class NotPlain extends Error {}

/**
 * Reads the YAML that kubectl itself writes: block mappings and lists of plain words. Undefined for all else, which is
 * js-yaml's: to load that and to read a kubeconfig with it takes a twelfth of a run.
 */
export function parsePlainYaml(content: string): unknown {
  try {
    const lines = linesOf(content);
    const [first] = lines;
    if (!first) return undefined;
    const reader = { lines, at: 0 };
    const value = first.isItem ? listAt(reader, first.indent) : mappingAt(reader, first.indent);
    return reader.at === lines.length ? value : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function linesOf(content: string): readonly Line[] {
  const lines: Line[] = [];
  for (const text of content.split("\n")) {
    if (/^ *(?:#.*)?$/.test(text)) continue;
    const [, spaces = "", dash, key, after, alone] = LINE.exec(text) ?? [];
    if ((key ?? alone) === undefined || (key && SPECIAL.test(key)) || (alone && !dash)) throw new NotPlain();
    const indent = spaces.length;
    // What stands behind the dash is a line of its own, two columns further in.
    if (dash) lines.push({ indent, isItem: true, key: undefined, value: alone && scalar(alone) });
    if (key) lines.push({ indent: indent + (dash ? 2 : 0), isItem: false, key, value: after && scalar(after) });
  }
  return lines;
}

function scalar(word: string): unknown {
  const literal = LITERALS.get(word);
  if (literal) return literal();
  if (QUOTED.test(word)) return word.slice(1, -1);
  if (PLAIN.test(word) && !SPECIAL.test(word)) return word;
  throw new NotPlain();
}

interface Reader {
  readonly lines: readonly Line[];
  at: number;
}

function mappingAt(reader: Reader, indent: number): Record<string, unknown> {
  const mapping: Record<string, unknown> = {};
  for (let line = reader.lines[reader.at]; line?.key && line.indent === indent; line = reader.lines[reader.at]) {
    reader.at++;
    mapping[line.key] = line.value === undefined ? blockBelow(reader, indent, true) : line.value;
  }
  return mapping;
}

function listAt(reader: Reader, indent: number): unknown[] {
  const list: unknown[] = [];
  for (let line = reader.lines[reader.at]; line?.isItem && line.indent === indent; line = reader.lines[reader.at]) {
    reader.at++;
    list.push(line.value === undefined ? blockBelow(reader, indent, false) : line.value);
  }
  return list;
}

/** A kubeconfig has 6 levels; each takes its place on the stack. */
const MOST_INDENT = 200;

/** What stands further in; the list of a key may stand as far out as the key. */
function blockBelow(reader: Reader, indent: number, isOfKey: boolean): unknown {
  const line = reader.lines[reader.at];
  if (!line) return null;
  if (line.indent > MOST_INDENT) throw new NotPlain();
  if (line.isItem && (line.indent > indent || (isOfKey && line.indent === indent))) return listAt(reader, line.indent);
  return line.indent > indent ? mappingAt(reader, line.indent) : null;
}
