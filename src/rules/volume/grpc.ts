/** An error as gRPC writes it: `rpc error: code = NotFound desc = …`. */
export interface RpcError {
  /** Unknown where the text has none. */
  readonly code: string;
  readonly description: string;
}

/** The innermost code that says something, and what follows it; undefined for a text that is no gRPC error. */
export function parseRpcError(text: string): RpcError | undefined {
  const found = [...text.matchAll(/rpc error: code = (\w+) desc = /g)];
  const best = found.findLast(([, code]) => code !== "Unknown" && code !== "Internal") ?? found.at(-1);
  if (!best) return undefined;
  const last = found.at(-1) ?? best;
  return { code: best[1] ?? "Unknown", description: text.slice((last.index ?? 0) + last[0].length).trim() };
}

/** Words of a driver or cloud that mean more than the code they came with. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /unauthori[sz]ed|not authorized|AccessDenied|access denied|permission denied|forbidden|AuthFailure|AuthorizationFailed|PERMISSION_DENIED/i,
    "PermissionDenied",
  ],
  [/credentials?|authentication|Unauthenticated|invalid token|expired token|NoCredentialProviders/i, "Unauthenticated"],
  [
    /quota|limit ?exceeded|out of (?:space|capacity)|no space|insufficient|not enough|ResourceExhausted|capacity/i,
    "ResourceExhausted",
  ],
  [/context deadline exceeded|timed? ?out|DeadlineExceeded/i, "DeadlineExceeded"],
  [/connection refused|no such host|no route to host|Unavailable|transport is closing|i\/o timeout/i, "Unavailable"],
  [/does not exist|not found|NotFound/i, "NotFound"],
  [/invalid|unsupported|InvalidParameter|malformed/i, "InvalidArgument"],
];

/** What an error comes to, whether by its code or, where that is Unknown or Internal, by its words. */
export function meaningOf(text: string): string {
  const { code, description } = parseRpcError(text) ?? { code: "Unknown", description: text };
  if (code !== "Unknown" && code !== "Internal") return code;
  return WORDS.find(([words]) => words.test(description))?.[1] ?? code;
}

/** What a meaning says to a person, as the end of a sentence. */
export function inWords(meaning: string): string | undefined {
  return IN_WORDS.get(meaning);
}

const IN_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ResourceExhausted: "storage or quota is used up",
    PermissionDenied: "the driver is not permitted to do that (its cloud or storage account lacks the permission)",
    Unauthenticated: "the driver's credentials are missing, wrong or expired",
    InvalidArgument: "the parameters, the size or the access mode are not valid for this driver",
    NotFound: "something that is named, such as a disk, a snapshot or a pool, does not exist",
    DeadlineExceeded: "the storage system did not answer in time",
    Unavailable: "the storage system cannot be reached",
    Aborted: "an earlier try for the same volume is still going on",
    AlreadyExists: "there is a volume of that name already, and it is different",
    FailedPrecondition: "the volume is in a state that does not permit it, such as attached elsewhere",
    OutOfRange: "the size is outside what the storage system gives",
    Unimplemented: "the driver cannot do that",
  }),
);
