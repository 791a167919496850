import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import type { Socket } from "node:net";
import { type Dialler, dialler } from "./dial.ts";

/** One GET, a HEAD, or a POST for a token; nothing else is ever sent. */
export interface Request {
  readonly method?: "HEAD" | "POST";
  /** The content of a POST. */
  readonly body?: string;
  /** From the root of the server, with the query. */
  readonly path: string;
  /** A name may stand several times. */
  readonly headers: readonly (readonly [string, string])[];
  readonly timeoutMs: number;
  /** Keep only this many of the last bytes; when time is over, what has come so far is the answer. */
  readonly keepLastBytes?: number;
  /** An answer that is longer, or says that it will be, is refused at once. */
  readonly mostBytes?: number;
}

/** What came back, whole. */
export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** A connection to a server: one over which HTTP/2 multiplexes, or a few that HTTP/1.1 takes turns on. */
export interface Connection {
  /** False once it takes no further requests; those under way may still end well. */
  readonly isUsable: boolean;
  /** Throws LostConnection, TimedOut or TooLarge. */
  send(request: Request): Promise<Response>;
  close(): void;
}

/** The connection ended before the answer was complete. A GET may be sent again. */
export class LostConnection extends Error {
  override readonly name = "LostConnection";
}

/** The answer was not complete in time. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/** The answer is longer than any that makes sense. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** A list of 10,000 pods in one piece has 45 MB; we ask for pages, and a server may send the whole list all the same. */
export const MOST_BYTES = 256 * 1024 * 1024;

/** Connects. Throws DialFailure where that does not work. */
export async function openConnection(options: Parameters<typeof dialler>[0], timeoutMs: number): Promise<Connection> {
  const dial = await dialler(options);
  const connecting = dial.connect(timeoutMs);
  // Nearly every API server speaks HTTP/2: the module is loaded while the handshake is under way.
  const http2 = dial.url.protocol === "https:" ? import("node:http2") : undefined;
  const socket = await connecting;
  const isHttp2 = "alpnProtocol" in socket && socket.alpnProtocol === "h2";
  return isHttp2 && http2
    ? http2Connection(socket, dial, await http2)
    : (await import("./http1.ts")).http1Connection(socket, dial);
}

/**
 * Flow control keeps a sender from filling a receiver that is slow; we take every body whole, so it would only cost
 * round trips: with the 64 KiB that HTTP/2 begins with, some thirty for a page of 500 pods. The window of a stream has to
 * be as large as the connection's: Bun 1.4.5 enlarges a smaller one again only when the connection's is half used up,
 * and until then the server waits in vain.
 */
const WINDOW = 1024 * 1024 * 1024;

function http2Connection(
  socket: Socket,
  { url }: Dialler,
  { connect, constants }: typeof import("node:http2"),
): Connection {
  const session: ClientHttp2Session = connect(url.origin, {
    createConnection: () => socket,
    settings: { initialWindowSize: WINDOW, enablePush: false },
  });
  let reason: Error | undefined;
  session.once("connect", () => {
    // The other side may have gone before the event is told.
    if (!session.destroyed) session.setLocalWindowSize(WINDOW);
  });
  // Streams tell what becomes of them; the session's own error adds why.
  session.on("error", (error) => {
    reason ??= error;
  });

  return {
    get isUsable() {
      // A GOAWAY of the server closes it.
      return !session.closed && !session.destroyed;
    },
    send: (request) =>
      new Promise((resolve, reject) => {
        const lost = (error?: Error) =>
          new LostConnection((reason ?? error)?.message ?? "closed", { cause: reason ?? error });
        let stream: ClientHttp2Stream;
        try {
          stream = session.request({
            ...(request.method && { ":method": request.method }),
            ":path": request.path,
            ...grouped(request.headers),
          });
        } catch (error) {
          reject(lost(error as Error));
          return;
        }
        const answer = new Receiver(request, resolve, reject, () => stream.close(constants.NGHTTP2_CANCEL));
        stream.on("response", (headers: IncomingHttpHeaders & { ":status"?: number }) =>
          answer.begin(headers[":status"] ?? 0, headers),
        );
        stream.on("data", (chunk: Buffer) => answer.add(chunk));
        stream.on("end", () => answer.end(stream.rstCode === constants.NGHTTP2_NO_ERROR, lost));
        stream.on("error", (error) => answer.fail(lost(error)));
        stream.on("close", () => answer.fail(lost()));
        stream.end(request.body);
      }),
    close() {
      // Bun would not end before the other side has closed too, a round trip later.
      socket.unref();
      session.destroy();
    },
  };
}

