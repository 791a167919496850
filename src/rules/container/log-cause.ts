import { withoutEndSlashes } from "../../text/path.ts";
import { type UnreachedHost, unknownHost, unreachable } from "../../text/unreached-host.ts";

/** What a line of a log says is wrong. */
export type LogCause =
  | { readonly kind: "variable-missing"; readonly variable: string }
  | { readonly kind: "variable-invalid"; readonly variable: string }
  | UnreachedHost
  | { readonly kind: "login-failed"; readonly user?: string }
  | {
      readonly kind: "forbidden";
      readonly user: string;
      readonly verb: string;
      readonly resource: string;
      readonly group: string;
      readonly namespace?: string;
    }
  | {
      readonly kind: "certificate";
      readonly what: "unknown-authority" | "expired" | "name" | "other";
      /** The name that was asked for, and those that the certificate has. */
      readonly asked?: string;
      readonly names?: readonly string[];
    }
  | { readonly kind: "address-in-use"; readonly port?: number }
  | { readonly kind: "privileged-port"; readonly port?: number }
  | { readonly kind: "permission"; readonly path?: string }
  | { readonly kind: "read-only"; readonly path?: string }
  | { readonly kind: "no-space"; readonly path?: string }
  | { readonly kind: "node-limit"; readonly what: "file-watches" | "open-files" | "processes" }
  /** A setting of the node's kernel: `vm.max_map_count`, and the least that the program takes. */
  | { readonly kind: "sysctl-low"; readonly sysctl: string; readonly least: string }
  | { readonly kind: "heap"; readonly runtime: "java" | "node" | "go" | "php" | "python" | "dotnet" | "native" }
  | { readonly kind: "exec-format"; readonly program?: string }
  | { readonly kind: "no-interpreter"; readonly program?: string }
  | { readonly kind: "shell-syntax"; readonly what: string }
  | { readonly kind: "command-not-found"; readonly program: string }
  | { readonly kind: "not-executable"; readonly program?: string }
  | { readonly kind: "module-missing"; readonly module: string; readonly sort?: "script" | "main-class" }
  | { readonly kind: "library-missing"; readonly library: string }
  /** The C library of the image is older than the one that the program was built with: `GLIBC_2.34`. */
  | { readonly kind: "library-old"; readonly version: string }
  | { readonly kind: "file-missing"; readonly path: string }
  /** A program that fills a folder for the first time wants it empty. */
  | { readonly kind: "folder-not-empty"; readonly folder?: string }
  | { readonly kind: "folder-missing"; readonly folder: string; readonly wanted: string }
  | { readonly kind: "bad-argument"; readonly argument?: string }
  | { readonly kind: "bad-syntax"; readonly what: string }
  | { readonly kind: "division-by-zero" };

type Reader = (words: string) => LogCause | undefined;

/** Words that stand where a name would, and are none. */
const NO_VARIABLE =
  /^(?:ERROR|FATAL|WARN|WARNING|INFO|DEBUG|PANIC|CRITICAL|SEVERE|ENV|ENVIRONMENT|VARIABLE|THE|NOT|HTTP|HTTPS|JSON|YAML|URL|API|SQL|TCP|TLS|SSL|DNS|SQLSTATE|ENOENT|EACCES|EPERM|NULL|NONE|TRUE|FALSE|ECONNREFUSED|ETIMEDOUT)$/;
const MISSING =
  "(?:(?:is|was|has|has been|be|must|needs to be|are|variable|environment|env|var) ){0,6}(?:not (?:been )?(?:set|defined|found|provided|present|specified|configured|exist)|isn't (?:set|defined)|undefined|unset|unbound|missing|required|mandatory|empty|must be (?:set|defined|provided|specified)|be (?:set|defined|provided|specified)|does not exist|doesn't exist|parameter (?:null or )?not set|unbound variable|not in environment)";

