import { describe, expect, test } from "@jest/globals";
import { kubectl, pasteLine, shellLine } from "../../src/text/command.ts";
import { editDistance, nearest } from "../../src/text/nearest.ts";
import { count, duration, list, name, plain, text } from "../../src/text/text.ts";

describe("text", () => {
  test("parts that are absent leave nothing behind", () => {
    const missing: string | undefined = undefined;
    expect(plain(text`Pod ${name("web")} waits${missing}${false}${null}.`)).toBe("Pod web waits.");
  });

  test("a Text within a Text becomes part of it", () => {
    const inner = text`on ${name("node-1")}`;
    expect(plain(text`Pod runs ${inner}, ${2} times`)).toBe("Pod runs on node-1, 2 times");
  });

  test.each([
    [[], ""],
    [["a"], "a"],
    [["a", "b"], "a and b"],
    [["a", "b", "c", "d"], "a, b, c and d"],
    [["a", "b", "c", "d", "e"], "a, b, c and 2 others"],
  ])("the list of %j reads %j", (items, expected) => {
    expect(plain(list(items))).toBe(expected);
  });

  // As kubectl prints ages (apimachinery v0.36 pkg/util/duration/duration.go HumanDuration), but for the bounds we chose.
  test.each([
    [0, "0s"],
    [59, "59s"],
    [60, "1m"],
    [252, "4m12s"],
    [600, "10m"],
    [725, "12m"],
    [3600, "1h"],
    [11100, "3h5m"],
    [86400, "1d"],
    [187200, "2d4h"],
    [864000, "10d"],
  ])("%d seconds read %s", (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });

  test("one is singular, none and many are plural", () => {
    expect([count(0, "pod"), count(1, "pod"), count(3, "pod")]).toEqual(["0 pods", "1 pod", "3 pods"]);
  });
});

describe("shell lines", () => {
  test.each([
    ["plain words stay as they are", ["kubectl", "-n", "shop", "get", "pod/web"], "kubectl -n shop get pod/web"],
    ["blanks are quoted", ["a b"], "'a b'"],
    ["a single quote ends and reopens the quotes", ["it's"], `'it'\\''s'`],
    ["a placeholder cannot be taken for a redirection", ["<user>"], "'<user>'"],
    ["an empty word is kept", ["a", ""], "a ''"],
    ["a variable is not expanded", ["$HOME`id`"], "'$HOME`id`'"],
    ["control characters become escapes", ["a\u001b[31mb"], `$'a\\u001b[31mb'`],
  ])("%s", (_, argv, expected) => {
    expect(shellLine(argv)).toBe(expected);
  });

  test("what is piped goes to the same cluster", () => {
    const command = { argv: ["kubectl", "get", "pod", "a b"], into: ["kubectl", "replace", "-f", "-"] };
    expect(pasteLine(command)).toBe("kubectl get pod 'a b' | kubectl replace -f -");
    expect(pasteLine(command, ["--context", "prod"])).toBe(
      "kubectl --context prod get pod 'a b' | kubectl --context prod replace -f -",
    );
  });

  test("a kubectl command names its namespace first", () => {
    expect(kubectl("reads", "shop", "get", "pods").argv).toEqual(["kubectl", "-n", "shop", "get", "pods"]);
  });
});

describe("nearest", () => {
  test.each([
    ["kitten", "sitting", 3],
    ["lastest", "latest", 1],
    ["DB_HOTS", "DB_HOST", 1],
    ["", "abc", 3],
  ])("from %j to %j it is %d edits", (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
  });

  test("only what is within a third of the word comes back, best first", () => {
    expect(nearest("shop-settings", ["shop-sitings", "shop-setting", "billing", "shop-settings"])).toEqual([
      "shop-setting",
      "shop-sitings",
    ]);
  });
});
