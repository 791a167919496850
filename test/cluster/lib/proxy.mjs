// A proxy in front of the API server that misbehaves on demand. It talks to the API server as the user reader; whoever
// comes to it is served as that user.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { RUN } from "./machine.mjs";

const pki = (file) => readFileSync(join(RUN, "pki", file));
const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "host"]);

/**
 * Starts the proxy on a free port. `fault` sees each request ({ path, number }) and answers what to do:
 *   undefined          pass it on
 *   { answer }         answer so: { status, headers, body }
 *   { cut: true }      send the headers, then drop the connection
 *   { stallMs }        wait before passing it on
 *   { path }           pass on another path
 *   { rewrite }        pass it on, and change the text of the answer
 *   { first }          a promise to wait for before passing it on
 */
export async function startProxy(fault) {
  const agent = new Agent({ ca: pki("ca.crt"), cert: pki("reader.crt"), key: pki("reader.key"), keepAlive: true });
  let number = 0;
  const sessions = new Set();
  const server = createSecureServer({ key: pki("proxy.key"), cert: pki("proxy.crt"), allowHTTP1: true });
  server.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.on("error", () => {});
  });
  server.on("request", async (incoming, outgoing) => {
    incoming.resume();
    outgoing.on("error", () => {});
    number += 1;
    const action = fault({ path: incoming.url, number }) ?? {};
    await action.first;
    if (action.stallMs) await new Promise((resolve) => setTimeout(resolve, action.stallMs).unref());
    if (action.answer) {
      const { status, headers = {}, body = "" } = action.answer;
      outgoing.writeHead(status, { "content-type": "application/json", ...headers });
      outgoing.end(body);
      return;
    }
    pass(incoming, outgoing, action);
  });

  function pass(incoming, outgoing, { path = incoming.url, cut, rewrite }) {
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !name.startsWith(":") && !HOP_BY_HOP.has(name)),
    );
    // Plain text, so that it can be rewritten.
    if (rewrite) delete headers["accept-encoding"];
    const sent = request(
      { agent, host: "127.0.0.1", port: 6443, method: incoming.method, path, headers },
      (response) => {
        const answered = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !HOP_BY_HOP.has(name)));
        if (rewrite) delete answered["content-length"];
        outgoing.writeHead(response.statusCode, answered);
        if (cut) {
          response.resume();
          setTimeout(() => drop(outgoing), 50);
          return;
        }
        if (!rewrite) {
          response.pipe(outgoing);
          return;
        }
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => outgoing.end(rewrite(Buffer.concat(chunks).toString("utf8"))));
      },
    );
    sent.on("error", () => drop(outgoing));
    sent.end();
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `https://127.0.0.1:${server.address().port}`,
    close: () => {
      agent.destroy();
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

function drop(outgoing) {
  (outgoing.stream?.session ?? outgoing.socket)?.destroy();
}
