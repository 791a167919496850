/** What a line of a log says is wrong. */
export type LogCause =
  | { readonly kind: "variable-missing"; readonly variable: string }
  | { readonly kind: "variable-invalid"; readonly variable: string }
  | { readonly kind: "unknown-host"; readonly host: string }
  | {
      readonly kind: "unreachable";
      readonly how: "refused" | "no-route" | "timeout";
      readonly host?: string;
      readonly port?: number;
    }
  | { readonly kind: "login-failed"; readonly user?: string }
  | {
      readonly kind: "forbidden";
      readonly user: string;
      readonly verb: string;
      readonly resource: string;
      readonly group: string;
      readonly namespace?: string;
    }
  | { readonly kind: "certificate"; readonly what: "unknown-authority" | "expired" | "name" | "other" }
  | { readonly kind: "address-in-use"; readonly port?: number }
  | { readonly kind: "privileged-port"; readonly port?: number }
  | { readonly kind: "permission"; readonly path?: string }
  | { readonly kind: "read-only"; readonly path?: string }
  | { readonly kind: "no-space"; readonly path?: string }
  | { readonly kind: "heap"; readonly runtime: "java" | "node" | "go" | "php" | "python" | "dotnet" | "native" }
  | { readonly kind: "exec-format"; readonly program?: string }
  | { readonly kind: "no-interpreter"; readonly program?: string }
  | { readonly kind: "shell-syntax"; readonly what: string }
  | { readonly kind: "command-not-found"; readonly program: string }
  | { readonly kind: "not-executable"; readonly program?: string }
  | { readonly kind: "module-missing"; readonly module: string }
  | { readonly kind: "library-missing"; readonly library: string }
  | { readonly kind: "file-missing"; readonly path: string }
  | { readonly kind: "bad-argument"; readonly argument?: string }
  | { readonly kind: "bad-syntax"; readonly what: string }
  | { readonly kind: "division-by-zero" };

type Reader = (words: string) => LogCause | undefined;

const HOST = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?";
/** Words that stand where a name would, and are none. */
const NO_VARIABLE =
  /^(?:ERROR|FATAL|WARN|WARNING|INFO|DEBUG|PANIC|CRITICAL|SEVERE|ENV|ENVIRONMENT|VARIABLE|THE|NOT|HTTP|HTTPS|JSON|YAML|URL|API|SQL|TCP|TLS|SSL|DNS|SQLSTATE|ENOENT|EACCES|EPERM|NULL|NONE|TRUE|FALSE|ECONNREFUSED|ETIMEDOUT)$/;
const MISSING =
  "(?:is |was |has |be |has been |must be |must |needs to be |are |variable |environment |env |var )*(?:not (?:been )?(?:set|defined|found|provided|present|specified|configured|exist)|isn't (?:set|defined)|undefined|unset|unbound|missing|required|mandatory|empty|must be (?:set|defined|provided|specified)|be (?:set|defined|provided|specified)|does not exist|doesn't exist|parameter (?:null or )?not set|unbound variable|not in environment)";

