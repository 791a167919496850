import { describe, expect, test } from "@jest/globals";
import { parseAnyYaml } from "../../src/cluster/kubectl-yaml.ts";
import { parsePlainYaml } from "../../src/cluster/plain-yaml.ts";

const WRITTEN_BY_KUBECTL = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJU==
    insecure-skip-tls-verify: false
    server: https://192-0-2-10.example:6443
  name: prod
contexts: []
current-context: "two words.no"
kind: Config
preferences: {}
users:
- name: ada
  user:
    exec:
      args:
      - get-token
      - --region
      env: null
`;

/** The same every time: mulberry32 (public domain). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("plain YAML", () => {
  test("as kubectl writes it is read without js-yaml", () => {
    const words = WRITTEN_BY_KUBECTL.replace("two words.no", "two-words").replace("- --region", "- region");
    expect(parsePlainYaml(words)).toEqual({
      apiVersion: "v1",
      clusters: [
        {
          cluster: {
            "certificate-authority-data": "LS0tLS1CRUdJTiBDRVJU==",
            "insecure-skip-tls-verify": false,
            server: "https://192-0-2-10.example:6443",
          },
          name: "prod",
        },
      ],
      contexts: [],
      "current-context": "two-words",
      kind: "Config",
      preferences: {},
      users: [{ name: "ada", user: { exec: { args: ["get-token", "region"], env: null } } }],
    });
  });

  test.each([
    ["a blank in a value", "a: b c"],
    ["a number", "a: 1"],
    ["what YAML 1.1 takes for a boolean", "a: yes"],
    ["a key that is a boolean", "on: b"],
    ["an escape", 'a: "b\\n"'],
    ["an anchor", "a: &b c"],
    ["a text block", "a: |\n  b"],
    ["two documents", "a: b\n---\nc: d"],
    ["Windows' line ends", "a: b\r\nc: d\r\n"],
    ["a tab", "a:\n\tb: c"],
    ["a value with more below it", "a: b\n  c: d"],
    ["a level between two", "a:\n    b: c\n  d: e"],
    ["nothing", "# only this\n"],
  ])("%s is left to js-yaml", (_, content) => {
    expect(parsePlainYaml(content)).toBeUndefined();
  });

  test("whatever it reads, js-yaml reads the same", async () => {
    const random = randomFrom(7);
    const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
    const keys = ["a:", "b-c:", "name:", "y:", "- a:", "- b:", "-", "- x", "#", "", "null:"];
    const values = [
      "",
      " x",
      " x:y",
      " /p/q",
      " true",
      " null",
      " {}",
      " []",
      ' ""',
      ' "q:"',
      " x:",
      " 1",
      " no",
      " e5",
      " a=b",
      " ",
      " x #y",
    ];
    let read = 0;
    for (let round = 0; round < 20_000; round++) {
      const lines = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
        const key = one(keys);
        return `${" ".repeat(one([0, 0, 1, 2, 2, 4]))}${key}${key.endsWith(":") ? one(values) : ""}`;
      });
      const content = lines.join("\n");
      const plain = parsePlainYaml(content);
      if (plain === undefined) continue;
      read++;
      expect({ content, value: await parseAnyYaml(content) }).toEqual({ content, value: plain });
    }
    expect(read).toBeGreaterThan(1_000);
  });
});
