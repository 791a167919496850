import { Buffer } from "node:buffer";
import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Password } from "../../src/registry/credentials.ts";
import {
  closeServers,
  type Handler,
  httpServer,
  httpsServer,
  json,
  pem,
  type TestServer,
} from "../cluster-access/support/servers.ts";
import { ask, askAll, base64, MANIFEST, pullSecret, refuse, registry, sendManifest, startRegistry } from "./support.ts";

afterEach(closeServers);

const LOGIN = "puller:correct-horse";
const IMAGES = { "shop/cart:1.0": MANIFEST };

const authorizations = ({ headers }: Pick<TestServer, "headers">) =>
  headers.map((one) => one.find(([name]) => name === "authorization")?.[1]);

/** A registry that wants a token of a service. `scopes` of the tokens it takes. */
function withTokens(
  realm: () => string,
  isGood: (token: string) => boolean,
  inner = registry({ images: IMAGES }),
): Handler {
  return (request, response) => {
    const [, token = ""] = /^Bearer (.*)$/.exec(request.headers.authorization ?? "") ?? [];
    if (isGood(token)) return inner(request, response);
    const challenge = `Bearer realm="${realm()}",service="registry.test",scope="repository:shop/cart:pull"`;
    return refuse(response, 401, "UNAUTHORIZED", "authentication required", { "www-authenticate": challenge });
  };
}

/** A token service that gives a token to one login, or to everybody. */
const tokenService =
  (login?: string, body: (token: string) => object = (token) => ({ token })): Handler =>
  (request, response) => {
    const { authorization } = request.headers;
    if (login && authorization !== `Basic ${base64(login)}`) {
      refuse(response, 401, "UNAUTHORIZED", authorization ? "incorrect username or password" : "log in");
    } else json(response, body(login ? "for-puller" : "for-all"));
  };

describe("token services", () => {
  test.each([
    ["token", (token: string) => ({ token })],
    ["access_token", (token: string) => ({ access_token: token })],
    ["both", (token: string) => ({ token: "old", access_token: token })],
  ])("the registry is asked anew with the %s", async (_, body) => {
    const service = await httpsServer(tokenService(LOGIN, body));
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        (token) => token === "for-puller",
      ),
    );
    const host = `127.0.0.1:${store.port}`;
    const { tries, hosts } = await ask(`${host}/shop/cart:1.0`, { secrets: { login: pullSecret({ [host]: LOGIN }) } });
    expect(tries).toMatchObject([{ login: { as: "secret" }, outcome: { is: "found" } }]);
    expect(hosts).toEqual([`127.0.0.1:${service.port}`, host].sort());
    expect(service.requests).toEqual(["2.0 GET /token?service=registry.test&scope=repository%3Ashop%2Fcart%3Apull"]);
    // The password goes to the token service only, the token to the registry only.
    expect(authorizations(service)).toEqual([`Basic ${base64(LOGIN)}`]);
    expect(authorizations(store)).toEqual([undefined, "Bearer for-puller", "Bearer for-puller"]);
  });

  test("a wrong password, then anonymously", async () => {
    const service = await httpsServer(tokenService(LOGIN));
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        () => false,
      ),
    );
    const host = `127.0.0.1:${store.port}`;
    const { tries } = await ask(`${host}/shop/cart:1.0`, {
      secrets: { login: pullSecret({ [host]: "puller:wrong" }) },
    });
    const from = `its token service 127.0.0.1:${service.port}`;
    expect(tries.map(({ outcome }) => outcome)).toEqual([
      { is: "login-refused", status: 401, message: `${from}: incorrect username or password` },
      { is: "denied", status: 401, message: `${from}: log in` },
    ]);
  });

  test("401 again although a token was given: once, and no more", async () => {
    const service = await httpsServer(tokenService());
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        () => false,
      ),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`);
    expect(tries).toEqual([
      { login: { as: "anonymous" }, outcome: { is: "denied", status: 401, message: "authentication required" } },
    ]);
    expect(service.requests).toHaveLength(1);
    expect(store.requests).toHaveLength(3);
  });

  test("a registry that wants another scope each time does not go on for ever", async () => {
    const service = await httpsServer(tokenService());
    let n = 0;
    const store = await startRegistry((_, response) => {
      const challenge = `Bearer realm="${service.url}/token",scope="repository:shop/cart:pull,${n++}"`;
      refuse(response, 401, "UNAUTHORIZED", "not yet", { "www-authenticate": challenge });
    });
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`);
    expect(tries).toMatchObject([{ outcome: { is: "denied" } }]);
    expect(service.requests.length).toBeLessThanOrEqual(2);
  });

  test.each<[string, string, Handler]>([
    ["no JSON", "answers without a token", (_, response) => void response.end("<html>")],
    [
      "a token that no header could carry",
      "answers without a token",
      (_, response) => json(response, { token: "a\r\nX: y" }),
    ],
    [
      "a token of a megabyte",
      "answers with more than any token has",
      (_, response) => json(response, { token: "x".repeat(1 << 20) }),
    ],
    ["an error", "status 500", (_, response) => void response.writeHead(500).end()],
  ])("a token service that answers with %s", async (_, words, handler) => {
    const service = await httpsServer(handler);
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        () => false,
      ),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`);
    expect(tries).toMatchObject([{ outcome: { is: "failed", message: expect.stringContaining(words) } }]);
  });

  test.each([
    ["no realm", "Bearer", "names no token service that could be asked"],
    ["a realm that is no URL", 'Bearer realm="token"', "names no token service that could be asked"],
    ["a realm of another kind", 'Bearer realm="file:///etc/passwd"', "names no token service that could be asked"],
  ])("%s", async (_, challenge, message) => {
    const store = await startRegistry((_request, response) =>
      refuse(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": challenge }),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`);
    expect(tries).toEqual([{ login: { as: "anonymous" }, outcome: { is: "failed", status: 401, message } }]);
  });

  test("Bearer is taken before Basic, in whatever order they are offered", async () => {
    const service = await httpsServer(tokenService(LOGIN));
    const store = await startRegistry((request, response) => {
      if (request.headers.authorization === "Bearer for-puller") return registry({ images: IMAGES })(request, response);
      const challenge = `Basic realm="a, b=\\"c\\"", Bearer realm="${service.url}/token", service=plain`;
      return refuse(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": challenge });
    });
    const host = `127.0.0.1:${store.port}`;
    const { tries } = await ask(`${host}/shop/cart:1.0`, { secrets: { login: pullSecret({ [host]: LOGIN }) } });
    expect(tries).toMatchObject([{ outcome: { is: "found" } }]);
    expect(service.requests).toEqual(["2.0 GET /token?service=plain&scope=repository%3Ashop%2Fcart%3Apull"]);
  });
});

