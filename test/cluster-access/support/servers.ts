import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type ServerHttp2Session } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";

/** A certificate or key of certificates/make.sh. */
export const pem = (file: string) =>
  readFileSync(fileURLToPath(new URL(`certificates/${file}.pem`, import.meta.url)), "utf8");

/** HTTP/2 requests come in the same form (node:http2, compatibility API). */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that runs on this machine for a test. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** How many connections it has had. */
  connections(): number;
  /** The requests so far, in order: `2.0 GET /version`. */
  readonly requests: string[];
  /** Raw headers of the requests so far, names in lower case, a name as often as it was sent. */
  readonly headers: (readonly [string, string])[][];
  close(): void;
}

const running: { close(): void }[] = [];

/** Ends all servers of a test. */
export function closeServers(): void {
  for (const one of running.splice(0)) one.close();
}

async function started(server: TcpServer, scheme: string, sockets: Set<Duplex>, host = "127.0.0.1") {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  running.push({ close });
  return { url: `${scheme}://${host}:${port}`, port, close };
}

function recorder(handler: Handler) {
  const requests: string[] = [];
  const headers: (readonly [string, string])[][] = [];
  const record: Handler = (request, response) => {
    requests.push(`${request.httpVersion} ${request.method} ${request.url}`);
    const raw = request.rawHeaders;
    headers.push(
      raw.flatMap((value, index) => (index % 2 === 1 ? [[String(raw[index - 1]).toLowerCase(), value] as const] : [])),
    );
    handler(request, response);
  };
  return { requests, headers, record };
}

