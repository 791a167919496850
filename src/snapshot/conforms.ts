import type * as z from "zod/mini";

/**
 * Whether a value certainly has the form that a schema asks for. zod copies what it checks, which takes a good part of
 * a short run; this only looks. False means that zod has to decide, and to say what is wrong: the forms that schemas of
 * objects are made of are known here, and no others.
 */
export function conforms(schema: z.core.$ZodType, value: unknown): boolean {
  return checkOf(schema)(value);
}

type Check = (value: unknown) => boolean;

const isAnything: Check = () => true;
const isLeftToZod: Check = () => false;
const isText: Check = (value) => typeof value === "string";
const isBoolean: Check = (value) => typeof value === "boolean";

const checks = new WeakMap<z.core.$ZodType, Check>();

function checkOf(schema: z.core.$ZodType): Check {
  const known = checks.get(schema);
  if (known) return known;
  const check = checkFor(schema._zod.def as Definition);
  checks.set(schema, check);
  return check;
}

type Definition = z.core.$ZodTypes["_zod"]["def"];

function checkFor(def: Definition): Check {
  if (def.checks && def.checks.length > 0) return isLeftToZod;
  switch (def.type) {
    case "unknown":
      return isAnything;
    case "string":
      return isText;
    case "boolean":
      return isBoolean;
    case "number":
      return Number.isFinite;
    case "optional": {
      const check = checkOf(def.innerType);
      return (value) => value === undefined || check(value);
    }
    case "literal":
      return (value) => (def.values as readonly unknown[]).includes(value);
    case "enum": {
      const entries: readonly unknown[] = Object.values(def.entries);
      return (value) => entries.includes(value);
    }
    case "union": {
      const options = def.options.map(checkOf);
      return (value) => options.some((check) => check(value));
    }
    case "array": {
      const check = checkOf(def.element);
      return (value) => Array.isArray(value) && value.every(check);
    }
    case "record": {
      const check = def.keyType._zod.def.type === "string" ? checkOf(def.valueType) : isLeftToZod;
      return (value) => isRecord(value) && Object.values(value).every(check);
    }
    case "object":
      return def.catchall?._zod.def.type === "unknown" ? fieldsCheck(def.shape) : isLeftToZod;
    default:
      return isLeftToZod;
  }
}

/** Most fields are optional, and most of those are absent: nothing is called for them. */
function fieldsCheck(shape: z.core.$ZodShape): Check {
  const fields = Object.entries(shape)
    .map(([field, schema]) => {
      const def = schema._zod.def as Definition;
      return def.type === "optional"
        ? { field, isOptional: true, check: checkOf(def.innerType) }
        : { field, isOptional: false, check: checkOf(schema) };
    })
    .filter(({ check }) => check !== isAnything);
  return (value) => {
    if (!isRecord(value)) return false;
    for (const { field, isOptional, check } of fields) {
      const content = value[field];
      if (!(isOptional && content === undefined) && !check(content)) return false;
    }
    return true;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