describe("credentials go nowhere else", () => {
  const secretsFor = (port: number) => ({ secrets: { login: pullSecret({ [`127.0.0.1:${port}`]: LOGIN }) } });
  const challenged =
    (then: Handler): Handler =>
    (request, response) =>
      request.headers.authorization
        ? then(request, response)
        : refuse(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": "Basic" });

  test("a redirect to another host is followed without them, and also back again", async () => {
    const second = await httpsServer((request, response) => {
      if (request.url?.startsWith("/back")) response.writeHead(307, { location: `${store.url}/again` }).end();
      else sendManifest(response, MANIFEST, request.method === "HEAD");
    });
    const store: TestServer = await startRegistry(
      challenged((request, response) => {
        const where = request.method === "HEAD" ? "/back" : "/manifest";
        response.writeHead(307, { location: second.url + where }).end();
      }),
    );
    const { tries, hosts } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, secretsFor(store.port));
    expect(tries).toMatchObject([{ outcome: { is: "found" } }]);
    expect(hosts).toContain(`127.0.0.1:${second.port}`);
    expect(second.requests.length).toBeGreaterThan(0);
    expect(authorizations(second).filter(Boolean)).toEqual([]);
    const back = store.requests.findIndex((request) => request.includes("/again"));
    expect(back).toBeGreaterThan(0);
    expect(authorizations(store)[back]).toBeUndefined();
    expect(JSON.stringify(second.headers)).not.toContain(base64(LOGIN));
  });

  test.each([
    ["itself", "Basic"],
    ["a token service of its choice", "Bearer"],
  ])("another host that a redirect leads to cannot ask for them for %s", async (_, scheme) => {
    const thief = await httpsServer(tokenService());
    const second = await httpsServer((_request, response) => {
      const challenge = `${scheme} realm="${thief.url}/token"`;
      refuse(response, 401, "UNAUTHORIZED", "log in here", { "www-authenticate": challenge });
    });
    const store = await startRegistry(
      (_request, response) => void response.writeHead(307, { location: `${second.url}/x` }).end(),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, secretsFor(store.port));
    expect(tries.map(({ outcome }) => outcome.is)).toEqual(["denied", "denied"]);
    expect([...authorizations(second), ...authorizations(store)].filter(Boolean)).toEqual([]);
    expect(thief.requests).toEqual([]);
  });

  test("a redirect on the same host keeps them", async () => {
    const store = await startRegistry(
      challenged((request, response) =>
        request.url?.startsWith("/moved")
          ? sendManifest(response, MANIFEST, request.method === "HEAD")
          : void response.writeHead(302, { location: "/moved" }).end(),
      ),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, secretsFor(store.port));
    expect(tries).toMatchObject([{ outcome: { is: "found" } }]);
  });

  test.each([
    ["to plain HTTP", (plain: string) => `${plain}/x`, "redirects from HTTPS to plain HTTP"],
    ["to no address", () => "ftp://x/y", "redirects to what is no address"],
    ["in a circle", () => "/v2/shop/cart/manifests/1.0", "redirects more than 3 times"],
  ])("a redirect %s is not followed", async (_, location, message) => {
    const plain = await httpServer((_request, response) => void response.end());
    const store = await startRegistry(
      challenged((_request, response) => void response.writeHead(302, { location: location(plain.url) }).end()),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, secretsFor(store.port));
    expect(tries[0]?.outcome).toEqual({ is: "failed", status: 302, message });
    expect(plain.requests).toEqual([]);
  });

  test("a token service without TLS gets nothing, unless its host is named as insecure", async () => {
    const service = await httpServer(tokenService(LOGIN));
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        (token) => token === "for-puller",
      ),
    );
    const image = `127.0.0.1:${store.port}/shop/cart:1.0`;
    const { tries } = await ask(image, secretsFor(store.port));
    const host = `127.0.0.1:${service.port}`;
    const message = `names a token service without TLS, ${host}: nothing is sent there`;
    expect(tries.map(({ outcome }) => outcome)).toEqual(Array(2).fill({ is: "failed", status: 401, message }));
    expect(service.connections()).toBe(0);
    const trust = { certificateAuthority: pem("root"), insecureHosts: [host] };
    const insecure = await ask(image, { ...secretsFor(store.port), trust });
    expect(insecure.tries).toMatchObject([{ outcome: { is: "found" } }]);
  });

  test("a token service whose certificate is not trusted gets nothing", async () => {
    const service = await httpsServer(tokenService(LOGIN), { certificate: "stranger" });
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        () => false,
      ),
    );
    const { tries } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, secretsFor(store.port));
    expect(tries[0]?.outcome).toMatchObject({ is: "unreachable", step: "tls" });
    expect(service.requests).toEqual([]);
  });

  test("a redirect of the token service to another host is followed without them", async () => {
    const second = await httpsServer(tokenService());
    const service = await httpsServer(
      (_, response) => void response.writeHead(307, { location: `${second.url}/t` }).end(),
    );
    const store = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        () => true,
      ),
    );
    const guarded = await startRegistry(
      withTokens(
        () => `${service.url}/token`,
        (token) => token === "for-all",
      ),
    );
    await ask(`127.0.0.1:${guarded.port}/shop/cart:1.0`, secretsFor(guarded.port));
    expect(authorizations(service)).toContain(`Basic ${base64(LOGIN)}`);
    expect(authorizations(second)).toEqual([undefined]);
    expect(store.requests).toEqual([]);
  });

  test("a registry that asks for nothing gets nothing", async () => {
    const store = await startRegistry({ images: IMAGES });
    await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, secretsFor(store.port));
    expect(authorizations(store)).toEqual([undefined, undefined]);
  });

  test("a login for one host is not used for another", async () => {
    const [mine, other] = [await startRegistry({ basic: LOGIN }), await startRegistry({ basic: LOGIN })];
    const { tries } = await ask(`127.0.0.1:${other.port}/shop/cart:1.0`, secretsFor(mine.port));
    expect(tries.map(({ login }) => login.as)).toEqual(["anonymous"]);
    expect(authorizations(other).filter(Boolean)).toEqual([]);
  });

  test("without the pods' logins no secret is read, and none is sent", async () => {
    const store = await startRegistry({ basic: LOGIN });
    const image = `127.0.0.1:${store.port}/shop/cart:1.0`;
    const [answer] = await askAll([image], { ...secretsFor(store.port), readSecret: undefined } as never);
    expect(answer?.tries.map(({ login }) => login.as)).toEqual(["anonymous"]);
    expect(authorizations(store).filter(Boolean)).toEqual([]);
  });
});