const variableMissing: Reader = (words) => {
  const speaksOfVariables = /\benv(?:ironment)?\b|\bvariable|\bos\.environ|\bENV\b|\bgetenv/i.test(words);
  const patterns: readonly RegExp[] = [
    new RegExp(
      `(?:environment variables?|env(?:ironment)? ?vars?|env|variables?)(?: named| called)?[:\\s]{0,8}["'\`$({\\[]{0,8}([A-Za-z_]\\w{2,200})["'\`)}\\]:]{0,8}[,:]? ${MISSING}`,
      "i",
    ),
    /\b(?:missing|required|undefined|unset|no|empty)(?: required| mandatory| necessary| the| value for)*(?: environment| env)?(?: variables?| vars?| config(?:uration)?| setting| key)*(?: named| called| for)?[:\s]+["'`$({[]*([A-Z][A-Z0-9_]{2,})\b/i,
    new RegExp(`\\b["'\`$({]{0,8}([A-Z][A-Z0-9_]{2,200})["'\`)}]{0,8}:? ${MISSING}`),
    /(?:You must|must|please|need to|have to|should) (?:specify|set|provide|define|export)(?: the)?(?: environment variable| env(?: var)?)?\s+["'`$({]*([A-Z][A-Z0-9_]{2,})\b/i,
    /required key ([A-Z][A-Z0-9_]{2,}) missing value/,
    /^KeyError: '([A-Z][A-Z0-9_]{2,})'/,
    /key not found: "([A-Z][A-Z0-9_]{2,})" \(KeyError\)/,
    /Could not resolve placeholder '([\w.-]+)'/,
    /^\S*sh: (?:-c: )?(?:line )?(?:\d+: )?([A-Za-z_]\w*): (?:parameter (?:null or )?not set|unbound variable)/,
    /\$\{?([A-Z][A-Z0-9_]{2,})\}? (?:is|was) (?:not set|unset|empty|undefined)/,
  ];
  for (const [index, pattern] of patterns.entries()) {
    const variable = pattern.exec(words)?.[1];
    if (!variable || NO_VARIABLE.test(variable.toUpperCase())) continue;
    // A single word in capitals is a variable only where the line speaks of such.
    const looksLikeOne = /^[A-Z][A-Z0-9]*_[A-Z0-9_]*$/.test(variable);
    if (index <= 3 && !looksLikeOne && !(speaksOfVariables && /^[A-Z][A-Z0-9_]*$/.test(variable))) continue;
    return { kind: "variable-missing", variable };
  }
  return undefined;
};

const variableInvalid: Reader = (words) => {
  const patterns = [
    /(?:invalid|bad|illegal|unexpected|cannot parse|can't parse|failed to parse|could not parse|unparsable|unable to parse)\b[^:]*?\b(?:env(?:ironment)?\s*)?(?:var(?:iable)?s?|env|option)(?: named| called)?[:\s]+["'`$({]*([A-Z][A-Z0-9_]{2,})\b/i,
    /\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)["'`]?:? (?:is |has an? |must be |contains? an? )(?:invalid|illegal|malformed|a (?:number|integer|valid|boolean)|an? (?:integer|valid)|not an? (?:number|integer|valid))/,
    /(?:assigning|converting|parsing) ["']?([A-Z][A-Z0-9]*_[A-Z0-9_]+)/,
    /invalid value (?:.* )?for ["'`$]?([A-Z][A-Z0-9]*_[A-Z0-9_]+)/i,
  ];
  const variable = patterns.map((pattern) => pattern.exec(words)?.[1]).find(Boolean);
  return variable ? { kind: "variable-invalid", variable } : undefined;
};

const forbidden: Reader = (words) => {
  const found =
    /User "(?<user>[^"]+)" cannot (?<verb>[a-z]+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]+)"| at the cluster scope)?/.exec(
      words.replace(/(?<!\\)\\+"/g, '"'),
    )?.groups;
  if (!found?.user || !found.verb || !found.resource) return undefined;
  const { user, verb, resource, group = "", namespace } = found;
  return { kind: "forbidden", user, verb, resource, group, ...(namespace && { namespace }) };
};

const loginFailed: Reader = (words) => {
  if (
    !/password authentication failed|authentication failed|Access denied for user|no password supplied|NOAUTH|WRONGPASS|invalid (?:username|user name|credentials|password)|login failed for user|ACCESS_REFUSED|SASL authentication|Authentication required|401 Unauthorized|role "[^"]*" does not exist/i.test(
      words,
    )
  )
    return undefined;
  const user = /(?:user|role|User) ["']([^"'@]+)["']/.exec(words)?.[1];
  return { kind: "login-failed", ...(user && { user }) };
};

