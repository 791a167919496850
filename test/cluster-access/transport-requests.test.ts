import type { ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { RESOURCES } from "../../src/cluster/resources.ts";
import { closeServers, httpServer, httpsServer, json, pem, sessionOf, status } from "./support/servers.ts";
import { apiOf, closeApis, credentials, failureOf } from "./support/target.ts";

afterEach(() => {
  closeApis();
  closeServers();
});

const { Pod, Event, Node, Secret, Deployment, ResourceClaim } = RESOURCES;
const podNamed = (name: string) => ({ kind: "Pod", metadata: { name } });
const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A list in pages: `?continue=N` begins at item N. */
function page(url: string, names: readonly string[], more: object = {}) {
  const query = new URL(url, "http://x").searchParams;
  const from = Number(query.get("continue") ?? 0);
  const to = from + Number(query.get("limit") ?? names.length);
  return {
    kind: "PodList",
    metadata: { ...(to < names.length && { continue: String(to) }) },
    items: names.slice(from, to).map(podNamed),
    ...more,
  };
}

describe("the connection", () => {
  test("first requests share one HTTP/2 connection and are under way together", async () => {
    const waiting: ServerResponse[] = [];
    const server = await httpsServer((_, response) => {
      waiting.push(response);
      // Nobody is answered before all have asked.
      if (waiting.length === 5) for (const one of waiting) json(one, podNamed("x"));
    });
    const api = apiOf(server.url);
    const answers = await Promise.all(["a", "b", "c", "d", "e"].map((name) => api.get(Pod, "shop", name)));
    expect(answers.map(({ state }) => state)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(server.connections()).toBe(1);
    expect(new Set(server.requests.map((line) => line.slice(0, 3)))).toEqual(new Set(["2.0"]));
  });

  test("nothing is sent before the first question", async () => {
    const server = await httpsServer((_, response) => json(response, {}));
    apiOf(server.url);
    await later(50);
    expect(server.connections()).toBe(0);
  });

  test("of many requests no more are under way than API servers allow streams", async () => {
    let underWay = 0;
    let most = 0;
    const server = await httpsServer((_, response) => {
      most = Math.max(most, ++underWay);
      setTimeout(() => {
        underWay--;
        json(response, podNamed("x"));
      }, 20);
    });
    const api = apiOf(server.url);
    const answers = await Promise.all(Array.from({ length: 250 }, (_, n) => api.get(Pod, "shop", `p${n}`)));
    expect(answers.every(({ state }) => state === "ok")).toBe(true);
    expect(server.connections()).toBe(1);
    expect(server.requests).toHaveLength(250);
    // k8s.io/apiserver v0.36 pkg/server/secure_serving.go: 100 streams, if nothing else is set.
    expect(most).toBeLessThanOrEqual(100);
    expect(most).toBeGreaterThan(20);
  });

  test.each([
    ["a server without HTTP/2", () => httpsServer((_, response) => json(response, podNamed("x")), { isHttp1: true })],
    ["a plain HTTP server", () => httpServer((_, response) => json(response, podNamed("x")))],
  ])("%s is spoken to in HTTP/1.1", async (_, start) => {
    const server = await start();
    const api = apiOf(server.url);
    const answers = await Promise.all(["a", "b", "c"].map((name) => api.get(Pod, "shop", name)));
    expect(answers.map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
    const connections = server.connections();
    await api.get(Pod, "shop", "d");
    expect(server.connections()).toBe(connections);
    expect(connections).toBeLessThanOrEqual(3);
    expect(server.requests[0]).toMatch(/^1\.1 GET \/api\/v1\/namespaces\/shop\/pods\/[abc]$/);
  });

  test("HTTP/1.1 uses a few connections for many requests", async () => {
    const server = await httpServer((_, response) => setTimeout(() => json(response, podNamed("x")), 2));
    const api = apiOf(server.url);
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => api.get(Pod, "shop", `p${n}`)));
    expect(answers.every(({ state }) => state === "ok")).toBe(true);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });

  test("a path of the server's address goes before that of the API", async () => {
    const server = await httpsServer((_, response) => json(response, { gitVersion: "v1.36.3" }));
    const api = apiOf(`${server.url}/k8s/clusters/c-1`);
    expect(await api.version()).toEqual({ state: "ok", body: "v1.36.3" });
    expect(server.requests).toEqual(["2.0 GET /k8s/clusters/c-1/version"]);
  });
});

describe("headers", () => {
  const ask = async (start: typeof httpServer | typeof httpsServer, more: Parameters<typeof apiOf>[1] = {}) => {
    const server = await start((_, response) => json(response, podNamed("x")));
    await apiOf(server.url, more).get(Pod, "shop", "x");
    return server.headers[0] ?? [];
  };
  const names = (headers: readonly (readonly [string, string])[], name: string) =>
    headers.filter(([one]) => one === name).map(([, value]) => value);

  test("say who asks, and for what", async () => {
    const headers = await ask(httpsServer, { credentials: credentials({ authorization: "Bearer t0k3n" }) });
    expect(names(headers, "accept")).toEqual(["application/json"]);
    expect(names(headers, "accept-encoding")).toEqual(["gzip"]);
    expect(names(headers, "authorization")).toEqual(["Bearer t0k3n"]);
    expect(names(headers, "user-agent")[0]).toMatch(
      /^kubectl-why_pending\/v[\w.-]+ \((linux|darwin|windows)\/(amd64|arm64)\)$/,
    );
  });

  test.each([
    ["HTTP/2", httpsServer],
    ["HTTP/1.1", httpServer],
  ])("stand as often as they were given, over %s", async (_, start) => {
    const headers = await ask(start, {
      headers: [
        ["Impersonate-User", "jane"],
        ["Impersonate-Group", "dev"],
        ["Impersonate-Group", "ops"],
      ],
    });
    expect(names(headers, "impersonate-user")).toEqual(["jane"]);
    expect(names(headers, "impersonate-group")).toEqual(["dev", "ops"]);
  });

  test("do not ask for compression where it is turned off", async () => {
    expect(names(await ask(httpsServer, { disableCompression: true }), "accept-encoding")).toEqual([]);
  });
});

describe("answers", () => {
  const answerOf = async (handler: Parameters<typeof httpsServer>[0]) =>
    apiOf((await httpsServer(handler)).url).get(Pod, "shop", "web");

  test("that are compressed are unpacked", async () => {
    const answer = await answerOf((_, response) => {
      response.setHeader("content-type", "application/json");
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync(JSON.stringify({ metadata: { name: "wéb" } })));
    });
    expect(answer).toEqual({ state: "ok", body: { metadata: { name: "wéb" } } });
  });

  test("404 with the object's name: it is absent", async () => {
    const answer = await answerOf((_, response) =>
      status(response, 404, {
        reason: "NotFound",
        message: 'pods "web" not found',
        details: { name: "web", kind: "pods" },
      }),
    );
    expect(answer).toEqual({ state: "absent", message: 'pods "web" not found' });
  });

  test.each([
    [404, "404 page not found"],
    [406, "only the following media types are accepted: application/json"],
  ])("%d for the path: it is not served", async (code, message) => {
    const server = await httpsServer((_, response) => {
      response.writeHead(code, { "content-type": "text/plain" });
      response.end(`${message}\n`);
    });
    expect(await apiOf(server.url).list(ResourceClaim, "shop")).toEqual({ state: "not-served", message });
    expect(server.requests).toEqual(["2.0 GET /apis/resource.k8s.io/v1/namespaces/shop/resourceclaims?limit=500"]);
  });

  test("403 says which right is missing", async () => {
    const server = await httpsServer((_, response) => status(response, 403, { reason: "Forbidden", message: "no" }));
    const api = apiOf(server.url);
    const answers = await Promise.all([
      api.list(Event, "shop"),
      api.get(Node, undefined, "worker-1"),
      api.list(Deployment, undefined),
      api.listMetadata(Secret, "shop"),
      api.log("shop", "web", "app", { previous: false, bytes: 100, milliseconds: 1000 }),
    ]);
    expect(answers.map((answer) => "right" in answer && answer.right)).toEqual([
      "list events in namespace shop",
      "get nodes",
      "list deployments in all namespaces",
      "list secrets in namespace shop",
      "get pods/log in namespace shop",
    ]);
  });

  test("500 fails with what the server says", async () => {
    const answer = await answerOf((_, response) => status(response, 500, { message: "etcdserver: no leader" }));
    expect(answer).toEqual({ state: "failed", message: "etcdserver: no leader" });
  });

  test("broken JSON fails, after one more try, and nothing of it is told", async () => {
    const server = await httpsServer((_, response) => response.end('{"data":{"password":"aHVudGVyMg=="'));
    const answer = await apiOf(server.url).get(Secret, "shop", "db");
    expect(answer.state).toBe("failed");
    expect(JSON.stringify(answer)).not.toContain("aHVudGVy");
    expect(server.requests).toHaveLength(2);
  });

  test("a body of 20 MB comes through in one piece", async () => {
    const padding = "x".repeat(20_000_000);
    const server = await httpsServer((_, response) => json(response, { metadata: { name: "web" }, padding }));
    const answer = await apiOf(server.url).get(Pod, "shop", "web");
    expect(answer.state).toBe("ok");
  });

  test("a list of 10,000 pods, 45 MB, is read in pages", async () => {
    const padding = "x".repeat(4500);
    const server = await httpsServer((request, response) => {
      const from = Number(new URL(request.url ?? "", "http://x").searchParams.get("continue") ?? 0);
      const items = Array.from({ length: 500 }, (_, n) => ({ metadata: { name: `p${from + n}` }, padding }));
      json(response, { metadata: from + 500 < 10_000 ? { continue: String(from + 500) } : {}, items });
    });
    const answer = await apiOf(server.url, { patienceMs: 60_000 }).list(Pod, undefined);
    expect(answer.state === "ok" && answer.body.items.length).toBe(10_000);
    expect(server.requests).toHaveLength(20);
  });
});