const variableMissing: Reader = (words) => {
  const speaksOfVariables = /\benv(?:ironment)?\b|\bvariable|\bos\.environ|\bENV\b|\bgetenv/i.test(words);
  const patterns: readonly RegExp[] = [
    new RegExp(
      `(?:environment variables?|env(?:ironment)? ?vars?|env|variables?)(?: named| called)?[:\\s]*["'\`$({\\[]*([A-Za-z_]\\w{2,})["'\`)}\\]:]*[,:]? ${MISSING}`,
      "i",
    ),
    /\b(?:missing|required|undefined|unset|no|empty)(?: required| mandatory| necessary| the| value for)*(?: environment| env)?(?: variables?| vars?| config(?:uration)?| setting| key)*(?: named| called| for)?[:\s]+["'`$({[]*([A-Z][A-Z0-9_]{2,})\b/i,
    new RegExp(`\\b["'\`$({]*([A-Z][A-Z0-9_]{2,})["'\`)}]*:? ${MISSING}`),
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

const unknownHost: Reader = (words) => {
  const patterns = [
    new RegExp(`getaddrinfo (?:ENOTFOUND|EAI_AGAIN|ENODATA) (${HOST})`),
    new RegExp(
      `lookup (${HOST})(?: on [\\d.:\\[\\]a-f]+)?: (?:no such host|server misbehaving|i/o timeout|Temporary failure|Try again)`,
    ),
    new RegExp(`UnknownHostException: (${HOST})`),
    new RegExp(`could not translate host name "(${HOST})"`),
    new RegExp(`host not found in (?:upstream|resolver|set_real_ip_from|"\\S+" of the \\S+ directive|)\\s*"?(${HOST})`),
    new RegExp(`[Cc]ould(?: not|n't) resolve host(?:name)?:? '?"?(${HOST})`),
    new RegExp(`Unknown MySQL server host '(${HOST})'`),
    new RegExp(`bad address '?(${HOST})`),
    new RegExp(`can't resolve '(${HOST})'`),
    new RegExp(`server can't find (${HOST}):`),
    new RegExp(`Failed to resolve '(${HOST})'`),
    new RegExp(
      `(?:Name or service not known|nodename nor servname provided|Name does not resolve|Temporary failure in name resolution|No such host is known|no such host|failed to lookup address information|getaddrinfo failed)[^(]*\\((${HOST}?)(?::\\d+)?\\)`,
    ),
    new RegExp(
      `(?:https?|tcp|postgres(?:ql)?|mysql|redis|amqp|mongodb)://(?:[^@/\\s]*@)?(${HOST})(?::\\d+)?\\S*.*(?:[Nn]ame or service not known|[Tt]emporary failure in name resolution|[Nn]ame does not resolve|nodename nor servname|no such host)`,
    ),
    new RegExp(
      `host=?[' ]*['"](${HOST})['"].*(?:[Nn]ame or service not known|[Tt]emporary failure in name resolution|[Nn]ame resolution|nodename nor servname)`,
    ),
    new RegExp(`connecting to (${HOST}):\\d+\\. (?:Name or service not known|Temporary failure|-[23])`),
    new RegExp(`unknown host '?"?(${HOST})`, "i"),
    new RegExp(
      `(${HOST}): (?:[Nn]ame or service not known|[Tt]emporary failure in name resolution|[Nn]ame does not resolve|[Uu]nknown host)`,
    ),
  ];
  const host = patterns.map((pattern) => pattern.exec(words)?.[1]).find(Boolean);
  if (host) return { kind: "unknown-host", host };
  return undefined;
};

/** `10.0.0.1:5432`, `db:5432`, `[::1]:80`, and hosts whose port stands apart. */
function place(words: string): { host?: string; port?: number } {
  const patterns: readonly RegExp[] = [
    /(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNRESET) (?<host>\S+):(?<port>\d{1,5})\b/,
    /dial (?:tcp|udp)\d? (?:\[(?<host6>[0-9a-f:]+)\]|(?<host>[\w.-]+)):(?<port>\d{1,5})/,
    /server at "(?<host>[^"]+)"(?: \([^)]*\))?, port (?<port>\d+)/,
    /running on host "(?<host>[^"]+)".*port (?<port>\d+)/,
    /\w:\/\/(?:[^@/\s]*@)?(?<host>[A-Za-z0-9_.-]+):(?<port>\d{1,5})/,
    /host='(?<host>[^']+)', port=(?<port>\d+)/,
    /[Hh]ost\s*[=:]\s*'?"?(?<host>[\w.-]+)'?"?,? *[Pp]ort\s*[=:]\s*(?<port>\d+)/,
    /MySQL server on '(?<host>[^':]+)(?::(?<port>\d+))?'/,
    /(?:tried|host|to|at|on|server|broker|address|Connection to|refused|from|for|with|node|\(|\[|'|"|\/|@| )\s*(?<host>(?:[A-Za-z](?:[\w-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*|\d{1,3}(?:\.\d{1,3}){3})):(?<port>\d{2,5})\b(?!:\d)/,
    /^(?<host>(?:[A-Za-z][\w.-]*|\d{1,3}(?:\.\d{1,3}){3})):(?<port>\d{2,5})\b(?!:\d)/,
    /(?<host>\b\d{1,3}(?:\.\d{1,3}){3}\b)/,
  ];
  for (const pattern of patterns) {
    const { host, host6, port } = pattern.exec(words)?.groups ?? {};
    const found = host ?? host6;
    // A file and a line look like a host and a port.
    if (!found || /\.(?:go|py|js|ts|rb|java|rs|c|cc|cpp|php|cs|conf|kt|scala|ex)$/.test(found)) continue;
    const number = Number(port);
    return { host: found, ...(port && number <= 65535 && { port: number }) };
  }
  return {};
}

const unreachable: Reader = (words) => {
  const how =
    /ECONNREFUSED|connection refused|actively refused|\brefused\b.*connect|Connection to \S+ refused|Can't connect to (?:local )?(?:MySQL|server)[^(]*\((?:111|61)\)|connect: refused|Error 111 /i.test(
      words,
    )
      ? "refused"
      : /EHOSTUNREACH|ENETUNREACH|no route to host|network is unreachable|host is unreachable|\((?:113|101)\)/i.test(
            words,
          )
        ? "no-route"
        : /ETIMEDOUT|ESOCKETTIMEDOUT|i\/o timeout|connect(?:ion)? ?tim(?:ed ?out|eout)|timed? ?out (?:while )?(?:connect|waiting for|trying)|ConnectTimeout|Can't connect to MySQL server[^(]*\((?:110|115)\)|dial tcp .*: (?:operation|connect) timed out|connection attempt (?:failed|timed out)|deadline exceeded/i.test(
              words,
            )
          ? "timeout"
          : /All host\(s\) tried for .* failed|(?:could not|cannot|can't|unable to|failed to|couldn't) (?:establish (?:a )?connection|connect|reach)\b.*:\d{2,5}\b/i.test(
                words,
              )
            ? "timeout"
            : undefined;
  if (!how) return undefined;
  return { kind: "unreachable", how, ...place(words) };
};