const certificate: Reader = (words) => {
  if (!/x509:|certificate|PKIX|CERT_|SSLHandshake|UNABLE_TO_(?:VERIFY|GET)|self.signed/i.test(words)) return undefined;
  if (/expired|not yet valid|CERT_HAS_EXPIRED/i.test(words)) return { kind: "certificate", what: "expired" };
  if (
    /unknown authority|PKIX path|self.signed|UNABLE_TO_(?:VERIFY|GET)|unable to get (?:local )?issuer|CERTIFICATE_VERIFY_FAILED|unknown CA|DEPTH_ZERO/i.test(
      words,
    )
  )
    return { kind: "certificate", what: "unknown-authority" };
  if (
    /valid for|doesn't match|does not match|not match|cannot validate certificate|ALTNAME|No subject alternative|hostname/i.test(
      words,
    )
  )
    return { kind: "certificate", what: "name", ...certificateNames(words) };
  return /verif|handshake|invalid|bad certificate|certificate required/i.test(words)
    ? { kind: "certificate", what: "other" }
    : undefined;
};

/** Go: `valid for a.example, not b.example`; Node: `Host: b. is not in the cert's altnames: DNS:a`; Python: `Hostname mismatch, … 'b'`. */
function certificateNames(words: string): { asked?: string; names?: readonly string[] } {
  const go = /valid for (.+?), not ([\w.*-]+)/.exec(words);
  const node = /Host: ([\w.-]+?)\.? is not in the cert's altnames: (.+)$/.exec(words);
  const asked = go?.[2] ?? node?.[1] ?? /not valid for '([\w.-]+)'/.exec(words)?.[1];
  const names = (go?.[1] ?? node?.[2])?.split(/, */).map((name) => name.replace(/^DNS:/, ""));
  return { ...(asked && { asked }), ...(names && { names }) };
}

const portOf = (words: string): { port?: number } => {
  const port = Number(
    /(?:\]|:|port[ =:]+|0\.0\.0\.0:|bind\(\) to \S+:)(\d{1,5})\b(?!:\d)/i.exec(
      words.replace(/\d{1,2}:\d\d:\d\d/g, ""),
    )?.[1],
  );
  return port > 0 && port <= 65535 ? { port } : {};
};

