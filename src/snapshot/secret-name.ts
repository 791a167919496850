/** Words that make a name one of a credential, wherever they are in it: DB_PASSWORD, clientSecret, mytoken. */
const ANYWHERE =
  /passw(?:or)?d|passwd|pass[_.-]?phrase|pass[_.-]?code|pwd|secret|token|credential|cookie|signature|bearer|webhook|dsn|(?:api|access|account|admin|app|auth|client|deploy|encryption|host|license|master|private|secret|server|service|session|shared|signing|ssh|storage|subscription|user)[_.-]?key|session[_.-]?id|connection[_.-]?string|authorization|htpasswd/i;

/** Words that do so only alone or between separators: bypass and compass hold nothing. */
const ALONE: ReadonlySet<string> = new Set(["pass", "pw", "psk", "sas", "sig", "jwt", "otp", "passwort", "pswd"]);

/** What a name ends with that says something about a credential without holding it: TOKEN_URL, secretName. */
const DESCRIBES =
  /(?:class|count|denied|error|exception|failed|failure|invalid|missing|notfound|rejected|unavailable|dir|directory|enabled|endpoint|expiration|expires|expiry|file|filename|host|issuer|kind|length|lifetime|limit|mode|name|namespace|path|policy|port|provider|ref|refs|required|reviews?|seconds|size|status|store|timeout|ttl|type|uri|url|version|volume|audience|audiences|usage)$/i;

/** `TokenFilter.java:42` of a stack. */
export const SOURCE = /\.(?:cs|cpp|c|go|java|jsx?|kt|mjs|cjs|php|py|rb|rs|scala|swift|tsx?)$/i;

/** Names of variables, flags and fields are few, and each is asked for often. */
const known = new Map<string, boolean>();
const MOST_KNOWN = 5000;

/** Whether a value of this name is a credential. */
export function isSecretName(name: string): boolean {
  const before = known.get(name);
  if (before !== undefined) return before;
  const isSecret = namesSecret(name);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(name, isSecret);
  return isSecret;
}

function namesSecret(name: string): boolean {
  if (DESCRIBES.test(name) || SOURCE.test(name)) return false;
  if (ANYWHERE.test(name)) return true;
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .some((word) => ALONE.has(word));
}

/** What stands for a credential without being one: $(DB_PASSWORD), <token>, [REDACTED], ***. */
const STAND_IN =
  /^(?:\*+|x{3,}|<[^<>]*>|\[[a-z_ -]*\]|\$\([\w.-]*\)|\$\{[^{}]*\}|\$[A-Z_]+|\{\{[^{}]*\}\}|%[A-Z_]+%|%[sdvq])$/i;
/** A file in one of the folders where mounted credentials are. */
const FILE =
  /^\/(?:app|certs?|config|data|etc|home|keys?|mnt|opt|root|run|secrets?|srv|tmp|usr|var|vault|workspace)(?:\/[\w.-]*){1,16}$/;

/** What follows `password:` in an error is often prose or a Go zero value: "token: unexpected EOF" says what is wrong. */
const PROSE: ReadonlySet<string> = new Set(
  "is was not no yes missing required invalid unexpected unable failed cannot could error must empty unset undefined null nil none true false on off expired unknown open stat read lookup dial unauthorized forbidden permission denied eof x509 tls http https timeout".split(
    " ",
  ),
);

/** Whether a word where a credential could be is none: a word of an error, a reference, the path of a file. */
export function isNoSecret(value: string): boolean {
  if (value === "" || STAND_IN.test(value) || FILE.test(value)) return true;
  const [word = ""] = value.split(/[\s:,.;]/, 1);
  return PROSE.has(word.toLowerCase());
}