/** Headers as node takes them: a name that stands several times has a list. */
export function grouped(headers: Request["headers"]): Record<string, string | string[]> {
  const groups: Record<string, string | string[]> = {};
  for (const [name, value] of headers) {
    const before = groups[name];
    groups[name] = before === undefined ? value : [before, value].flat();
  }
  return groups;
}

/** Puts an answer together as it arrives, and settles once: with the answer, or with why there is none. */
export class Receiver {
  readonly #chunks: Buffer[] = [];
  #keepLastBytes: number;
  readonly #mostBytes: number;
  readonly #hasBody: boolean;
  readonly #resolve: (response: Response) => void;
  readonly #reject: (error: Error) => void;
  readonly #cancel: () => void;
  readonly #timer: NodeJS.Timeout;
  #head: Omit<Response, "body"> | undefined;
  #bytes = 0;
  #isSettled = false;

  constructor(
    { method, timeoutMs, keepLastBytes, mostBytes = MOST_BYTES }: Request,
    resolve: (response: Response) => void,
    reject: (error: Error) => void,
    cancel: () => void,
  ) {
    this.#keepLastBytes = keepLastBytes ?? Number.POSITIVE_INFINITY;
    this.#mostBytes = mostBytes;
    this.#hasBody = method !== "HEAD";
    this.#resolve = resolve;
    this.#reject = reject;
    this.#cancel = cancel;
    this.#timer = setTimeout(() => {
      // The end of a log that is still being sent is better than nothing.
      if (Number.isFinite(this.#keepLastBytes) && this.#bytes > 0) this.end(true, () => new TimedOut());
      else this.fail(new TimedOut());
      this.#cancel();
    }, timeoutMs);
  }

  begin(status: number, headers: Response["headers"]): void {
    this.#head = { status, headers };
    // What an error says stands at its beginning.
    if (status !== 200) this.#keepLastBytes = Number.POSITIVE_INFINITY;
    if (this.#hasBody && Number(headers["content-length"]) > this.#mostBytes) this.#refuse();
  }

  add(chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    let first = this.#chunks[0];
    while (first && this.#bytes - first.length >= this.#keepLastBytes) {
      this.#chunks.shift();
      this.#bytes -= first.length;
      first = this.#chunks[0];
    }
    if (this.#bytes > this.#mostBytes) this.#refuse();
  }

  /** `isWhole`: as far as the protocol tells; a length that was announced is checked too. */
  end(isWhole: boolean, lost: () => Error): void {
    const length = Number(this.#head?.headers["content-length"]);
    const isShort = this.#hasBody && this.#bytes < length && this.#keepLastBytes === Number.POSITIVE_INFINITY;
    if (!this.#head || !isWhole || isShort) {
      this.fail(lost());
      return;
    }
    if (!this.#settle()) return;
    const [first] = this.#chunks;
    const body = first && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    const start = Math.max(0, body.length - this.#keepLastBytes);
    this.#resolve({ ...this.#head, body: start > 0 ? body.subarray(start) : body });
  }

  fail(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  #refuse(): void {
    this.fail(new TooLarge());
    this.#cancel();
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    clearTimeout(this.#timer);
    this.#isSettled = true;
    return true;
  }
}