const address: Reader = (words) => {
  if (
    /address (?:already )?in use|EADDRINUSE|Only one usage of each socket address|port \d+ (?:is )?already in use|\(98: Address/i.test(
      words,
    )
  )
    return { kind: "address-in-use", ...portOf(words) };
  if (
    /(?:bind|listen)\b.*(?:permission denied|EACCES)|EACCES.{0,500}(?:bind|listen|0\.0\.0\.0|:::)|could not bind.*permission denied/i.test(
      words,
    ) &&
    !/\.sock\b/.test(words)
  )
    return { kind: "privileged-port", ...portOf(words) };
  return undefined;
};

/** The first path of a line that is no program's name in front of it. */
function pathOf(words: string): { path?: string } {
  const quoted = /["'`‘“](\.{0,2}\/[^"'`’”]{1,500})["'`’”]/.exec(words)?.[1];
  const plain = /(?:^|[\s(:=[])((?:\.{1,2})?\/[\w.@+~,-][\w./@+~,-]*[\w@+~-])/.exec(
    words.replace(/https?:\/\/\S+/g, ""),
  )?.[1];
  const path = quoted ?? plain;
  return path ? { path } : {};
}

const NODE_LIMITS: readonly (readonly [RegExp, "file-watches" | "open-files" | "processes"])[] = [
  // inotify answers ENOSPC, "no space left on device", where its watches are used up.
  [/file watchers|inotify|fsnotify.{0,500}(?:no space|too many open)|max_user_(?:watches|instances)/i, "file-watches"],
  [/too many open files|EMFILE|ENFILE/i, "open-files"],
  [
    /(?:can't|cannot|failed to|unable to) (?:fork|create (?:new )?(?:native |OS )?thread)|fork: (?:retry: )?Resource temporarily unavailable|pthread_create failed|newosproc|can't start new thread/i,
    "processes",
  ],
];

/** Elasticsearch and OpenSearch check such settings before they start (bootstrap checks). */
const sysctlLow: Reader = (words) => {
  const { sysctl, least } =
    /\b(?<sysctl>(?:vm|kernel|net|fs)\.[\w.]{1,500}) \[\d+\] is too low, increase to at least \[(?<least>\d+)\]/.exec(
      words,
    )?.groups ?? {};
  return sysctl && least ? { kind: "sysctl-low", sysctl, least } : undefined;
};

const nodeLimit: Reader = (words) => {
  const what = NODE_LIMITS.find(([pattern]) => pattern.test(words))?.[1];
  return what && /no space|too many|limit|EMFILE|ENFILE|unavailable|fail|can't|cannot|unable/i.test(words)
    ? { kind: "node-limit", what }
    : undefined;
};

/** What asks for a name that is not there yet: the error is about the folder that it should be made in. */
const CREATES: readonly RegExp[] = [
  // Go, nginx, Node.js and Ruby name the call.
  /\bmkdir(?:\(\))? ["'`]?([^"'`:]{1,500}?)["'`]?(?::| failed).*no such file or directory/i,
  /ENOENT: no such file or directory, (?:mkdir|mkdtemp|symlink) '(?:[^']+' -> ')?([^']+)'/,
  /@ dir_s_mkdir - (\S+)/,
  // Tools of coreutils and busybox, and shells that redirect.
  /(?:can't|cannot) (?:create|touch)(?: (?:regular file|directory|temp file|fifo))? ['"`‘]?([^'"`’:]+)['"`’]?: (?:nonexistent directory|Directory nonexistent|No such file or directory)/,
  /^(?:touch|tee): ([^:]+): No such file or directory/,
  /failed to create (?:symbolic|hard) link ['"‘]([^'"’]+)['"’]: No such file or directory/,
  // .NET looks for the folder first, PHP names the function.
  /Could not find a part of the path ['"]([^'"]+)['"]/,
  /(?:file_put_contents|touch|mkdir)\(([^)]{1,500})\): (?:Failed to open stream: )?No such file or directory/i,
  // A program's own words, as of PostgreSQL.
  /\b(?:creat(?:e|ing)|mak(?:e|ing)|writ(?:e|ing)(?: to)?) (?:the |a |an |new )?(?:[\w-]+ ){0,3}["'`]?(\/[^\s"'`:]+)["'`]?[:,]? .{0,500}no such file or directory/i,
];

/** initdb of PostgreSQL, and mysqld. */
const folderNotEmpty: Reader = (words) => {
  const named =
    /directory "([^"]+)" exists but is not empty/.exec(words)?.[1] ??
    /designated data directory (\S+?)\/? is unusable/.exec(words)?.[1];
  return named || /data directory has files in it/.test(words)
    ? { kind: "folder-not-empty", ...(named && { folder: named }) }
    : undefined;
};

const folderMissing: Reader = (words) => {
  const wanted = CREATES.map((pattern) => pattern.exec(words)?.[1]?.trim()).find(Boolean);
  return wanted ? inMissingFolder(wanted) : undefined;
};

/** The folder is missing in which a name should be made; undefined where it is one that is always there. */
export function inMissingFolder(wanted: string): LogCause | undefined {
  const bare = withoutEndSlashes(wanted);
  const folder = bare.slice(0, Math.max(0, bare.lastIndexOf("/")));
  return folder === "" || folder === "." || folder === "/" ? undefined : { kind: "folder-missing", folder, wanted };
}

const storage: Reader = (words) => {
  if (/no space left on device|ENOSPC|disk quota exceeded|not enough (?:disk )?space|disk (?:is )?full/i.test(words))
    return { kind: "no-space", ...pathOf(words) };
  if (/read-only file ?system|EROFS/i.test(words)) return { kind: "read-only", ...pathOf(words) };
  if (
    /permission denied|EACCES|Errno 13|AccessDeniedException|Access to the path .* is denied|operation not permitted|EPERM|has wrong ownership|has invalid permissions|UnauthorizedAccessException/i.test(
      words,
    )
  )
    return { kind: "permission", ...pathOf(words) };
  return undefined;
};

const heap: Reader = (words) => {
  const found: readonly (readonly [RegExp, "java" | "node" | "go" | "php" | "python" | "dotnet" | "native"])[] = [
    [
      /java\.lang\.OutOfMemoryError|insufficient memory for the Java Runtime|Could not reserve enough space for|Terminating due to java\.lang\.OutOfMemoryError|Too small (?:initial|maximum) heap/,
      "java",
    ],
    [/JavaScript heap out of memory|Reached heap limit|Ineffective mark-compacts/, "node"],
    [/runtime: out of memory|fatal error: out of memory/, "go"],
    [/Allowed memory size of \d+ bytes exhausted/, "php"],
    [/^MemoryError|numpy.*MemoryError|Unable to allocate .* for an array/, "python"],
    [/System\.OutOfMemoryException|Out of memory\.$/, "dotnet"],
    [
      /std::bad_alloc|memory allocation of \d+ bytes failed|[Cc]annot allocate memory|ENOMEM|Out of memory!|virtual memory exhausted|NoMemoryError/,
      "native",
    ],
  ];
  const runtime = found.find(([pattern]) => pattern.test(words))?.[1];
  return runtime ? { kind: "heap", runtime } : undefined;
};

const program: Reader = (words) => {
  // runc writes these itself, into the container's log (libcontainer/init_linux.go, standard_init_linux.go).
  const format =
    /(?:^exec (\S+): exec format error$|exec user process caused:? "?exec format error|(\S{1,200}): (?:cannot execute binary file: )?[Ee]xec format error)/.exec(
      words,
    );
  if (format)
    return { kind: "exec-format", ...((format[1] ?? format[2]) && { program: format[1] ?? format[2] ?? "" }) };
  const missing =
    /(?:^exec (\S+): no such file or directory$|exec user process caused:? "?no such file or directory)/.exec(words);
  if (missing) return { kind: "no-interpreter", ...(missing[1] && { program: missing[1] }) };
  const interpreter =
    /(?:env: ['"‘]?(\S+?)\\r['"’]?: No such file|\/bin\/\w+\^M: bad interpreter|\\r: (?:command )?not found|(\S{1,200}): bad interpreter)/.exec(
      words,
    );
  if (interpreter)
    return {
      kind: "no-interpreter",
      ...((interpreter[1] ?? interpreter[2]) && { program: interpreter[1] ?? interpreter[2] ?? "" }),
    };
  const shell =
    /(?:^|\/)(?:ba|da|a|z|k|)sh: (?:-c: )?(?:line )?(?:\d+: )?(.*)$/s.exec(words) ??
    /^\S+\.sh: (?:line )?(?:\d+: )?(.*)$/.exec(words);
  if (shell?.[1]) {
    const said = shell[1];
    if (
      /syntax error|unterminated quoted|unexpected EOF|unexpected end of file|unmatched|bad substitution|missing \]|unexpected (?:token|operator|"|word)/i.test(
        said,
      )
    )
      return { kind: "shell-syntax", what: said };
    const notFound =
      /^(?:exec: )?["'`]?([^:"'`]+)["'`]?: (?:command )?not found$/.exec(said) ??
      /^([^:]+): No such file or directory$/.exec(said);
    if (notFound?.[1]) return { kind: "command-not-found", program: notFound[1] };
    const denied = /^(?:exec: )?([^:]+): (?:Permission denied|cannot execute|is a directory|Is a directory)/.exec(said);
    if (denied?.[1]) return { kind: "not-executable", program: denied[1] };
  }
  const other =
    /^(?:env|exec|nohup|timeout|tini|dumb-init|su-exec|gosu|xargs|watch): (?:can't execute |failed to run command |error: exec: )?["'‘“`]?([^"'’”`:]+)["'’”`]?: (?:No such file or directory|executable file not found)/.exec(
      words,
    ) ?? /\[FATAL tini .{0,500}\] exec (\S+) failed: No such file/.exec(words);
  return other?.[1] ? { kind: "command-not-found", program: other[1] } : undefined;
};

const missing: Reader = (words) => {
  const library =
    /(?:error while loading shared libraries: |Error loading shared library |ImportError: |OSError: )(lib\S+?\.so[\w.]*)/.exec(
      words,
    )?.[1] ?? /(lib\S{1,500}?\.so[\w.]{0,500}): cannot open shared object file/.exec(words)?.[1];
  if (library) return { kind: "library-missing", library: library.replace(/:$/, "") };
  const version = /version [`'"]?((?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)['"`]? not found/.exec(words)?.[1];
  if (version) return { kind: "library-old", version };
  const script = /npm (?:ERR!|error) Missing script: "?([\w:-]+)/.exec(words)?.[1];
  if (script) return { kind: "module-missing", module: script, sort: "script" };
  const jar = /no main manifest attribute, in (\S+)/.exec(words)?.[1];
  if (jar) return { kind: "module-missing", module: jar, sort: "main-class" };
  const modules = [
    /No module named '?"?([\w.-]+)/,
    /Cannot find (?:module|package) '([^']+)'/,
    /cannot load such file -- (\S+)/,
    /ClassNotFoundException: ([\w.$]+)/,
    /NoClassDefFoundError: ([\w./$]+)/,
    /Could not find or load main class (\S+)/,
    /Unable to access jarfile (\S+)/,
    /Could not load file or assembly '([^',]+)/,
    /The application '([^']+)' does not exist/,
    /Can't locate (\S+) in @INC/,
    /Failed to open(?:ing)? required '([^']+)'/,
  ];
  const module = modules.map((pattern) => pattern.exec(words)?.[1]).find(Boolean);
  if (module) return { kind: "module-missing", module };
  if (
    /no such file or directory|ENOENT|FileNotFoundError|FileNotFoundException|NoSuchFileException|can't open file|cannot open|could not open|does not exist|file not found|code: 2, kind: NotFound|The system cannot find the file/i.test(
      words,
    )
  ) {
    const { path } = pathOf(words);
    if (path) return { kind: "file-missing", path };
  }
  return undefined;
};

