import { plain } from "../text/text.ts";
import type { World } from "../world.ts";
import type { Answer } from "./api.ts";
import {
  type Connection,
  LostConnection,
  MOST_BYTES,
  openConnection,
  type Response,
  TimedOut,
  TooLarge,
} from "./connection.ts";
import type { ConnectionTarget, Proof } from "./connection-target.ts";
import { DialFailure } from "./dial.ts";
import { Slots } from "./slots.ts";

/** One thing to ask. */
export interface Question {
  /** Below the server's address, with the query. */
  readonly path: string;
  readonly accept: string;
  /** The right it takes, in words: `list events in namespace shop`. */
  readonly right: string;
  /** For texts: only the end is kept, and what came in time is the answer. */
  readonly last?: { readonly bytes: number; readonly milliseconds: number };
}

/** What the server said, or why it said nothing. */
export type Reply = { readonly status: number; readonly body: string } | { readonly problem: string };

/** How many requests are under way at once. API servers allow 100 streams or more per connection. */
const MOST_AT_ONCE = 64;
/** client-go retries ten times (rest/request.go); with a person waiting half of that is enough. */
const MOST_WAITS = 5;

/** Sends GET requests over one connection, with retries and bounds, and as the user. */
export class Requester {
  readonly #target: ConnectionTarget;
  readonly #world: World;
  readonly #basePath: string;
  readonly #userAgent =
    `kubectl-why_pending/v${__VERSION__} (${GO_NAMES[process.platform] ?? process.platform}/${GO_NAMES[process.arch] ?? process.arch})`;
  readonly #slots = new Slots(MOST_AT_ONCE);
  readonly #connections = new Set<Connection>();
  readonly #sleepers = new Set<() => void>();
  #deadline: number | undefined;
  #proof: Promise<Proof> | undefined;
  #renewals = 0;
  #current: CurrentConnection | undefined;
  #isClosed = false;
  /** Whether the server has answered anything yet. */
  #hasAnswered = false;
  /** Whether an answer was one of a Kubernetes API server. */
  #hasSpokenKubernetes = false;

  constructor(target: ConnectionTarget, world: World) {
    this.#target = target;
    this.#world = world;
    this.#basePath = new URL(target.server).pathname.replace(/\/$/, "");
  }

  /** The reply to a question, whatever its status. Throws a Failure for what makes all further questions pointless. */
  ask(question: Question): Promise<Reply> {
    return this.#slots.run(() => this.#ask(question));
  }

  /** The JSON that answers a question. */
  async json(question: Question): Promise<Answer<unknown>> {
    return (await this.jsonWithStatus(question)).answer;
  }

  /** As `json`, for those who look at the status too; it is 0 where there was no reply. */
  async jsonWithStatus(question: Question): Promise<{ status: number; answer: Answer<unknown> }> {
    // A body that was cut off looks whole where no length was announced: once more tells.
    for (let tries = 0; tries < 2; tries++) {
      const reply = await this.ask(question);
      const answer = await this.#judge(reply, question);
      if (answer !== BROKEN) return { status: "status" in reply ? reply.status : 0, answer };
    }
    return { status: 200, answer: { state: "failed", message: "the API server's answer is not valid JSON" } };
  }

  /** The text that answers a question. */
  async text(question: Question): Promise<Answer<string>> {
    const reply = await this.ask(question);
    if ("status" in reply && reply.status === 200) return { state: "ok", body: reply.body };
    const answer = await this.#judge(reply, question);
    return answer === BROKEN || answer.state === "ok"
      ? { state: "failed", message: "the API server's answer is no text" }
      : answer;
  }

  close(): void {
    this.#isClosed = true;
    // One that is still being made is closed as soon as it is there.
    for (const connection of this.#connections) connection.close();
    for (const wake of this.#sleepers) wake();
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#sleepers.add(wake);
    });
  }

