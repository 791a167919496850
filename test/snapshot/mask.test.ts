import { describe, expect, test } from "@jest/globals";
import { maskCredentials } from "../../src/snapshot/mask.ts";
import { parseObject } from "../../src/snapshot/parse-objects.ts";

const PEM = ["-----BEGIN RSA PRIVATE KEY-----", "hunter2hunter2", "hunter2", "-----END RSA PRIVATE KEY-----"].join(
  "\n",
);

describe("a credential in a log line", () => {
  // Each secret is the word hunter2, alone or within what a real one looks like.
  const rows: readonly [string, string][] = [
    ["a key and a value", "connecting with password=hunter2 to db"],
    ["a variable", "PGPASSWORD=hunter2"],
    ["a variable of the environment, printed by a shell", "export DB_PASSWORD='hunter2 hunter2'"],
    ["JSON", '{"level":"error","db_password":"hunter2","msg":"no"}'],
    ["JSON in JSON", '{"log":"{\\"apiKey\\":\\"hunter2 x\\"}"}'],
    ["YAML", "  clientSecret: hunter2"],
    ["a flag", "starting: server --db-password hunter2 --port 80"],
    ["a flag with =", "server --token=hunter2"],
    ["a URL", "FATAL: cannot reach postgres://shop:hunter2@db:5432/shop"],
    ["a URL without user", "redis://:hunter2@cache:6379/0"],
    ["a URL whose password has odd characters", "amqp://u:hunter2%40#!@mq:5672"],
    ["the DSN of Go's MySQL driver", "dial root:hunter2@tcp(db:3306)/shop failed"],
    ["a header", "Authorization: Bearer hunter2hunter2"],
    ["a header as JSON", '{"authorization":"Basic aHVudGVyMg-hunter2"}'],
    ["a bearer token in a sentence", "sent bearer hunter2hunter2hunter2"],
    ["a JSON Web Token", "token eyJhbGciOiJIUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2-hunter2"],
    ["a connection string of Azure", "AccountName=shop;AccountKey=hunter2hunter2==;EndpointSuffix=x"],
    ["a connection string of .NET", "Server=db;User Id=sa;Password=hunter2;"],
    ["a Ruby hash", '{:password=>"hunter2"}'],
    ["a Python dict", "{'secret_key': 'hunter2'}"],
    ["SQL", "ALTER USER shop IDENTIFIED BY 'hunter2'"],
    ["a private key", PEM],
    ["a private key that the log cut off", PEM.slice(0, 60)],
    ["GitHub's form", "cloning with ghp_hunter2hunter2hunter2hunter2"],
  ];
  test.each(rows)("%s", (_what, line) => {
    const masked = maskCredentials(line);
    expect(masked).toContain("***");
    expect(masked).not.toContain("hunter2");
    expect(masked.split("\n")).toHaveLength(line.split("\n").length);
  });

  test("keys of AWS", () => {
    expect(maskCredentials("using AKIAIOSFODNN7EXAMPLE")).toBe("using ***");
    expect(maskCredentials("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")).toBe(
      "aws_secret_access_key = ***",
    );
  });

  test("what stands around it stays", () => {
    expect(maskCredentials("postgres://shop:x@db:5432/shop refused")).toBe("postgres://shop:***@db:5432/shop refused");
    expect(maskCredentials('{"password":"x","port":5432}')).toBe('{"password":"***","port":5432}');
  });
});

describe("lines that say what is wrong stay whole", () => {
  test.each([
    'FATAL:  password authentication failed for user "shop"',
    "Error: environment variable DB_PASSWORD is required",
    "error: SECRET_KEY must be set",
    "KeyError: 'API_TOKEN'",
    "dial tcp 10.96.0.12:5432: connect: connection refused",
    "open /var/run/secrets/kubernetes.io/serviceaccount/token: permission denied",
    "Missing required environment variable: API_KEY",
    "2024/01/02 03:04:05 listening on http://0.0.0.0:8080",
    "SyntaxError: Unexpected token } in JSON at position 4",
    "exec /usr/local/bin/webhook: exec format error",
    "Error while getting server secret: resource name may not be empty",
    "could not parse token: invalid number of segments",
  ])("%s", (line) => {
    expect(maskCredentials(line)).toBe(line);
  });
});

test("what a container left as its termination message is masked where a pod enters", () => {
  const terminated = { exitCode: 1, reason: "Error", message: "dial postgres://shop:hunter2@db:5432 failed" };
  const status = { name: "app", state: {}, lastState: { terminated } };
  const raw = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { containers: [{ name: "app" }] },
    status: { containerStatuses: [status], initContainerStatuses: [structuredClone(status)] },
  };
  const kept = JSON.stringify(parseObject(raw));
  expect(kept).not.toContain("hunter2");
  expect(kept.match(/postgres:\/\/shop:\*\*\*@db:5432 failed/g)).toHaveLength(2);
});