const usage: Reader = (words) => {
  const patterns = [
    /unknown (?:shorthand )?flag:? (?:'\w' in )?(-{1,2}[\w-]+)/i,
    /flag provided but not defined: (-{1,2}[\w.-]+)/,
    /unrecogni[sz]ed (?:arguments?|options?)[: ]+['"`]?(-{0,2}[\w.=:/-]+)/i,
    /unexpected argument '([^']+)'/,
    /(?:invalid|unknown|illegal|bad|unsupported) option(?: --|:)? ['"`]?(-{0,2}[\w-]+)/i,
    /unknown (?:command|subcommand):? ["'`]?([\w-]+)/i,
    /invalid argument "([^"]+)" for/,
  ];
  const argument = patterns.map((pattern) => pattern.exec(words)?.[1]).find(Boolean);
  if (argument) return { kind: "bad-argument", argument };
  return /(?:flag needs an argument|required flag|the following (?:required )?arguments (?:are required|were not provided))/i.test(
    words,
  )
    ? { kind: "bad-argument" }
    : undefined;
};

const syntax: Reader = (words) =>
  /^(?:\S+: )?(?:SyntaxError|IndentationError|ParseError|Parse error|PHP Parse error)|yaml: (?:line|unmarshal)|YAMLException|ScannerError|invalid character .* (?:looking for|after|in)|Unexpected token|JSONDecodeError|JsonParseException|toml: |error parsing (?:config|configuration|file)|could not parse (?:config|configuration)|failed to parse (?:config|configuration)|unknown directive|unexpected "[}{;]"|directive .{0,500} is not allowed|unexpected end of (?:file|JSON)/i.test(
    words,
  )
    ? { kind: "bad-syntax", what: words }
    : undefined;