  async #ask(question: Question): Promise<Reply> {
    let losses = 0;
    let waits = 0;
    let refusals = 0;
    for (;;) {
      if (this.#isClosed) return { problem: "no longer needed" };
      const proof = await this.#prove();
      const renewals = this.#renewals;
      const { timeoutMs, bound } = this.#bound(question);
      let response: Response;
      try {
        if (timeoutMs <= 0) throw new TimedOut();
        response = await this.#send(question, proof, timeoutMs);
      } catch (error) {
        if (error instanceof LostConnection && losses++ === 0) continue;
        return { problem: await this.#problem(error, bound) };
      }
      this.#hasAnswered = true;

      if (response.status === 401) {
        // Of many requests that are refused at once, the first has the credentials renewed for all.
        const isRenewed = this.#renewals > renewals || this.#target.credentials.renew();
        if (refusals++ > 0 || !isRenewed) throw (await this.#words()).unauthorized(this.#target, messageIn(response));
        if (this.#renewals === renewals) this.#renewals++;
        continue;
      }
      const waitMs = waitOf(response);
      if (waitMs !== undefined && waits++ < MOST_WAITS) {
        if (waitMs < this.#left()) {
          await this.#sleep(waitMs);
          continue;
        }
        return {
          problem: `${messageIn(response)}; the API server asks to wait ${waitMs / 1000} s, longer than I wait in all`,
        };
      }
      const body = await unpacked(response, question);
      return body === undefined ? { problem: TOO_LARGE } : { status: response.status, body };
    }
  }

  async #send(question: Question, proof: Proof, timeoutMs: number): Promise<Response> {
    const deadline = Date.now() + timeoutMs;
    const connection = await this.#connect(proof, timeoutMs);
    const { disableCompression, headers } = this.#target;
    return connection.send({
      path: this.#basePath + question.path,
      headers: [
        ["Accept", question.accept],
        // A log is a stream of plain text; servers compress objects only.
        ...(disableCompression || question.last ? [] : [["Accept-Encoding", "gzip"] as const]),
        ...(proof.authorization ? [["Authorization", proof.authorization] as const] : []),
        ...headers,
        ["User-Agent", this.#userAgent],
      ],
      timeoutMs: Math.max(1, deadline - Date.now()),
      ...(question.last && { keepLastBytes: question.last.bytes }),
    });
  }

  /** The connection for a user; a client certificate belongs to a connection, so another one needs another. */
  #connect(proof: Proof, timeoutMs: number): Promise<Connection> {
    const { proof: before, opened, connection: current } = this.#current ?? {};
    if (current && before && isSameCertificate(before, proof) && opened?.isUsable !== false) return current;
    const connection = openConnection({ target: this.#target, proof, world: this.#world }, timeoutMs);
    const next: CurrentConnection = { proof, connection };
    this.#current = next;
    connection.then(
      (one) => {
        next.opened = one;
        this.#connections.add(one);
        if (this.#isClosed) one.close();
      },
      () => {
        if (this.#current === next) this.#current = undefined;
      },
    );
    return connection;
  }

  /** Who we are. Asked anew as a token may expire; requests that ask at the same time share the answer. */
  #prove(): Promise<Proof> {
    this.#proof ??= this.#getProof().finally(() => {
      this.#proof = undefined;
    });
    return this.#proof;
  }

  async #getProof(): Promise<Proof> {
    const begin = Date.now();
    const proof = await this.#target.credentials.get();
    // Whoever logs in through a browser may take a while; that is not the server's fault.
    if (this.#deadline !== undefined) this.#deadline += Date.now() - begin;
    return proof;
  }

  /** Milliseconds left of the patience for the whole run, which begins with the first request. */
  #left(): number {
    this.#deadline ??= Date.now() + this.#target.patienceMs;
    return this.#deadline - Date.now();
  }

  /** How long the next try may take, and which bound that is. */
  #bound({ last }: Question): { timeoutMs: number; bound: string } {
    const { requestTimeoutMs, patienceMs } = this.#target;
    const bounds = [{ timeoutMs: this.#left(), bound: `the ${seconds(patienceMs)} that this run may take are over` }];
    if (requestTimeoutMs > 0) {
      bounds.push({
        timeoutMs: requestTimeoutMs,
        bound: `no answer within ${seconds(requestTimeoutMs)} (--request-timeout)`,
      });
    }
    if (last) bounds.push({ timeoutMs: last.milliseconds, bound: `no answer within ${seconds(last.milliseconds)}` });
    return bounds.reduce((least, one) => (one.timeoutMs < least.timeoutMs ? one : least));
  }

  /** In words what went wrong. Throws a Failure where nothing has ever been answered. */
  async #problem(error: unknown, bound: string): Promise<string> {
    if (error instanceof TooLarge) return TOO_LARGE;
    if (error instanceof TimedOut && this.#hasAnswered) return bound;
    const { connectionFailure } = await this.#words();
    const isOurs = error instanceof DialFailure || error instanceof LostConnection || error instanceof TimedOut;
    if (!isOurs) throw error;
    const failure = await connectionFailure(error, bound, this.#target, this.#world.now());
    if (!this.#hasAnswered) throw failure;
    return error instanceof LostConnection ? "the connection broke off, twice" : plain(failure.headline);
  }

  /** Loaded when something fails. */
  #words() {
    return import("./connection-failure.ts");
  }

  async #judge(reply: Reply, { right, path }: Question): Promise<Answer<unknown> | typeof BROKEN> {
    if ("problem" in reply) return { state: "failed", message: reply.problem };
    const { status, body } = reply;
    const parsed = parse(body);
    const isMarkup = parsed === undefined && /^\s*</.test(body);
    if (!this.#hasSpokenKubernetes && status < 500 && (isMarkup || (status >= 300 && status < 400))) {
      throw (await this.#words()).notKubernetes(this.#target, reply, this.#basePath + path);
    }
    const { kind, reason, message, details } = (parsed ?? {}) as Partial<Status>;
    if (kind !== undefined || reason !== undefined) this.#hasSpokenKubernetes = true;
    if (status === 200) return parsed === undefined ? BROKEN : { state: "ok", body: parsed };
    const said = message || (!isMarkup && shortened(body)) || `the API server answers with status ${status}`;
    if (status === 400 && /HTTP request to an HTTPS server/.test(body) && !this.#hasSpokenKubernetes) {
      throw (await this.#words()).wantsTls(this.#target);
    }
    if (status === 403) return { state: "forbidden", message: said, right };
    if (status === 404 && details?.name) return { state: "absent", message: said };
    if (status === 404 || status === 406) return { state: "not-served", message: said };
    return { state: "failed", message: said };
  }
}

/** The connection that new requests take. */
interface CurrentConnection {
  readonly proof: Proof;
  readonly connection: Promise<Connection>;
  /** Once it is there. */
  opened?: Connection;
}

/** A body that should be JSON and is not. */
const BROKEN = Symbol("broken");

/** metav1.Status, as far as we read it. */
interface Status {
  readonly kind: string;
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly name?: string };
}

/** What Go calls this machine: runtime.GOOS and runtime.GOARCH, for the User-Agent. */
const GO_NAMES: Readonly<Record<string, string>> = { win32: "windows", x64: "amd64", ia32: "386" };

const seconds = (milliseconds: number) => `${Math.round(milliseconds / 100) / 10} s`;

const isSameCertificate = (a: Proof, b: Proof) =>
  a.clientCertificate === b.clientCertificate && a.clientKey === b.clientKey;

/** Undefined where it is no JSON. Nothing of the text is told: it may be of a Secret. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** How long the server asks to wait (client-go v0.36 rest/with_retry.go: whole seconds, with 429 and 5xx). */
function waitOf({ status, headers }: Response): number | undefined {
  if (status !== 429 && status < 500) return undefined;
  const wait = String(headers["retry-after"] ?? "");
  return /^\d+$/.test(wait) ? Number(wait) * 1000 : undefined;
}

/** The message of an error answer. */
function messageIn({ status, body, headers }: Response): string {
  const text = headers["content-encoding"] === "gzip" ? "" : body.toString("utf8");
  const { message } = (parse(text) ?? {}) as Partial<Status>;
  return message || (!/^\s*</.test(text) && shortened(text)) || `the API server answers with status ${status}`;
}

/** A message as plain text, for one line. */
const shortened = (text: string) => text.trim().split("\n", 1).join("").slice(0, 300);

const TOO_LARGE = `the API server's answer is larger than ${MOST_BYTES / 2 ** 20} MiB`;

/** The text of an answer; undefined where it is larger after decompression than any answer may be. */
async function unpacked({ status, body, headers }: Response, { last }: Question): Promise<string | undefined> {
  if (headers["content-encoding"] === "gzip") {
    const { gunzipSync } = await import("node:zlib");
    try {
      return gunzipSync(body, { maxOutputLength: MOST_BYTES }).toString("utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return undefined;
      // As good as a body that is no JSON.
      return "";
    }
  }
  // The cut may have gone through a character.
  const start =
    last && status === 200 && body.length >= last.bytes ? body.findIndex((byte) => (byte & 0xc0) !== 0x80) : 0;
  return body.toString("utf8", Math.max(0, start));
}
