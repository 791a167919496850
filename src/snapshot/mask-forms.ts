import { MASK } from "./mask-assignments.ts";
import { isNoSecret, isSecretName } from "./secret-name.ts";
import { SECRET_RULES, type SecretRule } from "./secret-rules.ts";

/** One form of a credential: what is looked for before the expression is tried, and what takes its place. */
interface Form {
  /** In lower case; a line without any of them has no such credential. */
  readonly when: readonly string[];
  readonly pattern: RegExp;
  readonly by: string | ((whole: string, ...groups: string[]) => string);
}

/** Programs that take a password with a letter, and which letter. */
const LETTERS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:mysql\w{0,12}|mariadb[\w-]{0,12}|mongo\w{0,12}|sshpass|cqlsh|(?:docker|podman|buildah|nerdctl|skopeo|oras|oc|az|registry|helm)[\w ]{0,20} login|smbclient|influx)\b/i,
    "p",
  ],
  [/\bredis-cli\b/i, "a"],
  [/\bldap(?:search|modify|add|whoami|delete|passwd)\b/i, "w"],
  [/\b(?:sqlcmd|bcp|osql)\b/i, "P"],
];

/** Forms that a rule set for source code does not have: what programs print of how they connect. */
const FORMS: readonly Form[] = [
  {
    // user:password@tcp(host:3306)/db of Go's MySQL driver.
    when: ["@tcp(", "@unix("],
    pattern: /(?<![\w.-])([\w.-]{1,64}):[^\s"'@:]{1,256}@((?:tcp|unix)\()/g,
    by: `$1:${MASK}@$2`,
  },
  {
    // user:password@host:port without a scheme; not an image with tag and digest.
    when: ["@"],
    pattern: /(?<![\w/@.:-])([\w.-]{1,64}):[^\s:@"'/]{1,128}@(?!sha\d)(?=[\w.-]{1,253}(?:[:/\s"',;)]|$))/gi,
    by: `$1:${MASK}@`,
  },
  {
    // user/password@host of Oracle.
    when: ["jdbc:oracle", "sqlplus", "sqlldr", "expdp", "impdp", "rman"],
    pattern: /([ :"'])([\w$#]{1,64})\/[^\s@/"']{1,128}@/g,
    by: `$1$2/${MASK}@`,
  },
  {
    when: ["bearer", "basic", "negotiate"],
    pattern: /\b(bearer|basic|negotiate)(["']?[\s:=]{1,4}["']?)[A-Za-z0-9+/=_.~-]{8,}/gi,
    by: (whole, scheme = "", gap = "") =>
      /[\d=]|[a-z][A-Z]/.test(whole.slice(scheme.length)) || whole.length > 24 ? `${scheme}${gap}${MASK}` : whole,
  },
  { when: ["eyj"], pattern: /\beyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g, by: MASK },
  // Tokens of a service account, OpenShift, Vault, k3s, Telegram, Twilio, age.
  { when: ["sha256~"], pattern: /\bsha256~[\w-]{16,}/g, by: MASK },
  { when: ["hvs.", "hvb.", "hvr."], pattern: /\bhv[sbr]\.[\w-]{8,}/g, by: MASK },
  { when: ["s.", "b.", "r."], pattern: /(?<![\w.-])[sbr]\.[A-Za-z0-9]{24}(?![\w.])/g, by: MASK },
  { when: ["k10"], pattern: /\bK10[0-9a-f]{8,}(?:::[\w.-]{0,64}:?[^\s"']{0,128})?/g, by: MASK },
  { when: ["::server:", "::node:"], pattern: /::(server|node):[^\s"']{1,128}/g, by: `::$1:${MASK}` },
  {
    when: ["kubeadm", "token", "bootstrap", "join"],
    pattern: /(?<![\w.-])[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.-])/g,
    by: MASK,
  },
  { when: ["bot"], pattern: /\bbot\d{6,16}:[\w-]{16,}/g, by: `bot${MASK}` },
  {
    when: ["sk"],
    pattern: /\b(?:SK|AC)[0-9a-f]{32}\b|\b[sr]k[-_](?:(?:live|test|prod|proj|ant|or|svcacct|admin)[-_])?[\w-]{20,}/g,
    by: MASK,
  },
  { when: ["age-secret-key"], pattern: /AGE-SECRET-KEY-[0-9A-Za-z]{8,}/g, by: MASK },
  { when: ["akia", "asia", "abia", "acca"], pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, by: MASK },
  { when: ["aiza"], pattern: /\bAIza[\w-]{30,}/g, by: MASK },
  { when: ["ya29."], pattern: /\bya29\.[\w-]{10,}/g, by: MASK },
  {
    when: ["gh", "gl", "xox", "xapp", "npm_", "atctt", "atatt", "atbb", "dckr_pat_"],
    pattern:
      /\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|gl(?:pat|cbt|dt|rt|ptt|ft|soat|oas|imt|agent)-[\w.-]{16,}|xox[a-z](?:\.xox[a-z])?-[\w-]{8,}|xapp-[\w-]{8,}|npm_\w{16,}|AT[AC]TT3[\w=-]{10,}|ATBB\w{16,}|dckr_pat_[\w-]{10,})/g,
    by: MASK,
  },
  { when: ["sg."], pattern: /\bSG\.[\w-]{10,}(?:\.[\w-]{0,64})?/g, by: MASK },
  {
    when: ["hooks.slack", "discord", "webhook.office", "webhook"],
    pattern:
      /(\/\/(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)|(?:\w{1,16}\.)?discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks|[\w.-]{1,64}\.webhook\.office\.com\/webhookb2)\/)[^\s"'<>]{1,512}/gi,
    by: `$1${MASK}`,
  },
  // Hashes of passwords: crypt(3), bcrypt, argon2.
  {
    when: ["$"],
    pattern: /\$(?:2[abxy]?|1|5|6|7|y|gy|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,16})\$[\w./$=,+-]{8,}/g,
    by: MASK,
  },
  {
    // curl -u user:password, --user, --proxy-user.
    when: ["-u", "user"],
    pattern:
      /(?<![\w-])(-u|-U|--(?:proxy-)?user)([\s=]{0,4}["']?)([^\s:"'=]{0,128}):(?!\d{1,6}(?![^\s"']))[^\s"']{1,256}/g,
    by: `$1$2$3:${MASK}`,
  },
  {
    // --password x, -Password x, /password:x; also as two items of a list.
    when: ["-"],
    pattern: /(?<![\w-])(--?)([A-Za-z][\w.-]{0,63})(\\{0,8}["']?,?[ \t]{1,8}\\{0,8}["']?|["'],["'])([^\s"']{1,2048})/g,
    by: (whole, dashes = "", flag = "", gap = "", value = "") =>
      flag.length > 1 && isSecretName(flag) && !isNoSecret(value) && !/^[-=|&>]/.test(value)
        ? `${dashes}${flag}${gap}${MASK}`
        : whole,
  },
  { when: ["/user:"], pattern: /(\/user:\S{1,128}\s{1,4})(?![/\s])\S{1,256}/gi, by: `$1${MASK}` },
  {
    when: ["net use ", "net user "],
    pattern: /(\bnet user? \S{1,128}\s{1,4})(?![/*\s])[^\s/]\S{0,255}/gi,
    by: `$1${MASK}`,
  },
  {
    when: ["/p:", "/pa", "/pw"],
    pattern: /(?<!\S)(\/p(?:ass(?:word)?|wd?)?:)(?=\S)[^\s="']{1,256}(?![\w=])/gi,
    by: `$1${MASK}`,
  },
  // <password>…</password>.
  {
    when: ["</"],
    pattern: /<([\w.:-]{1,64})(\s[^<>]{0,200})?>([^<]{1,2048})</g,
    by: (whole, tag = "", attributes: string | undefined = "", value = "") =>
      isSecretName(tag) && !isNoSecret(value.trim()) ? `<${tag}${attributes ?? ""}>${MASK}<` : whole,
  },
  // machine … login … password … of netrc.
  { when: ["login"], pattern: /(\blogin\s{1,8}\S{1,128}\s{1,8}password\s{1,8})\S{1,256}/gi, by: `$1${MASK}` },
  // IDENTIFIED BY '…' of SQL, also without quotes; PASSWORD '…'.
  {
    when: ["identified"],
    pattern: /(\bidentified\s{1,8}by\s{1,8}(?:password\s{1,8})?)(?:'[^']{0,512}'?|"[^"]{0,512}"?|[^\s;'"]{1,256})/gi,
    by: `$1${MASK}`,
  },
  {
    when: ["pass", "token", "secret"],
    pattern:
      /\b(pass(?:word|wd|phrase|code)|token|secret)((?:\s{1,4}(?:is|was))?\s{1,4})("[^"]{1,512}"|'[^']{1,512}'|`[^`]{1,512}`|[^\s"'`(),;]{4,256})/gi,
    by: (whole, name = "", gap = "", value = "") => saidInWords(whole, name, gap, value),
  },
  // | password | … | of a table.
  {
    when: ["|"],
    pattern: /\|\s{0,16}([\w.-]{1,64})\s{0,64}\|\s{0,16}([^\s|]{1,256})/g,
    by: (whole, name = "", value = "") =>
      isSecretName(name) && !isNoSecret(value) ? `${whole.slice(0, -value.length)}${MASK}` : whole,
  },
  // ("password", "…") of Python, ["password","…"].
  {
    when: ['", "', "', '", '","'],
    pattern: /([([]\s?["'])([\w.-]{1,64})(["'],\s?["'])([^"']{1,512})/g,
    by: (whole, open = "", name = "", gap = "", value = "") =>
      isSecretName(name) && !isNoSecret(value) ? `${open}${name}${gap}${MASK}` : whole,
  },
];

/** "using password hunter2", "password is 'x'": only what cannot be a word of the sentence. */
function saidInWords(whole: string, name: string, gap: string, value: string): string {
  const isQuoted = /^["'`]/.test(value);
  const bare = isQuoted ? value.slice(1, -1) : value;
  if (isNoSecret(bare)) return whole;
  const isPassword = /^pass/i.test(name);
  const isSaid = /is|was/i.test(gap);
  // `secret "db-login" not found` names a Secret; a password in quotes is one.
  const isLikely = isQuoted
    ? isPassword || isSaid
    : isPassword
      ? /\d/.test(bare) && /[a-z]/i.test(bare) && !/[/:]/.test(bare)
      : isSaid && /\d/.test(bare) && bare.length >= 12;
  if (!isLikely) return whole;
  return isQuoted ? `${name}${gap}${value[0]}${MASK}${value[0]}` : `${name}${gap}${MASK}`;
}

/** The end of a value that gitleaks' rules name by the program it is of. */
const NEAR = "[ \\t\\w.-]{0,22}(?:['\"]{1,2}[ \\t]{0,2})?[=:>|,]{1,4}[`'\"\\s]{0,5}";

/** Compiled when they are first needed: most runs need none. */
const compiled = new Map<SecretRule, Form>();

function formOf(rule: SecretRule): Form {
  const known = compiled.get(rule);
  if (known) return known;
  const pattern = rule.near ? `(${rule.near}${NEAR})${rule.value}(?![\\w-])` : `()${rule.value}\\w*`;
  const form: Form = {
    when: rule.keywords,
    pattern: new RegExp(pattern, rule.ignoresCase ? "gi" : "g"),
    by: (_whole, before = "") => `${before}${MASK}`,
  };
  compiled.set(rule, form);
  return form;
}

let keywords: RegExp | undefined;

/** Whether one of gitleaks' rules may find something: one look at the text in place of two hundred. */
function mayBeKnown(lower: string): boolean {
  keywords ??= new RegExp(
    [...new Set(SECRET_RULES.flatMap((rule) => rule.keywords))]
      .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("|"),
  );
  return keywords.test(lower);
}

/**
 * What masks, line by line, what has a form of its own, whatever it is called: tokens of services, passwords on
 * command lines, hashes. Only forms whose words are in the text are tried.
 */
export function formMasker(lines: readonly string[]): (line: string) => string {
  const lower = lines.join("\n").toLowerCase();
  const isThere = (words: readonly string[]) => words.some((word) => lower.includes(word));
  const forms = FORMS.filter(({ when }) => isThere(when));
  if (mayBeKnown(lower)) forms.push(...SECRET_RULES.filter((rule) => isThere(rule.keywords)).map(formOf));
  const hasFlags = lower.includes("-");
  return (line) => {
    let masked = line;
    for (const { pattern, by } of forms)
      masked = typeof by === "string" ? masked.replace(pattern, by) : masked.replace(pattern, by);
    return hasFlags ? maskLetters(masked) : masked;
  };
}

/** `mysql -pPASSWORD`, `redis-cli -a PASSWORD`, `docker login -u USER -p PASSWORD`. */
function maskLetters(line: string): string {
  let masked = line;
  for (const [program, letter] of LETTERS) {
    if (!program.test(masked)) continue;
    const glued = letter === "p" ? "\\s{0,4}" : "\\s{1,4}";
    masked = masked.replace(
      new RegExp(`(?<=\\s)(-${letter}${glued}["']?)(?![-\\s"'])(?!\\d{1,5}(?:\\s|$))([^\\s"']{1,256})`, "g"),
      `$1${MASK}`,
    );
  }
  return masked;
}

/** Whether a word of a command line says that the next is a password: `--db-password`, `-Password`. */
export const isPasswordFlag = (word: string): boolean =>
  /^--?[A-Za-z][\w.-]{1,63}$/.test(word) && isSecretName(word.replace(/^--?/, ""));

/** `-u`, `--user`, `--proxy-user` of curl, whose value is `user:password`. */
export const isUserFlag = (flag: string): boolean => /^-[uU]$|^--(?:proxy-)?user$/.test(flag);

/** The same for `-u user:password` of curl and letters that only some programs have; `line` is the whole command. */
export function hidesNext(flag: string, next: string, line: () => string): boolean {
  if (isUserFlag(flag)) return /^[^:]*:(?!\d{1,6}$)./.test(next);
  if (!/^-[paPw]$/.test(flag) || /^\d{1,5}$/.test(next)) return false;
  const command = line();
  return LETTERS.some(([program, letter]) => flag === `-${letter}` && program.test(command));
}
