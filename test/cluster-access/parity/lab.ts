import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { emptied, type Filling, filled, type Situation } from "./situations.ts";

/** What a server saw of one request: all that depends on the kubeconfig. */
export interface Seen {
  readonly scheme: "https" | "http" | "proxy";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serverName?: string;
  readonly clientCertificate?: string;
}

/** Servers on 127.0.0.1 that write down what they are asked, and a folder to lay a situation out in. */
export interface Lab {
  readonly filling: Filling;
  readonly serviceAccountFolder: string;
  /** Takes what was seen since the last call. */
  take(): Seen[];
  /** Lays out the files of a situation; returns its environment and flags. */
  layOut(situation: Situation): { env: Record<string, string>; flags: string[] };
  /** A file of the situation's folder, without the run's own values. */
  read(file: string): string | undefined;
  close(): Promise<void>;
}

const PKI = join(dirname(fileURLToPath(import.meta.url)), "pki");
const pki = (file: string) => readFileSync(join(PKI, file));
const base64 = (file: string) => pki(file).toString("base64");

export async function startLab(): Promise<Lab> {
  const seen: Seen[] = [];
  const listener =
    (scheme: "https" | "http"): RequestListener =>
    (request, response) => {
      seen.push(seenOf(scheme, request));
      response.setHeader("content-type", "application/json");
      response.end("{}\n");
    };
  const secure = createSecureServer(
    { key: pki("server.key"), cert: pki("server.crt"), requestCert: true, rejectUnauthorized: false },
    listener("https"),
  );
  const plain = createServer(listener("http"));
  const proxy = createServer();
  proxy.on("connect", (request: IncomingMessage, socket: Socket) => {
    seen.push({ scheme: "proxy", path: request.url ?? "", headers: {} });
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  const [httpsPort, httpPort, proxyPort] = await Promise.all([secure, plain, proxy].map(listen));
  // realpath-free: macOS has its temporary folder behind a link, which kubectl does not resolve either.
  const root = mkdtempSync(join(tmpdir(), "kubeconfig-parity-"));
  const DIR = join(root, "situation");
  const filling: Filling = {
    DIR,
    PKI,
    HTTPS_PORT: String(httpsPort),
    HTTP_PORT: String(httpPort),
    PROXY_PORT: String(proxyPort),
    CA_DATA: base64("ca.crt"),
    OTHER_CA_DATA: base64("other-ca.crt"),
    JANE_CERT_DATA: base64("jane.crt"),
    JANE_KEY_DATA: base64("jane.key"),
    JOE_CERT_DATA: base64("joe.crt"),
    GARBAGE_DATA: Buffer.from("no certificate").toString("base64"),
  };
  const serviceAccountFolder = join(DIR, "service-account");
  return {
    filling,
    serviceAccountFolder,
    take: () => seen.splice(0),
    layOut: (situation) => {
      rmSync(DIR, { recursive: true, force: true });
      mkdirSync(join(DIR, "home"), { recursive: true });
      const serviceAccount = Object.entries(situation.serviceAccount ?? {}).map(
        ([file, content]) => [`service-account/${file}`, content] as const,
      );
      for (const [file, content] of [...Object.entries(situation.files ?? {}), ...serviceAccount]) {
        const where = join(DIR, file);
        mkdirSync(dirname(where), { recursive: true });
        const [, copied] = /^\$PKI\/(.*)$/.exec(content) ?? [];
        writeFileSync(where, copied ? pki(copied) : filled(content, filling), { mode: 0o755 });
      }
      const env = {
        HOME: join(DIR, "home"),
        PATH: `${join(DIR, "home/bin")}:/usr/local/bin:/usr/bin:/bin`,
        ...Object.fromEntries(
          Object.entries(situation.env ?? {}).map(([key, content]) => [key, filled(content, filling)]),
        ),
      };
      return { env, flags: (situation.flags ?? []).map((flag) => filled(flag, filling)) };
    },
    read: (file) => {
      try {
        return emptied(readFileSync(join(DIR, file), "utf8"), filling);
      } catch {
        return undefined;
      }
    },
    close: async () => {
      rmSync(root, { recursive: true, force: true });
      for (const server of [secure, plain]) server.closeAllConnections();
      await Promise.all([secure, plain, proxy].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((done) => {
    server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port));
  });
}

const WATCHED = /^(?:authorization|accept-encoding|impersonate-.*)$/;

function seenOf(scheme: "https" | "http", request: IncomingMessage): Seen {
  const headers: Record<string, string> = {};
  for (const [header, values] of Object.entries(request.headersDistinct)) {
    if (WATCHED.test(header) && values) headers[header] = values.join(", ");
  }
  const socket = request.socket as Partial<TLSSocket>;
  const common = socket.getPeerCertificate?.().subject?.CN;
  const sorted = Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    scheme,
    path: request.url ?? "",
    headers: sorted,
    ...(typeof socket.servername === "string" && socket.servername && { serverName: socket.servername }),
    ...(common && { clientCertificate: String(common) }),
  };
}
