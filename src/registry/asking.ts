import type { RegistryAnswer, RegistryOutcome } from "../snapshot/registry-answer.ts";

/** How long one request may take. */
const REQUEST_MS = 5000;
/** How long all requests for one image may take. */
export const IMAGE_MS = 15_000;

/** Ends the asking of one login: this is what comes out. */
export class Outcome extends Error {
  override readonly name = "Outcome";
  readonly outcome: RegistryOutcome;

  constructor(outcome: RegistryOutcome) {
    super(outcome.is);
    this.outcome = outcome;
  }
}

/** One image being asked about: how long that may take, who was sent requests, and what must not be repeated. */
export class Asking {
  readonly #hosts = new Set<string>();
  rate: RegistryAnswer["rate"];
  readonly #deadline: number;
  readonly #secrets: Set<string>;

  /** `deadline`: milliseconds since 1970. `secrets`: those of the whole run, as a server may repeat one later. */
  constructor(deadline: number, secrets: Set<string>) {
    this.#deadline = deadline;
    this.#secrets = secrets;
  }

  /** Milliseconds that the next request may take. Throws an Outcome where the time for the image is over. */
  timeoutMs(): number {
    const left = this.#deadline - Date.now();
    if (left <= 0) {
      throw new Outcome({
        is: "unreachable",
        step: "answer",
        code: "TIMED_OUT",
        message: "the time for this image was over before all was answered",
      });
    }
    return Math.min(REQUEST_MS, left);
  }

  /** Every host that was sent a request. */
  get hosts(): ReadonlySet<string> {
    return this.#hosts;
  }

  /** Notes that a host is sent a request. Where a redirect leads is a server's text. */
  asks({ host }: URL): void {
    this.#hosts.add(this.quoted(host));
  }

  /** Keeps a credential out of whatever is quoted from now on. */
  hide(secret: string): void {
    if (secret.length >= SHORTEST_SECRET) this.#secrets.add(secret).add(encodeURIComponent(secret));
  }

  /** Whether a server's text holds a credential: it may send back what it was sent. */
  holdsSecret(text: string): boolean {
    return [...this.#secrets].some((secret) =>
      secret.length < UNLIKELY_BY_CHANCE ? text === secret : text.includes(secret),
    );
  }

  /** What a server said, fit to be kept: one line of at most 300 characters, and no credential in it. */
  quoted(text: string): string {
    let quote = text;
    for (const secret of this.#secrets) quote = quote.replaceAll(secret, "***");
    return quote.replace(/\s+/g, " ").trim().slice(0, MOST_CHARACTERS);
  }
}

/** A shorter one is part of ordinary words, and would be seen by what is missing from them. */
const SHORTEST_SECRET = 4;
/** Somebody's password is `2024`, and many tags have that in them. */
const UNLIKELY_BY_CHANCE = 8;
const MOST_CHARACTERS = 300;