describe("lists", () => {
  const names = ["a", "b", "c", "d", "e"];
  const namesIn = (answer: Awaited<ReturnType<ReturnType<typeof apiOf>["list"]>>) =>
    answer.state === "ok"
      ? answer.body.items.map((item) => (item as { metadata: { name: string } }).metadata.name)
      : answer;

  test("come page by page, selectors in each request", async () => {
    const server = await httpsServer((request, response) => json(response, page(request.url ?? "", names)));
    const answer = await apiOf(server.url).list(Pod, "shop", {
      limit: 2,
      fieldSelector: "spec.nodeName=w 1",
      labelSelector: "a=b,c",
    });
    expect(namesIn(answer)).toEqual(names);
    expect(answer.state === "ok" && answer.body.isCut).toBe(false);
    const query = "fieldSelector=spec.nodeName%3Dw+1&labelSelector=a%3Db%2Cc&limit=2";
    expect(server.requests).toEqual([
      `2.0 GET /api/v1/namespaces/shop/pods?${query}`,
      `2.0 GET /api/v1/namespaces/shop/pods?${query}&continue=2`,
      `2.0 GET /api/v1/namespaces/shop/pods?${query}&continue=4`,
    ]);
  });

  test.each([
    [3, ["a", "b", "c"], true],
    [5, names, false],
    [9, names, false],
  ])("stop after %d", async (most, expected, isCut) => {
    const server = await httpsServer((request, response) => json(response, page(request.url ?? "", names)));
    const answer = await apiOf(server.url).list(Pod, "shop", { limit: 2, most });
    expect(namesIn(answer)).toEqual(expected);
    expect(answer.state === "ok" && answer.body.isCut).toBe(isCut);
  });

  test("are cut to size when the server does not page", async () => {
    const server = await httpsServer((_, response) => json(response, { metadata: {}, items: names.map(podNamed) }));
    const answer = await apiOf(server.url).list(Pod, "shop", { most: 2 });
    expect(namesIn(answer)).toEqual(["a", "b"]);
    expect(answer.state === "ok" && answer.body.isCut).toBe(true);
  });

  // client-go v0.36 tools/pager: Limit and Continue empty, what came before is dropped.
  test("begin again in one piece when a continue token has expired", async () => {
    const server = await httpsServer((request, response) =>
      request.url?.includes("continue=")
        ? status(response, 410, { reason: "Expired", message: "The provided continue parameter is too old" })
        : json(response, page(request.url ?? "", names)),
    );
    expect(namesIn(await apiOf(server.url).list(Pod, "shop", { limit: 2 }))).toEqual(names);
    expect(server.requests.map((line) => line.replace(/^.*pods/, ""))).toEqual(["?limit=2", "?limit=2&continue=2", ""]);
  });

  test("410 on the first page fails", async () => {
    const server = await httpsServer((_, response) => status(response, 410, { reason: "Expired", message: "too old" }));
    expect(await apiOf(server.url).list(Pod, "shop")).toEqual({ state: "failed", message: "too old" });
    expect(server.requests).toHaveLength(1);
  });

  test("of metadata ask for nothing else, and drop what comes all the same", async () => {
    const server = await httpsServer((_, response) =>
      json(response, { items: [{ metadata: { name: "db" }, data: { password: "aHVudGVyMg==" } }] }),
    );
    expect(await apiOf(server.url).listMetadata(Secret, "shop")).toEqual({
      state: "ok",
      body: { items: [{ metadata: { name: "db" } }], isCut: false },
    });
    expect(server.headers[0]).toContainEqual([
      "accept",
      "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    ]);
  });

  test("of columns come without the objects", async () => {
    const server = await httpsServer((_, response) =>
      json(response, {
        kind: "Table",
        metadata: {},
        columnDefinitions: [{ name: "Name" }, { name: "Ready" }, { name: "Restarts" }],
        rows: [{ cells: ["web", "0/1", 4] }],
      }),
    );
    expect(await apiOf(server.url).listTable(Pod, undefined)).toEqual({
      state: "ok",
      body: { items: [{ cells: { Name: "web", Ready: "0/1", Restarts: "4" } }], isCut: false },
    });
    expect(server.requests).toEqual(["2.0 GET /api/v1/pods?includeObject=None&limit=500"]);
    expect(server.headers[0]).toContainEqual(["accept", "application/json;as=Table;g=meta.k8s.io;v=v1"]);
  });
});

describe("logs", () => {
  const log = (url: string, bytes: number, milliseconds = 2000) =>
    apiOf(url).log("shop", "web", "app", { previous: true, bytes, milliseconds });

  test("are the last bytes, whole characters only", async () => {
    const server = await httpsServer((_, response) => {
      response.write("first line\n");
      response.end("ä".repeat(20));
    });
    // 7 bytes are three characters of two bytes and half of one.
    expect(await log(server.url, 7)).toEqual({ state: "ok", body: "äää" });
    expect(await log(server.url, 5000)).toEqual({ state: "ok", body: `first line\n${"ä".repeat(20)}` });
    // Never limitBytes: it would cut the end off.
    expect(server.requests).toEqual([
      "2.0 GET /api/v1/namespaces/shop/pods/web/log?container=app&previous=true&tailLines=20",
      "2.0 GET /api/v1/namespaces/shop/pods/web/log?container=app&previous=true&tailLines=63",
    ]);
  });

  test("that do not end are what came in time", async () => {
    const server = await httpsServer((_, response) => response.write("so far"));
    expect(await log(server.url, 100, 150)).toEqual({ state: "ok", body: "so far" });
  });

  test("that are not there fail with what the server says", async () => {
    const message = 'previous terminated container "app" in pod "web" not found';
    const server = await httpsServer((_, response) => status(response, 400, { reason: "BadRequest", message }));
    expect(await log(server.url, 100)).toEqual({ state: "failed", message });
  });
});

describe("retries", () => {
  test.each([429, 503])("%d with Retry-After is asked again after that time", async (code) => {
    const times: number[] = [];
    const server = await httpsServer((_, response) => {
      times.push(Date.now());
      if (times.length === 1) status(response, code, { message: "busy" }, { "retry-after": "1" });
      else json(response, podNamed("web"));
    });
    expect((await apiOf(server.url).get(Pod, "shop", "web")).state).toBe("ok");
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("end after five", async () => {
    const server = await httpsServer((_, response) =>
      status(response, 429, { message: "busy" }, { "retry-after": "0" }),
    );
    expect(await apiOf(server.url).get(Pod, "shop", "web")).toEqual({ state: "failed", message: "busy" });
    expect(server.requests).toHaveLength(6);
  });

  test("do not wait longer than the run may take", async () => {
    const server = await httpsServer((_, response) =>
      status(response, 429, { message: "busy" }, { "retry-after": "60" }),
    );
    const answer = await apiOf(server.url).get(Pod, "shop", "web");
    expect(answer).toEqual({
      state: "failed",
      message: "busy; the API server asks to wait 60 s, longer than I wait in all",
    });
    expect(server.requests).toHaveLength(1);
  });

  test("end when the run does", async () => {
    const server = await httpsServer((_, response) => status(response, 429, {}, { "retry-after": "3" }));
    const api = apiOf(server.url);
    const begin = Date.now();
    const answer = api.get(Pod, "shop", "web");
    await later(100);
    api.close();
    expect((await answer).state).toBe("failed");
    expect(Date.now() - begin).toBeLessThan(1000);
    expect(server.requests).toHaveLength(1);
  });

  test("503 without Retry-After is not asked again", async () => {
    const server = await httpsServer((_, response) => status(response, 503, { message: "service unavailable" }));
    expect(await apiOf(server.url).get(Pod, "shop", "web")).toEqual({
      state: "failed",
      message: "service unavailable",
    });
    expect(server.requests).toHaveLength(1);
  });

  test("GOAWAY: what was not answered goes over a new connection", async () => {
    let answered = 0;
    const server = await httpsServer((request, response) => {
      if (answered++ > 0) return json(response, podNamed("web"));
      const session = sessionOf(request);
      session?.goaway(0, 0);
      setTimeout(() => session?.destroy(), 20);
    });
    expect((await apiOf(server.url).get(Pod, "shop", "web")).state).toBe("ok");
    expect(server.connections()).toBe(2);
  });

  test("GOAWAY after an answer: later requests take a new connection", async () => {
    const server = await httpsServer((request, response) => {
      json(response, podNamed("web"));
      sessionOf(request)?.goaway(0);
    });
    const api = apiOf(server.url);
    await api.get(Pod, "shop", "a");
    await later(50);
    expect((await api.get(Pod, "shop", "b")).state).toBe("ok");
    expect(server.connections()).toBe(2);
  });

  test.each([
    ["HTTP/2", httpsServer],
    ["HTTP/1.1", httpServer],
  ])("a body that breaks off is asked for again, once, over %s", async (_, start) => {
    let asked = 0;
    const server = await start((request, response) => {
      asked++;
      if (asked === 1) return json(response, podNamed("first"));
      response.write('{"kind":"Pod","metadata":');
      setTimeout(() => request.socket.destroy(), 20);
    });
    const api = apiOf(server.url);
    await api.get(Pod, "shop", "first");
    const answer = await api.get(Pod, "shop", "web");
    expect(answer.state).toBe("failed");
    expect(asked).toBeLessThanOrEqual(5);
    expect(asked).toBeGreaterThanOrEqual(3);
  });
});

describe("time", () => {
  test("--request-timeout bounds each request; others go on", async () => {
    const server = await httpsServer((request, response) => {
      if (!request.url?.endsWith("/slow")) json(response, podNamed("x"));
    });
    const api = apiOf(server.url, { requestTimeoutMs: 200 });
    const [quick, slow] = await Promise.all([api.get(Pod, "shop", "quick"), api.get(Pod, "shop", "slow")]);
    expect(quick.state).toBe("ok");
    expect(slow).toEqual({ state: "failed", message: "no answer within 0.2 s (--request-timeout)" });
    expect((await api.get(Pod, "shop", "again")).state).toBe("ok");
    expect(server.connections()).toBe(1);
  });

  test("patience bounds the run: what is left fails at once", async () => {
    const server = await httpsServer((request, response) => {
      if (!request.url?.endsWith("/slow")) json(response, podNamed("x"));
    });
    const api = apiOf(server.url, { patienceMs: 300 });
    await api.get(Pod, "shop", "quick");
    const over = { state: "failed", message: "the 0.3 s that this run may take are over" };
    expect(await api.get(Pod, "shop", "slow")).toEqual(over);
    const begin = Date.now();
    expect(await api.get(Pod, "shop", "quick")).toEqual(over);
    expect(Date.now() - begin).toBeLessThan(50);
  });

  test("the time in which credentials are got does not count", async () => {
    const server = await httpsServer((_, response) => json(response, podNamed("x")));
    const slow = { ...credentials(), get: () => later(300).then(() => ({ authorization: "Bearer t" })) };
    const api = apiOf(server.url, { patienceMs: 200, credentials: slow });
    expect((await api.get(Pod, "shop", "a")).state).toBe("ok");
    expect((await api.get(Pod, "shop", "b")).state).toBe("ok");
  });

  test("no answer at all is a failure that says so", async () => {
    const server = await httpsServer(() => {});
    const told = await failureOf(apiOf(server.url, { patienceMs: 200 }).get(Pod, "shop", "web"));
    expect(told).toContain(
      `I cannot reach the cluster of context prod: 127.0.0.1:${server.port} accepts the connection, but does not answer: the 0.2 s that this run may take are over.`,
    );
  });
});

describe("401", () => {
  test("has the credentials renewed once, for all requests", async () => {
    const server = await httpsServer((request, response) =>
      request.headers.authorization === "Bearer new"
        ? json(response, podNamed("x"))
        : status(response, 401, { reason: "Unauthorized", message: "Unauthorized" }),
    );
    const who = credentials({ authorization: "Bearer old" }, { authorization: "Bearer new" });
    const api = apiOf(server.url, { credentials: who });
    const answers = await Promise.all(["a", "b", "c"].map((name) => api.get(Pod, "shop", name)));
    expect(answers.map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
    expect(who.renewals).toBe(1);
    expect(server.connections()).toBe(1);
  });

  test("that stays is a failure that names the credentials and not their value", async () => {
    const server = await httpsServer((_, response) => status(response, 401, { message: "Unauthorized" }));
    const who = credentials({ authorization: "Bearer s3cr3t" }, { authorization: "Bearer s3cr3t" });
    const told = await failureOf(apiOf(server.url, { credentials: who }).get(Pod, "shop", "web"));
    expect(told).toContain("The API server of the cluster of context prod does not accept who I say I am (401).");
    expect(told).toContain("credentials: token of user jane");
    expect(told).not.toContain("s3cr3t");
    expect(server.requests).toHaveLength(2);
  });

  test("another client certificate takes another connection", async () => {
    const server = await httpsServer(
      (request, response) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        if (subject?.CN) json(response, podNamed(String(subject.CN)));
        else status(response, 401, { message: "Unauthorized" });
      },
      { clients: "ask" },
    );
    const renewed = { clientCertificate: pem("client"), clientKey: pem("client-key") };
    const answer = await apiOf(server.url, { credentials: credentials({}, renewed) }).get(Pod, "shop", "web");
    expect(answer).toEqual({ state: "ok", body: podNamed("jane") });
    expect(server.connections()).toBe(2);
  });
});
