import { describe, expect, test } from "@jest/globals";
import { FLAGS, parseArgs } from "../../src/cli/args.ts";
import { type Options, toOptions } from "../../src/cli/options.ts";
import { Failure } from "../../src/text/failure.ts";
import { plain } from "../../src/text/text.ts";

const options = (...argv: string[]): Options => toOptions(parseArgs(argv));

function failure(...argv: string[]): string {
  try {
    options(...argv);
  } catch (error) {
    if (error instanceof Failure) return [error.headline, ...error.seen, ...error.todo].map(plain).join(" | ");
    throw error;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}

describe("targets, as kubectl reads them", () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["a bare name is a pod", ["web-1"], ["Pod web-1"]],
    ["several names", ["web-1", "web-2"], ["Pod web-1", "Pod web-2"]],
    ["pod/NAME", ["pod/web-1", "po/web-2", "pods/web-3"], ["Pod web-1", "Pod web-2", "Pod web-3"]],
    [
      "TYPE/NAME",
      ["deploy/web", "sts/db", "ds/audit", "rs/x", "job/j", "cj/c", "rc/r"],
      [
        "Deployment web",
        "StatefulSet db",
        "DaemonSet audit",
        "ReplicaSet x",
        "Job j",
        "CronJob c",
        "ReplicationController r",
      ],
    ],
    ["a type with its group and version", ["deployments.apps/web", "job.v1.batch/j"], ["Deployment web", "Job j"]],
    ["TYPE NAME NAME", ["deployment", "web", "api"], ["Deployment web", "Deployment api"]],
    ["a pod that is called like a type", ["pod"], ["Pod pod"]],
    ["what follows -- is a name", ["--", "web-1"], ["Pod web-1"]],
  ];
  test.each(rows)("%s", (_, argv, expected) => {
    expect(options(...argv).targets.map(({ kind, name }) => `${kind} ${name}`)).toEqual(expected);
  });
});

describe("flags, as kubectl's parser takes them", () => {
  test("a value may follow a short flag at once, after = or as the next word", () => {
    for (const argv of [["-nshop"], ["-n=shop"], ["-n", "shop"], ["--namespace=shop"], ["--namespace", "shop"]]) {
      expect(options(...argv).connection.namespace).toBe("shop");
    }
  });
  test("short flags may stand together", () => {
    expect(options("-Aojson")).toMatchObject({ allNamespaces: true, output: "json" });
  });
  test("the last of a repeated flag counts; lists gather", () => {
    expect(options("-n", "a", "-n", "b", "--as=me", "--as-group=x", "--as-group", "y").connection).toMatchObject({
      namespace: "b",
      as: "me",
      asGroup: ["x", "y"],
    });
  });
  test('an empty namespace is none, as scripts write -n "$NAMESPACE"', () => {
    expect(options("-n", "").connection.namespace).toBeUndefined();
  });
  test("a boolean may be given a value", () => {
    expect(options("--insecure-skip-tls-verify=false").connection.insecureSkipTlsVerify).toBe(false);
    expect(options("--all-namespaces=true").allNamespaces).toBe(true);
  });
  test("-A together with -n is allowed", () => {
    expect(options("-A", "-n", "shop").allNamespaces).toBe(true);
  });
  test.each([
    ["10", 10_000],
    ["1m30s", 90_000],
    ["500ms", 500],
    ["1.5s", 1500],
    ["0", 0],
  ])("--request-timeout=%s is %d ms", (given, expected) => {
    expect(options(`--request-timeout=${given}`).connection.requestTimeoutMs).toBe(expected);
  });
  test("patience is 30 s unless given", () => {
    expect(options().connection.patienceMs).toBe(30_000);
    expect(options("--patience=5s").connection.patienceMs).toBe(5000);
  });
  test("commands of the report repeat the connection flags, but no token and no password", () => {
    expect(
      options("--context=prod", "--token=abc", "--password=x", "--username=y", "--as=me", "-nshop").kubectlFlags,
    ).toEqual(["--context=prod", "--as=me"]);
  });
  test("-o wide is text with everything shown", () => {
    expect(options("-owide")).toMatchObject({ output: "text", wide: true });
  });
});

describe("what cannot be meant is refused in one sentence", () => {
  const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["unknown flag, with the nearest", ["--namespce=x"], /no flag --namespce; there is --namespace/],
    ["flag of kubectl that makes no sense here", ["-v=8"], /--v is not taken here/],
    ["flag without its value", ["web", "-n"], /--namespace needs a value/],
    ["pod together with -A", ["web", "-A"], /web lives in one namespace/],
    ["pod together with a selector", ["web", "-l", "app=web"], /do not go together/],
    [
      "unknown output, with the nearest",
      ["-o", "jsn"],
      /--output takes text, json, yaml, markdown and wide, not jsn; json is the nearest/,
    ],
    ["unknown colour", ["--color=blue"], /--color takes auto, always and never, not blue/],
    ["time that is none", ["--request-timeout=soon"], /takes a time, not soon/],
    ["unknown type", ["deplyment/web"], /no type deplyment here; deployment is one/],
    ["namespace/pod, as it stands in reports", ["shop/web-1"], /no type shop here.*-n NAMESPACE/],
    ["upper-case name", ["Web"], /cannot be the name of a pod or workload: it has upper-case letters/],
    ["name with control characters", ["web\u001b[31m"], /only a-z, 0-9, - and \. are allowed/],
    ["empty name", [""], /it is empty/],
    ["selector with an empty part", ["-l", "app=web,,x"], /a part between commas is empty/],
    ["extra without a value", ["--as-user-extra=scopes"], /takes key=value, not scopes/],
  ];
  test.each(rows)("%s", (_, argv, expected) => {
    expect(failure(...argv)).toMatch(expected);
  });
  test.each([
    "app=web",
    "app==web",
    "app!=web",
    "app",
    "!app",
    "app in (a,b),tier notin (c)",
    "example.com/app=x",
    "n>3",
    "",
  ])("selector %j is taken", (selector) => {
    expect(() => options("-l", selector)).not.toThrow();
  });
  test.each(["app=web=x", "app in a", "=web", "app=-web", "app in (a"])("selector %j is refused", (selector) => {
    expect(failure("-l", selector)).toMatch(/no label selector/);
  });
});

test("each flag is described and stands once", () => {
  const names = FLAGS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { describe: words } of FLAGS) expect(words).toMatch(/^[A-Za-z].{5,}[^.]$/);
});