/** An HTTPS server that speaks HTTP/2 and HTTP/1.1 (or one of them), with a certificate of make.sh. */
export async function httpsServer(
  handler: Handler,
  options: {
    readonly certificate?: string;
    readonly chain?: readonly string[];
    readonly isHttp1?: boolean;
    readonly clients?: "ask" | "require";
    readonly host?: string;
  } = {},
): Promise<TestServer> {
  const { certificate = "server", chain = certificate === "server" ? ["intermediate"] : [], clients } = options;
  const { requests, headers, record } = recorder(handler);
  const sockets = new Set<Duplex>();
  let connections = 0;
  const tls = {
    cert: [certificate, ...chain].map(pem).join(""),
    key: pem(`${certificate}-key`),
    ...(clients && { requestCert: true, ca: pem("root"), rejectUnauthorized: clients === "require" }),
  };
  const server = options.isHttp1
    ? createHttpsServer(tls, record)
    : createSecureServer({ ...tls, allowHTTP1: true }, record as never);
  server.on("secureConnection", (socket: TLSSocket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.on("sessionError", () => {});
  const { host } = options;
  return {
    ...(await started(server, "https", sockets, host)),
    connections: () => connections,
    requests,
    headers,
  };
}

/** The HTTP/2 session that a request came in. */
export const sessionOf = (request: IncomingMessage): ServerHttp2Session | undefined =>
  (request as unknown as Http2ServerRequest).stream.session as ServerHttp2Session | undefined;

/** A plain HTTP server, like kubectl proxy. */
export async function httpServer(handler: Handler): Promise<TestServer> {
  const { requests, headers, record } = recorder(handler);
  const sockets = new Set<Duplex>();
  const server: Server = createHttpServer(record);
  server.on("connection", (socket) => sockets.add(socket));
  const { url, port, close } = await started(server, "http", sockets);
  return { url, port, close, connections: () => sockets.size, requests, headers };
}

/** A server that does with a connection what a test wants. */
export async function tcpServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Duplex>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  const { url, port, close } = await started(server, "https", sockets);
  return { url, port, close, connections: () => sockets.size, requests: [], headers: [] };
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await tcpServer(() => {});
  server.close();
  return server.port;
}

export const json = (response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

/** An error as the API server reports it. */
export const status = (
  response: ServerResponse,
  code: number,
  more: { reason?: string; message?: string; details?: object; metadata?: object } = {},
  headers: Record<string, string> = {},
) =>
  json(response, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", code, ...more }, code, headers);

/** An HTTP proxy: CONNECT, and plain requests passed on. With `login` it wants that; `asked` holds what it was asked for. */
export async function httpProxy(options: { readonly login?: string; readonly certificate?: string } = {}) {
  const asked: string[] = [];
  const isAllowed = (header: string | undefined) =>
    !options.login || header === `Basic ${Buffer.from(options.login).toString("base64")}`;
  const sockets = new Set<Duplex>();
  const proxy = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (!isAllowed(request.headers["proxy-authorization"])) {
      response.writeHead(407).end();
      return;
    }
    const url = new URL(request.url ?? "");
    const onward = connect(Number(url.port), url.hostname);
    sockets.add(onward);
    onward.write(`GET ${url.pathname}${url.search} HTTP/1.0\r\nHost: ${url.host}\r\n\r\n`);
    let text = "";
    onward.on("data", (chunk) => {
      text += chunk;
    });
    onward.on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(text.slice(text.indexOf("\r\n\r\n") + 4));
    });
  });
  proxy.on("connect", (request: IncomingMessage, socket: Duplex) => {
    asked.push(`CONNECT ${request.url}`);
    sockets.add(socket);
    socket.on("error", () => {});
    if (!isAllowed(request.headers["proxy-authorization"])) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const onward = connect(Number(request.url?.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    sockets.add(onward);
  });
  const { certificate } = options;
  // A TLS proxy: TLS ends here, and what comes out of it goes to the proxy as if it had come in plain.
  const front = certificate
    ? createTlsServer({ cert: pem(certificate) + pem("intermediate"), key: pem(`${certificate}-key`) }, (socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        proxy.emit("connection", socket);
      })
    : proxy;
  if (!certificate) proxy.on("connection", (socket) => sockets.add(socket));
  return { ...(await started(front, certificate ? "https" : "http", sockets)), asked };
}

/** A SOCKS5 proxy that leads every name to this machine. */
export async function socksProxy(options: { readonly login?: string; readonly reply?: number } = {}) {
  const asked: string[] = [];
  const server = await tcpServer((socket) => {
    let held = Buffer.alloc(0);
    const waiting: { length: number; resolve: (bytes: Buffer) => void }[] = [];
    const give = () => {
      const [next] = waiting;
      if (!next || held.length < next.length) return;
      waiting.shift();
      next.resolve(held.subarray(0, next.length));
      held = held.subarray(next.length);
    };
    const onData = (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      give();
    };
    socket.on("data", onData);
    const take = (length: number) =>
      new Promise<Buffer>((resolve) => {
        waiting.push({ length, resolve });
        give();
      });
    const counted = async () => (await take((await take(1))[0] ?? 0)).toString();
    void (async () => {
      const [, methods = 0] = await take(2);
      const offered = await take(methods);
      const wanted = options.login ? 2 : 0;
      socket.write(Buffer.from([5, offered.includes(wanted) ? wanted : 0xff]));
      if (options.login) {
        await take(1);
        const login = `${await counted()}:${await counted()}`;
        socket.write(Buffer.from([1, login === options.login ? 0 : 1]));
      }
      const [, , , kind] = await take(4);
      const host = kind === 3 ? await counted() : (await take(kind === 1 ? 4 : 16)).join(".");
      const port = (await take(2)).readUInt16BE();
      asked.push(`${host}:${port}`);
      if (options.reply) {
        socket.end(Buffer.from([5, options.reply, 0, 1, 0, 0, 0, 0, 0, 0]));
        return;
      }
      const onward = connect(port, "127.0.0.1", () => {
        socket.off("data", onData);
        socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
        onward.pipe(socket).pipe(onward);
      });
      onward.on("error", () => socket.destroy());
      socket.on("close", () => onward.destroy());
    })();
  });
  return { ...server, url: `socks5://127.0.0.1:${server.port}`, asked };
}
