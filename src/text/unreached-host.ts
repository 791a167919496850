/** A host whose name has no address, as a line of a log says. */
export interface UnknownHost {
  readonly kind: "unknown-host";
  readonly host: string;
  readonly port?: number;
  /** `no-such-name`: DNS answered, and knows no such name. `none`: no answer came, or an error. Absent: either. */
  readonly answer?: "no-such-name" | "none";
}

/** A server that does not take a connection, as a line of a log says. */
export interface Unreachable {
  readonly kind: "unreachable";
  readonly how: "refused" | "no-route" | "timeout";
  readonly host?: string;
  readonly port?: number;
}

export type UnreachedHost = UnknownHost | Unreachable;

const HOST = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9_])?";

/** Resolvers of glibc, musl, Go, Node, Java, nginx, busybox and their users; the first group is the host. */
const UNKNOWN: readonly RegExp[] = [
  new RegExp(`getaddrinfo (?:ENOTFOUND|EAI_AGAIN|ENODATA|EAI_NODATA|EAI_NONAME|EAI_FAIL) (${HOST})`),
  new RegExp(
    `lookup (${HOST})(?: on [\\d.:\\[\\]a-f]+)?: (?:(?:read|write|dial) .*: )?(?:no such host|server misbehaving|i/o timeout|connection refused|Temporary failure|Try again)`,
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
    `(?:Name or service not known|nodename nor servname provided|Name does not resolve|Temporary failure in name resolution|No such host is known|no such host|failed to lookup address information|getaddrinfo failed)[^(]{0,300}\\((${HOST}?)(?::\\d+)?\\)`,
  ),
  new RegExp(
    `(?:https?|tcp|postgres(?:ql)?|mysql|redis|amqp|mongodb)://(?:[^@/\\s]{0,300}@)?(?=(${HOST}))\\1.{0,500}(?:[Nn]ame or service not known|[Tt]emporary failure in name resolution|[Nn]ame does not resolve|nodename nor servname|no such host)`,
  ),
  new RegExp(
    `host=?[' ]{0,20}['"](${HOST})['"].{0,500}(?:[Nn]ame or service not known|[Tt]emporary failure in name resolution|[Nn]ame resolution|nodename nor servname)`,
  ),
  new RegExp(`connecting to (${HOST}):\\d+\\. (?:Name or service not known|Temporary failure|-[23])`),
  new RegExp(`unknown host '?"?(${HOST})`, "i"),
  new RegExp(
    `(${HOST}): (?:[Nn]ame or service not known|[Tt]emporary failure in name resolution|[Nn]ame does not resolve|[Uu]nknown host|No address associated)`,
  ),
];

/** Go's resolver for an answer that is an error, getaddrinfo's EAI_AGAIN, and tools that waited in vain. */
const NO_ANSWER =
  /EAI_AGAIN|EAI_FAIL|[Tt]emporary failure|Try again|server misbehaving|i\/o timeout|timed out|no servers could be reached|SERVFAIL|REFUSED|lookup .{0,300}refused/;
const NO_SUCH_NAME =
  /NXDOMAIN|ENOTFOUND|ENODATA|EAI_NODATA|EAI_NONAME|no such host|[Nn]ame or service not known|[Nn]ame does not resolve|nodename nor servname|No address associated|No such host is known/;

/** What a line says of a host whose name cannot be resolved. */
export function unknownHost(words: string): UnknownHost | undefined {
  const host = UNKNOWN.map((pattern) => pattern.exec(words)?.[1]).find(Boolean);
  if (!host) return undefined;
  const port = Number(words.slice(words.indexOf(host) + host.length).match(/^:(\d{1,5})\b/)?.[1]);
  const answer = NO_ANSWER.test(words) ? "none" : NO_SUCH_NAME.test(words) ? "no-such-name" : undefined;
  return {
    kind: "unknown-host",
    host,
    ...(port > 0 && port <= 65535 && { port }),
    ...(answer && { answer }),
  };
}

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
    /(?:tried|host|to|at|on|server|broker|address|Connection to|refused|from|for|with|node|\(|\[|'|"|\/|@| )\s{0,20}(?<host>(?:[A-Za-z](?:[\w-]{0,62}[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{1,63}){0,20}|\d{1,3}(?:\.\d{1,3}){3})):(?<port>\d{2,5})\b(?!:\d)/,
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

/** What a line says of a server that has an address and does not take the connection. */
export function unreachable(words: string): Unreachable | undefined {
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
}

/** The host of a line that tells of a failed connection; the collector and the rules read lines alike. */
export const unreachedHost = (words: string): UnreachedHost | undefined => unknownHost(words) ?? unreachable(words);

/** The host that a command waits for: `until nslookup db; do sleep 2; done`, `wait-for db:5432`, `pg_isready -h db`. */
export function hostInCommand(command: string): { readonly host: string; readonly port?: number } | undefined {
  const patterns: readonly RegExp[] = [
    /\b(?:nslookup|getent hosts|dig \+short|host)\s{1,20}(?:-\S{1,100}\s{1,20}){0,10}([A-Za-z0-9][\w.-]*)/,
    /\bnc\s{1,20}(?:-\S{1,100}\s{1,20}(?:\d{1,10}\s{1,20}(?=\S{1,253}\s{1,20}\d))?){0,10}([A-Za-z0-9][\w.-]{0,253})\s{1,20}(\d+)/,
    /pg_isready\s(?:.{0,500}\s)?-h\s{0,20}([A-Za-z0-9][\w.-]*)/,
    /(?:https?|tcp):\/\/([A-Za-z0-9][\w.-]*)(?::(\d+))?/,
    /wait-?for(?:-it)?(?:\.sh)?\s+([A-Za-z0-9][\w.-]*):(\d+)/,
  ];
  const found = patterns.map((pattern) => pattern.exec(command)).find(Boolean);
  if (!found?.[1]) return undefined;
  const port = Number(found[2]);
  return { host: found[1], ...(port > 0 && { port }) };
}

/** The host and port that the value of a variable names: a URL, `db:5432`, or a name alone. */
export function hostInValue(content: string): { readonly host: string; readonly port?: number } | undefined {
  const [, host, port] =
    /^[a-z][a-z0-9+.-]*:(?:[a-z]+:)?\/\/(?:[^@/\s]*@)?([A-Za-z0-9][\w.-]*?)(?::(\d{1,5}))?(?:[/?,;]|$)/i.exec(
      content,
    ) ??
    /^([a-z0-9][a-z0-9.-]*[a-z0-9])(?::(\d{1,5}))?$/.exec(content) ??
    [];
  if (!host) return undefined;
  return { host, ...(port && { port: Number(port) }) };
}
