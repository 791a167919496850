// What the servers of this test were sent, headers and all.

/**
 * A record of requests. `listen` makes a listener for a Node server that notes each request under the host it was meant for
 * whether it came in the clear and, once it has ended, how much its connection has carried back; then hands it on.
 */
export function requestLog() {
  const requests = [];
  return {
    requests,
    listen: (host, isClear, answer) => (request, response) => {
      const { method, url, headers } = request;
      const entry = { host, isClear, method, url, headers, bytes: 0 };
      requests.push(entry);
      request.resume();
      response.on("error", () => {});
      const { socket } = request;
      response.on("close", () => {
        entry.bytes = socket.bytesWritten;
      });
      answer(request, response);
    },
  };
}

/** Listens on one address; resolves once it does. */
export const listenOn = (server, port, address) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, () => resolve(server));
  });

/** Stops a server and what is connected to it. */
export function stop(server) {
  server.closeAllConnections?.();
  server.close();
}