/**
 * "integer division or modulo by zero" of Python, "division by 0" of bash, "attempt to calculate the remainder with a
 * divisor of zero" of Rust; glibc's word for SIGFPE, which processors send for an integer that is divided by zero.
 */
const division: Reader = (words) =>
  /divi(?:sion|de|ded)(?: or modulo)? by (?:zero|0\b)|\/ by zero|modul(?:o|us)(?: by)? zero|divisor of zero|DivideByZeroException|DivisionByZeroError|^Floating point exception/i.test(
    words,
  ) &&
  // numpy's goes on, with infinity.
  !/RuntimeWarning/.test(words)
    ? { kind: "division-by-zero" }
    : undefined;

/** The most specific first: a refused bind is no refused file, a missing variable no missing file. */
const READERS: readonly Reader[] = [
  heap,
  sysctlLow,
  nodeLimit,
  folderMissing,
  folderNotEmpty,
  program,
  forbidden,
  variableInvalid,
  variableMissing,
  unknownHost,
  address,
  certificate,
  unreachable,
  loginFailed,
  storage,
  missing,
  usage,
  division,
  syntax,
];

/** What a line says is wrong; undefined for words that nothing here knows. */
export function causeOf(words: string): LogCause | undefined {
  for (const read of READERS) {
    const cause = read(words);
    if (cause) return cause;
  }
  return undefined;
}
