/** A line of a log that says why the program ended. */
export interface TellingLine {
  /** The line as a person reads it: without colours, times and levels in front of it. */
  readonly words: string;
  /** Its place among all lines. */
  readonly index: number;
  /** `severe`: by its form it is an error; `plain`: merely one of the last words. */
  readonly weight: "severe" | "plain";
}

/** Only the end of a log is looked at. */
const MOST_LINES = 400;

const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** Lines that belong to an error, and do not say what it is: frames of a stack, dumps, marks, hints. */
const NOISE: readonly RegExp[] = [
  /^\s+at\s/,
  /^\s*at\s+\S[^(]*\(.*\)\s*$/,
  /^\s*\.\.\. \d+ (?:more|common frames)/,
  /^\s+File ".*", line \d+/,
  /^\s+from \S+:\d+/,
  /^\s*#\d+\s/,
  /^\s+\d+: (?:0x|[\w:<]+)/,
  /^goroutine \d+ /,
  /^\s+\S+\.(?:go|rs|c|cc|cpp|py|js|ts|rb|php|java|scala|kt|cs|ex|exs):\d+/,
  /^\S{1,500}\(.*\)$/,
  /^created by /,
  /^\s*[\^~]+\s*$/,
  /^exit status \d+$/,
  /^\[signal SIG/,
  /^Traceback \(most recent call last\)/,
  /^Stack trace:?$/i,
  /^\s+thrown in /,
  /^\s*--- End of /,
  /^note: (?:run with|Some details)/,
  /^Node\.js v\d/,
  /^npm (?:ERR!|error)\s*(?:$|code |errno |path |signal |workspace |location |A complete log|command |This is probably not|Exit status|Failed at|\d{4}-|\s{4}\/)/,
  /^(?:During handling of the above|The above exception was the direct cause)/,
  /^\s*(?:code|errno|syscall|address|port|path|hostname|requireStack|spawnargs|info|severity|stack): /,
  /^\s*(?:'[\w]+'|"[\w]+"): .*,?$/,
  /^\s*[{}[\]()]+,?;?\s*$/,
  /^(?:node:|\/|file:\/\/)\S*:\d+$/,
  /^\s*(?:throw |raise |return |await )/,
  /^[=*_#-]{3,}$/,
  /^(?:exiting|exited|goodbye|bye|shutting down|stopped|terminated|done)\.?!?$/i,
  /^Emitted 'error' event/,
  /^(?:For more information|See |Try |Usage:|usage:|Learn more|To see |Use )/,
  /^\s+\[?(?:cause|errors)\]?: \[?$/,
];

/** What a line must have to be an error by its form, and how much that counts. */
const FORMS: readonly (readonly [RegExp, number])[] = [
  // An exception of Python, Java, .NET or Node: its class, a colon, what happened; the innermost cause of several.
  [/^(?:Caused by: |\s*---> |\s*\[cause\]: )/, 95],
  [
    /^(?:[a-z_$][\w$]*\.)*[A-Z][\w$]*(?:Error|Exception|Exit|Interrupt|Failure|Fault|Iteration)(?: \[\w+\])?(?::|$)/,
    90,
  ],
  [/^(?:[\w$]+\.)+[A-Z]\w*(?:Error|Exception)\b/, 90],
  [/^(?:Exception in thread|Unhandled exception|Uncaught|PHP (?:Fatal|Parse) error|Fatal error:|Parse error:)/i, 88],
  [/^(?:panic: |fatal error: |thread '.*' panicked at )/, 92],
  [/^runtime: out of memory/, 92],
  [/\((?:[A-Z]\w*::)*[A-Z]\w*(?:Error|Exception)\)$/, 90],
  [/^(?:FATAL|PANIC|CRITICAL|EMERG|ALERT)\b/i, 85],
  [/\[(?:emerg|alert|crit|fatal)\]/i, 85],
  [/"(?:level|severity|lvl|log\.level)"\s*:\s*"(?:fatal|panic|critical|emerg\w*|alert|dpanic)"/i, 85],
  [/\b(?:level|lvl|severity)=(?:fatal|panic|critical|crit|emerg\w*)\b/i, 85],
  [/^F\d{4} \d\d:\d\d:\d\d/, 85],
  [/"(?:level|severity|lvl|log\.level)"\s*:\s*(?:"(?:error|err)"|50|60)/i, 70],
  [/\b(?:level|lvl|severity)=(?:error|err)\b/i, 70],
  [/^E\d{4} \d\d:\d\d:\d\d/, 70],
  // Elasticsearch, OpenSearch.
  [/^bootstrap check failure \[\d+\] of/, 85],
  [/^\[?(?:ERROR|ERR|SEVERE|FAILED|Error)\b\]?/, 72],
  [/(?:^|[\s[(|])(?:FATAL|CRITICAL|PANIC)(?=[\s\]):|])/, 85],
  [/(?:^|[\s[(|])(?:ERROR|ERR!|SEVERE)(?=[\s\]):|])/, 70],
  [/^\S*(?:ba|da|a|z|k)?sh: (?:-c: )?(?:line )?(?:\d+: )?/, 66],
  [/^[\w./-]+: (?:error|fatal|cannot|can't|could not|unable|failed|unrecognized|invalid|unknown|illegal)\b/i, 65],
  [
    /\b(?:fatal|cannot|can't|could not|couldn't|unable to|failed to|failed:|failure|not found|no such|denied|refused|invalid|missing|required|must be|must not|undefined|unreachable|unknown|unexpected|unsupported|timed out|not set|abort(?:ed|ing)?|error|exception|E[A-Z]{4,})\b/i,
    45,
  ],
  // What a controller says in the end, whatever kept it from its work; what a service manager says of the program.
  [
    /\bleader ?election lost|waiting for caches to sync|timed out waiting for the condition|failed to wait for \S+ caches|did not exit normally/i,
    -40,
  ],
  [/(?:^|[\s[(|])(?:WARN(?:ING)?)(?=[\s\]):|])|\[warn\]|level=warn|"level":"warn/i, -25],
  [
    /(?:^|[\s[(|])(?:INFO|DEBUG|TRACE|NOTICE)(?=[\s\]):|])|\[(?:info|notice|debug)\]|level=(?:info|debug)|"(?:level|severity)":"(?:info|debug|trace)"|^I\d{4} \d\d:/i,
    -35,
  ],
];

/** What an error line has to reach to be called severe. */
const SEVERE = 40;
/** An error right at the end says more than one far above it. */
const NEARNESS = 12;

/**
 * The line that most likely says why a program ended, chosen by structure: the innermost exception, the worst level,
 * the last error before the end; where nothing looks like an error, the last words. `bonus` is what the words of a line
 * add, for one who knows what they mean. Undefined for a log without words.
 */
export function tellingLine(
  lines: readonly string[],
  bonus: (words: string) => number = () => 0,
): TellingLine | undefined {
  const first = Math.max(0, lines.length - MOST_LINES);
  let best: { index: number; score: number; words: string } | undefined;
  let last: { index: number; words: string } | undefined;
  const spoken = lines.slice(first).map((line) => line.replace(COLOURS, "").trimEnd());
  const withWords = spoken.flatMap((line, at) => (line.trim() ? [at] : []));
  for (const [place, at] of withWords.entries()) {
    const line = spoken[at] ?? "";
    if (NOISE.some((noise) => noise.test(line))) continue;
    const words = wordsOf(line, spoken[at + 1]);
    if (words === "" || /^abort(?:ing|ed)\.?$/i.test(words)) continue;
    const index = first + at;
    last = { index, words };
    const nearness = NEARNESS * (1 - Math.min(1, (withWords.length - 1 - place) / 40));
    const form = FORMS.reduce((most, [pattern, points]) => {
      if (!pattern.test(line.trimStart()) && !pattern.test(words)) return most;
      return points < 0 ? most : Math.max(most, points);
    }, 0);
    const calm = FORMS.reduce(
      (sum, [pattern, points]) => (points < 0 && pattern.test(line) ? Math.min(sum, points) : sum),
      0,
    );
    const score = form + calm + (form > 0 ? bonus(words) : 0) + nearness;
    if (form + calm > 0 && (!best || score >= best.score)) best = { index, score, words };
  }
  if (best && best.score >= SEVERE) return { words: best.words, index: best.index, weight: "severe" };
  return last && { ...last, weight: "plain" };
}

/** What stands before the message: times, levels, processes, names of loggers. */
const PREFIXES: readonly RegExp[] = [
  /^\[?\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC| GMT)?\]?[:,]?\s*/,
  /^\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s+/,
  /^\[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[^\]]{10,30}\]\s*/,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ \S+:\d+\] /,
  /^\[?(?:FATAL|CRITICAL|ERROR|ERR|SEVERE|PANIC|EMERG)\]?\s*(?:\d+#\d+:\s*|\[\d+\]:?\s*|:\s+|\s+-\s+|\s+|$)/,
  // In small letters it may be the first word of a sentence.
  /^(?:\[(?:error|fatal|emerg|alert|crit)\]\s*(?:\d+#\d+:\s*|\[\d+\]:?\s*)?|(?:error|fatal|emerg|alert|crit)(?:\s*\d+#\d+:\s*|:\s+|\s+-\s+))/,
  /^\[\d+\]\s*/,
  // MySQL: thread, level, code, subsystem.
  /^\d+ \[(?:ERROR|Warning|System|Note)\] (?:\[MY-\d+\] )?(?:\[\w+\] )?/,
  /^[-–|]\s+/,
  /^\d+#\d+:\s*/,
  /^(?:Caused by: |\s*---> |\s*\[cause\]: )/,
];

/** The message of a line, and of the next where the line only announces it. */
function wordsOf(line: string, next: string | undefined): string {
  const structured = messageOfJson(line) ?? messageOfLogfmt(line);
  if (structured) return structured;
  // Rust since 1.73 puts the message below the place.
  if (/^thread '.*' panicked at \S+:\d+:\d+:$/.test(line)) return `panicked: ${next?.trim() ?? ""}`;
  let words = line.trim();
  for (let before = ""; before !== words; ) {
    before = words;
    for (const prefix of PREFIXES) {
      const rest = words.replace(prefix, "");
      // An exception's class is no level: `Error: …` stays whole, as does a line of a level alone.
      if (rest !== words && rest.trim() !== "" && !/^Error\b/.test(words)) words = rest.trim();
    }
  }
  return words;
}

const MESSAGE_FIELDS = ["msg", "message", "error", "err", "exception", "@m", "text", "log"];

function messageOfJson(line: string): string | undefined {
  const trimmed = line.trim();
  if (!trimmed.startsWith("{") || !trimmed.endsWith("}")) return undefined;
  let parsed: Readonly<Record<string, unknown>>;
  try {
    parsed = JSON.parse(trimmed);
  } catch {
    return undefined;
  }
  const field = (name: string) => {
    const found = parsed[name];
    if (typeof found === "string") return found.trim();
    const inner = found && typeof found === "object" ? (found as Readonly<Record<string, unknown>>).message : undefined;
    return typeof inner === "string" ? inner.trim() : undefined;
  };
  const message = MESSAGE_FIELDS.map(field).find(Boolean);
  const error = ["error", "err", "exception"].map(field).find(Boolean);
  return joined(message, error);
}

function messageOfLogfmt(line: string): string | undefined {
  if (!/\b(?:level|lvl)=\w+/.test(line)) return undefined;
  const field = (name: string) => {
    const found = new RegExp(`\\b${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S+))`).exec(line);
    return (found?.[1]?.replace(/\\(.)/g, "$1") ?? found?.[2])?.trim();
  };
  return joined(field("msg"), field("err") ?? field("error"));
}

function joined(message: string | undefined, error: string | undefined): string | undefined {
  if (!message || !error || message.includes(error)) return message ?? error;
  return error.includes(message) ? error : `${message}: ${error}`;
}
