import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import * as z from "zod/mini";
import { eventSchema } from "../../src/objects/event.ts";
import { nodeSchema } from "../../src/objects/node.ts";
import { podSchema } from "../../src/objects/pod.ts";
import { serviceAccountSchema } from "../../src/objects/service-account.ts";
import { workloadSchema } from "../../src/objects/workload.ts";
import { conforms } from "../../src/snapshot/conforms.ts";

const SCHEMAS: Readonly<Record<string, z.ZodMiniType>> = {
  Pod: podSchema,
  Node: nodeSchema,
  Event: eventSchema,
  ServiceAccount: serviceAccountSchema,
  ReplicaSet: workloadSchema,
  Deployment: workloadSchema,
};
const recorded = JSON.parse(readFileSync(new URL("../../demo/shop.json", import.meta.url), "utf8")) as {
  items: { kind: string }[];
};

/** A value of each JSON type, to stand where another belongs. */
const STRANGERS: readonly unknown[] = ["text", 1, true, [], ["text"], [1], {}, { name: 1 }];

/** Every copy of an object in which one value is another or absent. */
function* spoilt(value: unknown): Generator<unknown> {
  yield* STRANGERS;
  yield undefined;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const other of spoilt(item)) yield value.with(index, other);
  } else if (value && typeof value === "object") {
    for (const [field, item] of Object.entries(value))
      for (const other of spoilt(item)) yield { ...value, [field]: other };
  }
}

describe("an object as its kind's schema has it", () => {
  for (const [kind, schema] of Object.entries(SCHEMAS)) {
    const objects = recorded.items.filter((item) => item.kind === kind);

    test(`${kind}: recorded objects conform, so that zod is not asked`, () => {
      expect(objects.length).toBeGreaterThan(0);
      for (const object of objects) expect(conforms(schema, object)).toBe(true);
    });

    test(`${kind}: with any one value changed it conforms exactly where zod accepts it`, () => {
      for (const object of spoilt(objects[0])) {
        const isAccepted = schema.safeParse(object).success;
        if (conforms(schema, object) !== isAccepted) expect({ object, isAccepted }).toBeUndefined();
      }
    });
  }
});

describe("a value of another form", () => {
  test.each([
    ["a number that is none", z.number(), Number.NaN],
    ["a schema with a check", z.string().check(z.minLength(1)), "text"],
    ["an object that allows no further field", z.strictObject({}), {}],
    ["an object that drops further fields", z.object({}), {}],
    ["a form that is not known", z.tuple([z.string()]), ["text"]],
  ])("%s is left to zod", (_, schema, value) => {
    expect(conforms(schema, value)).toBe(false);
  });
});
