import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const MEBIBYTE = 1024 * 1024;

/** The most that `--from` reads: 50,000 pods have about as much. */
export const MOST_SNAPSHOT_BYTES = 256 * MEBIBYTE;
/** The most that is read of a kubeconfig, a certificate or a token. */
export const MOST_CONFIG_BYTES = 16 * MEBIBYTE;
/** How long a pipe that a certificate or a token is read from may take. */
const CONFIG_PATIENCE_MS = 4_000;

/** Why a file was not read to its end. */
export type BoundReached = "TOO_LARGE" | "TOO_SLOW" | "NOT_A_FILE";

/** In words, with the bound. */
export function boundInWords(reached: BoundReached, { mostBytes, patienceMs }: Bounds): string {
  if (reached === "TOO_LARGE") return `it is larger than ${mostBytes / MEBIBYTE} MiB`;
  if (reached === "TOO_SLOW") return `it did not end within ${patienceMs / 1000} s`;
  return "it is not a regular file or a pipe";
}

export interface Bounds {
  readonly mostBytes: number;
  readonly patienceMs: number;
}

export const CONFIG_BOUNDS: Bounds = { mostBytes: MOST_CONFIG_BYTES, patienceMs: CONFIG_PATIENCE_MS };

const reached = (code: BoundReached) => Object.assign(new Error(code), { code });

/** One read of an open file: bytes, the end, or nothing yet. */
type Piece = Buffer | "end" | "wait";

/**
 * The content of a regular file, or of a pipe that something writes to. Opening never blocks. Throws the error of Node, or
 * one whose `code` is a BoundReached.
 */
class BoundedFile {
  readonly #fd: number;
  readonly #bounds: Bounds;
  readonly #deadline: number;
  readonly #isPipe: boolean;
  readonly #isDevice: boolean;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(file: string, bounds: Bounds) {
    this.#bounds = bounds;
    this.#deadline = Date.now() + bounds.patienceMs;
    this.#fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(this.#fd);
    this.#isPipe = stat.isFIFO();
    this.#isDevice = stat.isCharacterDevice();
    const code = stat.isDirectory()
      ? "EISDIR"
      : stat.size > bounds.mostBytes
        ? "TOO_LARGE"
        : stat.isSocket() || stat.isBlockDevice()
          ? "NOT_A_FILE"
          : undefined;
    if (!code) return;
    this.close();
    throw Object.assign(new Error(code), { code });
  }

  /** Reads what there is; "end" when all has been read. */
  next(): "end" | "more" | "wait" {
    const piece = this.#read();
    if (piece === "wait" || (piece === "end" && this.#isPipe && this.#bytes === 0)) {
      // Nobody has written to the pipe so far.
      if (Date.now() > this.#deadline) throw reached("TOO_SLOW");
      return "wait";
    }
    if (piece === "end") return "end";
    // /dev/null is an empty file to many scripts; other devices never end.
    if (this.#isDevice) throw reached("NOT_A_FILE");
    this.#chunks.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > this.#bounds.mostBytes) throw reached("TOO_LARGE");
    if (this.#isPipe && Date.now() > this.#deadline) throw reached("TOO_SLOW");
    return "more";
  }

  get content(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #read(): Piece {
    const buffer = Buffer.allocUnsafe(this.#isPipe ? 64 * 1024 : MEBIBYTE);
    try {
      const length = readSync(this.#fd, buffer, 0, buffer.length, null);
      return length === 0 ? "end" : buffer.subarray(0, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return "wait";
      throw error;
    }
  }
}

const WAIT_MS = 10;

/** Reads a file whole, at most as much and as long as the bounds allow. */
export function readBounded(file: string, bounds: Bounds = CONFIG_BOUNDS): Buffer {
  const opened = new BoundedFile(file, bounds);
  try {
    for (let state = opened.next(); state !== "end"; state = opened.next()) {
      if (state === "wait") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
    return opened.content;
  } finally {
    opened.close();
  }
}

/** The same, and other work goes on while a pipe is silent. */
export async function readBoundedLater(file: string, bounds: Bounds): Promise<Buffer> {
  const opened = new BoundedFile(file, bounds);
  try {
    for (let state = opened.next(); state !== "end"; state = opened.next()) {
      if (state === "wait") await sleep(WAIT_MS);
    }
    return opened.content;
  } finally {
    opened.close();
  }
}

/** The content of a stream, which is closed afterwards. Throws an error whose `code` is a BoundReached. */
export function readStream(stream: NodeJS.ReadableStream, { mostBytes, patienceMs }: Bounds): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (end: () => void) => {
      clearTimeout(timer);
      // Before the stream is closed: Bun tells its end at once.
      end();
      (stream as Partial<{ destroy(): void }>).destroy?.();
    };
    const timer = setTimeout(() => settle(() => reject(reached("TOO_SLOW"))), patienceMs);
    stream.on("data", (chunk: Buffer | string) => {
      const piece = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      chunks.push(piece);
      bytes += piece.length;
      if (bytes > mostBytes) settle(() => reject(reached("TOO_LARGE")));
    });
    stream.on("end", () => settle(() => resolve(Buffer.concat(chunks))));
    stream.on("error", (error) => settle(() => reject(error)));
  });
}