describe("credentials come back from nowhere", () => {
  const TOKEN = "for-puller-a-token";
  test("a registry that repeats what it was sent, in every place that is kept", async () => {
    const service = await httpsServer((_, response) => json(response, { token: TOKEN }));
    const leaks = [TOKEN, "correct-horse", base64(LOGIN), encodeURIComponent("correct-horse")];
    const all = leaks.join("-");
    const handlers: Record<string, Handler> = {
      error: (_, response) => refuse(response, 403, `DENIED-${TOKEN}`, `who is ${all}?`),
      page: (_, response) => void response.end(`<title>${all}</title>`),
      tags: (request, response) =>
        request.url?.includes("/tags/")
          ? json(response, { tags: [TOKEN, "correct-horse", "1.1"] })
          : refuse(response, 404, "MANIFEST_UNKNOWN", all),
      redirect: (_, response) => void response.writeHead(307, { location: `https://${TOKEN}.invalid/` }).end(),
      platforms: (request, response) => {
        const manifests = [{ platform: { os: "linux", architecture: "correct-horse" } }];
        sendManifest(response, JSON.stringify({ schemaVersion: 2, manifests }), request.method === "HEAD");
      },
      repositories: (request, response) =>
        request.url?.includes("_catalog")
          ? json(response, { repositories: ["shop/carts", `shop/${"correct-horse"}`, "correct-horse"] })
          : refuse(response, 404, "NAME_UNKNOWN", all),
    };
    for (const [place, handler] of Object.entries(handlers)) {
      const store = await startRegistry(
        withTokens(
          () => `${service.url}/token`,
          (token) => token === TOKEN,
          handler,
        ),
      );
      const host = `127.0.0.1:${store.port}`;
      const answer = await ask(`${host}/shop/cart:1.0`, { secrets: { login: pullSecret({ [host]: LOGIN }) } });
      const kept = JSON.stringify(answer);
      expect({ place, leaked: leaks.filter((leak) => kept.includes(leak)) }).toEqual({ place, leaked: [] });
      expect(authorizations(store)).toContain(`Bearer ${TOKEN}`);
    }
  });

  test("a password cannot be printed or saved by mistake", () => {
    const password = new Password("puller", "correct-horse");
    for (const shown of [
      JSON.stringify({ password }),
      inspect(password, { depth: 9, showHidden: true }),
      `${password}`,
    ])
      expect(shown).not.toMatch(/correct-horse|puller/);
  });
});

