import { withoutSecrets } from "./run-secrets.ts";
import { plain, type Text } from "./text.ts";

/**
 * Something that keeps us from a diagnosis and that the user can do something about: a bad flag, no cluster, no such
 * pod. Told in the same form as a cause; exit code 2. Anything else that is thrown is a mistake of ours.
 */
export class Failure extends Error {
  /** What happened, in one sentence. */
  readonly headline: Text;
  /** What was seen, one line each. */
  readonly seen: readonly Text[];
  /** What to do, one line each. */
  readonly todo: readonly Text[];

  constructor(headline: Text, details: { readonly seen?: readonly Text[]; readonly todo?: readonly Text[] } = {}) {
    super(plain(scrubbed(headline)));
    this.name = "Failure";
    this.headline = scrubbed(headline);
    this.seen = (details.seen ?? []).map(scrubbed);
    this.todo = (details.todo ?? []).map(scrubbed);
  }
}

/** An exception that is not a Failure, in one line: its name and words, without the stack. */
export const mistakeWords = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** What a server or a plugin sends back may hold the credentials that it was sent. */
const scrubbed = (words: Text): Text =>
  words.map((piece) =>
    typeof piece === "string" ? withoutSecrets(piece) : { ...piece, text: withoutSecrets(piece.text) },
  );
