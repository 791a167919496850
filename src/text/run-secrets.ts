/** What stands where a credential was. */
const MASK = "***";

/** The credentials of this run, in every form in which a server could send them back. The longest is replaced first. */
const secrets = new Set<string>();

/** Shorter ones are parts of words; those of a few characters are replaced only where they are a word. */
const SHORTEST = 4;
const LONG = 8;
/** A server may send back the beginning of a token. */
const BEGINNING = 16;

/** Notes a credential of this run: no message repeats it. A whole Authorization header is taken apart. */
export function keepSecret(value: string | undefined): void {
  const secret = (value ?? "").replace(/^(?:Bearer|Basic) /i, "").trim();
  if (secret.length < SHORTEST) return;
  const base64 = (content: string) =>
    Buffer.from(content, "utf8")
      .toString("base64")
      .replace(/={1,2}$/, "");
  for (const form of [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    base64(secret),
    JSON.stringify(secret).slice(1, -1),
  ])
    secrets.add(form);
}

const isWordPart = (char: string | undefined) => char !== undefined && /[\w]/.test(char);

/**
 * A message without the credentials of this run, whoever repeats them, without passwords in URLs, and without other
 * tokens of an Authorization header.
 */
export function withoutSecrets(message: string): string {
  let result = message;
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) result = withoutSecret(result, secret);
  return withoutUrlLogins(result).replace(/\b(bearer|basic) [\w+/=.~-]{12,}/gi, `$1 ${MASK}`);
}

function withoutSecret(message: string, secret: string): string {
  const sought = secret.length >= BEGINNING + LONG ? secret.slice(0, BEGINNING) : secret;
  let result = "";
  let done = 0;
  for (let at = message.indexOf(sought); at >= 0; at = message.indexOf(sought, done)) {
    let end = at + sought.length;
    for (let next = sought.length; next < secret.length && message[end] === secret[next]; next++) end++;
    const isPart = secret.length < LONG && (isWordPart(message[at - 1]) || isWordPart(message[end]));
    result += message.slice(done, at) + (isPart ? message.slice(at, end) : MASK);
    done = end;
  }
  return result + message.slice(done);
}

/** Longer than any login in a URL. */
const LONGEST_LOGIN = 1024;

/**
 * Masks the password of scheme://user:password@host, also one with `/`, `#` or `@` in it, and the token of
 * scheme://token@host of Git and Sentry. Goes from :// to ://, each part once.
 */
export function withoutUrlLogins(line: string): string {
  if (!line.includes("://")) return line;
  const parts = line.split("://");
  return parts
    .map((part, index) => (index > 0 && /[a-z0-9+.-]$/i.test(parts[index - 1] ?? "") ? withoutLogin(part) : part))
    .join("://");
}

function withoutLogin(part: string): string {
  const run = /^[^\s"'<>`]{0,1024}/.exec(part)?.[0] ?? "";
  const at = run.lastIndexOf("@", LONGEST_LOGIN);
  if (at < 0) return part;
  const login = run.slice(0, at);
  const colon = login.indexOf(":");
  const slash = login.search(/[/?#]/);
  if (colon < 0 || (slash >= 0 && slash < colon)) return slash < 0 && login.length >= 16 ? MASK + part.slice(at) : part;
  // http://host:8080/@name has a port there.
  if (slash >= 0 && /^\d{1,5}[/?#]/.test(login.slice(colon + 1))) return part;
  const user = login.slice(0, colon);
  const isToken = login.length === colon + 1 || user.length >= 32;
  return `${isToken ? MASK : user}:${MASK}${part.slice(at)}`;
}