describe("what a login is", () => {
  const later = Date.parse("2026-01-02T03:04:05Z") / 1000;
  test.each([
    ["a JSON Web Token", `e30.${Buffer.from(JSON.stringify({ exp: later })).toString("base64url")}.x`, true],
    ["a password of Amazon's ECR", base64(JSON.stringify({ payload: "x", version: "2", expiration: later })), true],
    ["an ordinary password", "correct-horse", false],
    ["a token without an end", `e30.${base64("{}")}.x`, false],
    ["a number", base64("7"), false],
    ["a time that is no time", base64(JSON.stringify({ exp: 1e300 })), false],
  ])("when %s ends", (_, word, isKnown) => {
    expect(new Password("x", word).expires()).toBe(isKnown ? "2026-01-02T03:04:05.000Z" : undefined);
  });

  test("the same login under two names is tried once, and told of both", async () => {
    const store = await startRegistry({ images: IMAGES, basic: LOGIN });
    const host = `127.0.0.1:${store.port}`;
    const wrong = pullSecret({ [host]: "puller:wrong" });
    const { tries } = await ask(`${host}/shop/cart:1.0`, { secrets: { one: wrong, two: wrong } });
    expect(tries.map(({ login, outcome }) => [login, outcome.is])).toEqual([
      [expect.objectContaining({ secret: "one" }), "login-refused"],
      [expect.objectContaining({ secret: "two" }), "login-refused"],
      [{ as: "anonymous" }, "denied"],
    ]);
    expect(authorizations(store).filter(Boolean)).toHaveLength(2);
  });

  test("an entry with an identity token alone is no login: the kubelet does not read it, and pulls anonymously", async () => {
    const store = await startRegistry({ images: IMAGES });
    const host = `127.0.0.1:${store.port}`;
    const config = { auths: { [host]: { identitytoken: "correct-horse" } } };
    const data = { ".dockerconfigjson": base64(JSON.stringify(config)) };
    const secret = { state: "ok", body: { type: "kubernetes.io/dockerconfigjson", data } } as const;
    const { tries } = await ask(`${host}/shop/cart:1.0`, { secrets: { login: secret } });
    expect(tries).toMatchObject([{ login: { as: "secret", secret: "login", entry: host }, outcome: { is: "found" } }]);
    expect(authorizations(store).filter(Boolean)).toEqual([]);
  });

  test("secrets that cannot be read are named with the reason, and no content", async () => {
    const store = await startRegistry({ images: IMAGES });
    const of = (type: string, data: object) => ({ state: "ok", body: { type, data } }) as const;
    const { unread } = await ask(`127.0.0.1:${store.port}/shop/cart:1.0`, {
      secrets: {
        gone: { state: "absent", message: 'secrets "gone" not found' },
        closed: { state: "forbidden", message: "no", right: "get secrets in namespace shop" },
        opaque: of("Opaque", { password: base64("hunter2") }),
        broken: of("kubernetes.io/dockerconfigjson", {
          ".dockerconfigjson": base64('{"auths":{"quay.io":{"auth":"hunter2"}}}'),
        }),
      },
    });
    expect(unread).toEqual([
      { secret: "gone", why: "it does not exist" },
      { secret: "closed", why: "no" },
      { secret: "opaque", why: "it is of type Opaque, which is no pull secret" },
      { secret: "broken", why: 'there is no base64 of user:password in "auth" of quay.io' },
    ]);
  });
});
