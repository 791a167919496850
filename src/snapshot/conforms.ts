import type * as z from "zod/mini";

/**
 * Whether a value certainly has the form that a schema asks for. zod copies what it checks, which takes a good part of
 * a short run; this only looks. False means that zod has to decide, and to say what is wrong: the forms that schemas of
 * objects are made of are known here, and no others.
 */
export function conforms(schema: z.core.$ZodType, value: unknown): boolean {
  const def = schema._zod.def as z.core.$ZodTypes["_zod"]["def"];
  if (def.checks && def.checks.length > 0) return false;
  switch (def.type) {
    case "unknown":
      return true;
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "number":
      return Number.isFinite(value);
    case "optional":
      return value === undefined || conforms(def.innerType, value);
    case "literal":
      return (def.values as readonly unknown[]).includes(value);
    case "enum":
      return Object.values(def.entries).includes(value as string);
    case "union":
      return def.options.some((option) => conforms(option, value));
    case "array":
      return Array.isArray(value) && value.every((item) => conforms(def.element, item));
    case "record":
      return (
        def.keyType._zod.def.type === "string" &&
        isRecord(value) &&
        Object.values(value).every((item) => conforms(def.valueType, item))
      );
    case "object":
      return def.catchall?._zod.def.type === "unknown" && isRecord(value) && fieldsConform(def.shape, value);
    default:
      return false;
  }
}

function fieldsConform(shape: z.core.$ZodShape, value: Readonly<Record<string, unknown>>): boolean {
  for (const field in shape) {
    const schema = shape[field];
    if (schema && !conforms(schema, value[field])) return false;
  }
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
