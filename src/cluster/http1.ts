import { Agent, type ClientRequestArgs, request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Connection, grouped, LostConnection, Receiver, type Request, type Response } from "./connection.ts";
import type { Dialler } from "./dial.ts";
import { Slots } from "./slots.ts";

/** HTTP/1.1 answers one request after the other on a connection; so many connections share the work. */
const MOST_CONNECTIONS = 8;
/** Opening a further connection happens within the time of the request that wants it. */
const DIAL_TIMEOUT_MS = 30_000;

/** HTTP/1.1 over connections that are kept open. `socket`: the first of them. */
export function http1Connection(socket: Socket, dial: Dialler): Connection {
  const agent = new DiallingAgent(socket, dial);
  // The agent's own bound counts only sockets that are there already.
  const slots = new Slots(MOST_CONNECTIONS);
  let isClosed = false;
  const exchange = (question: Request): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { path, headers } = dial.forwarded(question);
      const request = httpRequest({
        agent,
        host: dial.url.hostname,
        port: dial.url.port,
        path,
        ...(question.method && { method: question.method }),
        headers: { Host: dial.url.host, ...grouped(headers) },
      });
      const lost = (error?: Error) => new LostConnection(error?.message ?? "closed", { cause: error });
      const answer = new Receiver(question, resolve, reject, () => request.destroy());
      request.on("response", (response) => {
        answer.begin(response.statusCode ?? 0, response.headers);
        response.on("data", (chunk: Buffer) => answer.add(chunk));
        response.on("end", () => answer.end(response.complete, lost));
        response.on("error", (error) => answer.fail(lost(error)));
        response.on("close", () => answer.fail(lost()));
      });
      request.on("error", (error) => answer.fail(error.name === "DialFailure" ? error : lost(error)));
      request.on("close", () => answer.fail(lost()));
      request.end(question.body);
    });
  return {
    get isUsable() {
      return !isClosed;
    },
    send: (question) => {
      const deadline = Date.now() + question.timeoutMs;
      return slots.run(() => exchange({ ...question, timeoutMs: Math.max(1, deadline - Date.now()) }));
    },
    close: () => {
      isClosed = true;
      agent.destroy();
    },
  };
}

class DiallingAgent extends Agent {
  #first: Socket | undefined;
  readonly #dial: Dialler;

  constructor(first: Socket, dial: Dialler) {
    super({ keepAlive: true });
    this.#first = first;
    this.#dial = dial;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    const first = this.#first;
    this.#first = undefined;
    if (first && !first.destroyed) return first;
    this.#dial.connect(DIAL_TIMEOUT_MS).then(
      (socket) => done(null, socket),
      (error) => (done as (error: Error) => void)(error),
    );
    return undefined;
  }

  override destroy(): void {
    this.#first?.destroy();
    super.destroy();
  }
}
