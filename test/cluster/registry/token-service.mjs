// The token service of token.test and of the Docker Hub that the cluster knows: who may pull what. It follows the token
// specification of the distribution registry (docs/content/spec/auth/token.md of v3.1.2), GET and the OAuth2 POST.
import { createPrivateKey, randomUUID, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { RUN } from "../lib/machine.mjs";
import { addressOf } from "./hosts.mjs";
import { GUEST, SHOP } from "./logins.mjs";
import { listenOn, requestLog, stop } from "./request-log.mjs";

const pki = (file) => readFileSync(join(RUN, "pki", file));
const HOSTS = ["auth.test", "auth.docker.io"];

/** The accounts, and the repositories each may pull; everyone may pull `public/` and `library/`. */
const ANYONE = /^(public|library)\//;
const ACCOUNTS = {
  [SHOP.username]: { password: SHOP.password, pulls: /^(shop|team|parity|public|library)\// },
  [GUEST.username]: { password: GUEST.password, pulls: ANYONE },
};

/** Starts the service on both of its names; `requests` are all that it was sent. */
export async function startTokenService() {
  const key = createPrivateKey(pki("token.key"));
  const chain = [new X509Certificate(pki("token.crt")).raw.toString("base64")];
  const log = requestLog();
  const issue = (service, access) => {
    const now = Math.floor(Date.now() / 1000);
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = {
      iss: "why-pending",
      sub: "",
      aud: service,
      nbf: now - 10,
      iat: now,
      exp: now + 300,
      jti: randomUUID(),
    };
    const content = `${encode({ typ: "JWT", alg: "ES256", x5c: chain })}.${encode({ ...claims, access })}`;
    return `${content}.${sign("sha256", content, { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  const servers = await Promise.all(
    HOSTS.map((host) =>
      listenOn(
        createServer(
          { key: pki("token.key"), cert: pki("token.crt") },
          log.listen(host, false, (request, response) => answer(request, response, issue)),
        ),
        443,
        addressOf(host),
      ),
    ),
  );
  return { requests: log.requests, close: () => servers.forEach(stop) };
}

function answer({ method, url, headers }, response, issue) {
  const say = (status, body) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const { pathname, searchParams } = new URL(url, "https://auth.test");
  if (pathname !== "/token") return say(404, { details: "not found" });
  // containerd tries the POST first and takes this as: only GET.
  if (method !== "GET") return say(405, { details: "method not allowed" });
  const account = accountOf(headers.authorization);
  if (account === "unknown") return say(401, { details: "incorrect username or password" });
  const pulls = account?.pulls ?? ANYONE;
  const access = searchParams
    .getAll("scope")
    .flatMap((scope) => scope.split(" "))
    .map((scope) => /^(repository|registry):(.+):([^:]*)$/.exec(scope))
    .filter((match) => match?.[1] === "repository" && pulls.test(match[2]))
    .map(([, type, name]) => ({ type, name, actions: ["pull"] }));
  const token = issue(searchParams.get("service"), access);
  say(200, { token, access_token: token, expires_in: 300 });
}

/** The account of a Basic header: undefined without one, `unknown` for a wrong name or password. */
function accountOf(authorization) {
  if (!authorization) return undefined;
  const [user, ...password] = Buffer.from(authorization.replace(/^Basic /i, ""), "base64")
    .toString()
    .split(":");
  return ACCOUNTS[user]?.password === password.join(":") ? ACCOUNTS[user] : "unknown";
}