const forbidden: Reader = (words) => {
  const found =
    /User "(?<user>[^"]+)" cannot (?<verb>[a-z]+) resource "(?<resource>[^"]+)" in API group "(?<group>[^"]*)"(?: in the namespace "(?<namespace>[^"]+)"| at the cluster scope)?/.exec(
      words.replace(/\\+"/g, '"'),
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
    return { kind: "certificate", what: "name" };
  return /verif|handshake|invalid|bad certificate|certificate required/i.test(words)
    ? { kind: "certificate", what: "other" }
    : undefined;
};

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
    /(?:bind|listen)\b.*(?:permission denied|EACCES)|EACCES.*(?:bind|listen|0\.0\.0\.0|:::)|could not bind.*permission denied/i.test(
      words,
    ) &&
    !/\.sock\b/.test(words)
  )
    return { kind: "privileged-port", ...portOf(words) };
  return undefined;
};

/** The first path of a line that is no program's name in front of it. */
function pathOf(words: string): { path?: string } {
  const quoted = /["'`‘“](\.{0,2}\/[^"'`’”]+)["'`’”]/.exec(words)?.[1];
  const plain = /(?:^|[\s(:=[])((?:\.{1,2})?\/[\w.@+~,-][\w./@+~,-]*[\w@+~-])/.exec(
    words.replace(/https?:\/\/\S+/g, ""),
  )?.[1];
  const path = quoted ?? plain;
  return path ? { path } : {};
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
    /(?:^exec (\S+): exec format error$|exec user process caused:? "?exec format error|(\S+): (?:cannot execute binary file: )?[Ee]xec format error)/.exec(
      words,
    );
  if (format)
    return { kind: "exec-format", ...((format[1] ?? format[2]) && { program: format[1] ?? format[2] ?? "" }) };
  const missing =
    /(?:^exec (\S+): no such file or directory$|exec user process caused:? "?no such file or directory)/.exec(words);
  if (missing) return { kind: "no-interpreter", ...(missing[1] && { program: missing[1] }) };
  const interpreter =
    /(?:env: ['"‘]?(\S+?)\\r['"’]?: No such file|\/bin\/\w+\^M: bad interpreter|\\r: (?:command )?not found|(\S+): bad interpreter)/.exec(
      words,
    );
  if (interpreter)
    return {
      kind: "no-interpreter",
      ...((interpreter[1] ?? interpreter[2]) && { program: interpreter[1] ?? interpreter[2] ?? "" }),
    };
  const shell =
    /(?:^|\/)(?:ba|da|a|z|k|)sh: (?:-c: )?(?:line )?(?:\d+: )?(.*)$/.exec(words) ??
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
    ) ?? /\[FATAL tini .*\] exec (\S+) failed: No such file/.exec(words);
  return other?.[1] ? { kind: "command-not-found", program: other[1] } : undefined;
};

const missing: Reader = (words) => {
  const library =
    /(?:error while loading shared libraries: |Error loading shared library |ImportError: |OSError: )(lib\S+?\.so[\w.]*)/.exec(
      words,
    )?.[1] ?? /(lib\S+?\.so[\w.]*): cannot open shared object file/.exec(words)?.[1];
  if (library) return { kind: "library-missing", library: library.replace(/:$/, "") };
  const modules = [
    /No module named '?"?([\w.-]+)/,
    /Cannot find (?:module|package) '([^']+)'/,
    /cannot load such file -- (\S+)/,
    /ClassNotFoundException: ([\w.$]+)/,
    /NoClassDefFoundError: ([\w./$]+)/,
    /Could not find or load main class (\S+)/,
    /Unable to access jarfile (\S+)/,
    /no main manifest attribute, in (\S+)/,
    /Could not load file or assembly '([^',]+)/,
    /The application '([^']+)' does not exist/,
    /Can't locate (\S+) in @INC/,
    /Failed to open(?:ing)? required '([^']+)'/,
    /npm (?:ERR!|error) Missing script: "?([\w:-]+)/,
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
  /^(?:\S+: )?(?:SyntaxError|IndentationError|ParseError|Parse error|PHP Parse error)|yaml: (?:line|unmarshal)|YAMLException|ScannerError|invalid character .* (?:looking for|after|in)|Unexpected token|JSONDecodeError|JsonParseException|toml: |error parsing (?:config|configuration|file)|could not parse (?:config|configuration)|failed to parse (?:config|configuration)|unknown directive|unexpected "[}{;]"|directive .* is not allowed|unexpected end of (?:file|JSON)/i.test(
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
