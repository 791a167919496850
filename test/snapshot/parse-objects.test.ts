import { describe, expect, test } from "@jest/globals";
import { parseObject } from "../../src/snapshot/parse-objects.ts";

describe("an object taken in", () => {
  test("nulls go, from fields and from lists within lists", () => {
    const raw = {
      kind: "Other",
      metadata: { name: "one", labels: null },
      spec: { rows: [[1, null], null, { a: null }] },
    };
    expect(parseObject(raw)).toEqual({
      object: { kind: "Other", metadata: { name: "one" }, spec: { rows: [[1], {}] } },
    });
  });

  test("fields that are not known stay, at every level", () => {
    const pod = {
      kind: "Pod",
      metadata: { name: "one", newer: 1 },
      spec: { containers: [], newer: { a: [1] } },
      newer: 2,
    };
    expect(parseObject(structuredClone(pod))).toEqual({ object: pod });
  });

  test("a kind that is named as something that every object has is a kind like others", () => {
    const raw = { kind: "constructor", metadata: { name: "one" } };
    expect(parseObject(raw)).toEqual({ object: raw });
  });

  test("of an object that is not as the API has it, kind, name and field are told, and no value", () => {
    const raw = { kind: "Pod", metadata: { name: "one" }, spec: { containers: "hunter2" } };
    expect(parseObject(raw)).toEqual({
      problem: "Pod one is left out: spec.containers is not as the API has it (expected array)",
      unusable: {
        ref: { kind: "Pod", name: "one" },
        problem: "spec.containers is not as the API has it (expected array)",
      },
    });
  });
});
