/** What stands where a credential was. */
export const MASK = "***";

/** Names whose values are secret, in any spelling: DB_PASSWORD, api-key, clientSecret, AccountKey, sig. */
const SECRET_NAME =
  "[\\w.-]*(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|credentials?|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|auth[_-]?key|signature|session[_-]?id|cookie|dsn)[\\w.-]*";

// A value in quotes ends with them, however often they are escaped; another ends at white space or what separates fields.
const VALUE = `(\\\\*["'])(?:(?!\\2)[^\\n])*\\2|[^\\s"'\`,;&)\\]}]+`;

const RULES: readonly (readonly [RegExp, string | ((...match: string[]) => string)])[] = [
  // PEM: the whole block, even one that the log cut off.
  [
    /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$(?![\s\S]))/g,
    (whole) =>
      `-----BEGIN PRIVATE KEY----- ${MASK}${"\n".repeat(whole?.split("\n").length ? whole.split("\n").length - 1 : 0)}`,
  ],
  // scheme://user:password@host, and scheme://token@host of Git and Sentry.
  [/\b([a-z][a-z0-9+.-]*:\/\/)([^\s/:@"'<>]*):([^\s/"'<>]*)@/gi, `$1$2:${MASK}@`],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/:@"'<>]{16,}@/gi, `$1${MASK}@`],
  // user:password@tcp(host:3306)/db of Go's MySQL driver.
  [/(?<![\w.-])([\w.-]+):[^\s:@"']+@((?:tcp|unix)\()/g, `$1:${MASK}@$2`],
  [
    /\b(authorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|negotiate|token|apikey)\s+)?)[^\s"',;]+/gi,
    `$1${MASK}`,
  ],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/=_.~-]{12,}/gi, `$1 ${MASK}`],
  // JSON Web Tokens; keys of AWS, Google, GitHub, GitLab, Slack, Stripe, OpenAI and npm have a form of their own.
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, MASK],
  [/\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, MASK],
  [/\bAIza[A-Za-z0-9_-]{35}/g, MASK],
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|npm_[A-Za-z0-9]{30,})/g,
    MASK,
  ],
  [/\b[sr]k[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{20,}/g, MASK],
  // password=…, "token": "…", --secret …, PGPASSWORD: …
  [
    new RegExp(`(?<![\\w.-])(${SECRET_NAME}\\\\*["']?\\s*(?:=>|:=|=|:)\\s*)(?:${VALUE})(?=(\\s+[a-z]+)?)`, "gi"),
    (whole, before = "", quote = "", next = "") =>
      isProse(before, whole.slice(before.length), next) ? whole : `${before}${quote}${MASK}${quote}`,
  ],
  [
    new RegExp(`(--?${SECRET_NAME}\\s+)(?![-=])(?:${VALUE})`, "gi"),
    (_whole, before = "", quote = "") => `${before}${quote}${MASK}${quote}`,
  ],
  // identified by '…' of SQL.
  [/\b(identified\s+by\s+|password\s+)(["'])(?:(?!\2).)*\2/gi, `$1$2${MASK}$2`],
];

/** What follows `password:` in an error is often prose or a Go zero value: "token: unexpected EOF" says what is wrong. */
const PROSE = new Set(
  "is was not no missing required invalid unexpected unable failed cannot could error must empty unset undefined null nil none true false expired unknown open stat read lookup dial unauthorized permission".split(
    " ",
  ),
);
function isProse(before: string, word: string, next: string): boolean {
  if (PROSE.has(word.toLowerCase())) return true;
  // "getting the secret: resource name may not be empty"; after the word password nothing is taken for prose.
  return next !== "" && /^[a-z]+$/.test(word) && /^(?:secret|token|signature|cookie|credentials?):\s+$/i.test(before);
}

/**
 * Takes out of a text what looks like a credential: values of things named so, authorization headers, passwords in
 * URLs, private keys, tokens of a well-known form. Line numbers stay. For logs, where they enter; better a word too
 * many than a secret in a report.
 */
export function maskCredentials(content: string): string {
  let masked = content;
  for (const [pattern, by] of RULES)
    masked = typeof by === "string" ? masked.replace(pattern, by) : masked.replace(pattern, by);
  return masked;
}

/**
 * The same for what containers wrote and the kubelet put into their status: with terminationMessagePolicy
 * FallbackToLogsOnError those are lines of the log. In place, as the object was parsed for us alone.
 */
export function maskTerminationMessages(pod: unknown): void {
  const { status } = (pod ?? {}) as { status?: Readonly<Record<string, unknown>> };
  for (const field of ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"]) {
    const statuses = status?.[field];
    for (const one of Array.isArray(statuses) ? statuses : []) {
      for (const state of [one?.state, one?.lastState]) {
        const ended = state?.terminated;
        if (typeof ended?.message === "string") ended.message = maskCredentials(ended.message);
      }
    }
  }
}
