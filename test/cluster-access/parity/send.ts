import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { isIP } from "node:net";
import { checkServerIdentity } from "node:tls";
import type { ConnectionTarget } from "../../../src/cluster/connection-target.ts";

/** Sends GET /api to a target in the plainest way there is: what arrives is the loader's doing alone. Proxies aside. */
export async function send(target: ConnectionTarget): Promise<void> {
  const proof = await target.credentials.get();
  const url = new URL(`${target.server}/api`);
  const headers: Record<string, string | string[]> = {
    ...(!target.disableCompression && { "accept-encoding": "gzip" }),
    ...(proof.authorization && { authorization: proof.authorization }),
  };
  for (const [name, value] of target.headers) headers[name] = [...(headers[name] ?? []), value].flat();
  const serverName = target.tlsServerName ?? url.hostname;
  await new Promise<void>((done, fail) => {
    const request =
      url.protocol === "http:"
        ? plainRequest(url, { headers, agent: false })
        : secureRequest(url, {
            headers,
            agent: false,
            rejectUnauthorized: !target.insecureSkipTlsVerify,
            servername: isIP(serverName) ? "" : serverName,
            checkServerIdentity: (_host, certificate) => checkServerIdentity(serverName, certificate),
            ...(target.certificateAuthority && { ca: target.certificateAuthority }),
            ...(proof.clientCertificate && { cert: proof.clientCertificate, key: proof.clientKey }),
          });
    request.on("error", fail);
    request.on("response", (response) => response.resume().on("end", done));
    request.end();
  });
}
