import type * as z from "zod/mini";
import { eventSchema } from "../objects/event.ts";
import { nodeSchema } from "../objects/node.ts";
import { type KubeObject, kubeObjectSchema } from "../objects/object.ts";
import { podSchema } from "../objects/pod.ts";
import { configMapSchema, secretSchema, withoutValues } from "../objects/secret.ts";
import { serviceAccountSchema } from "../objects/service-account.ts";
import { WORKLOAD_KINDS, workloadSchema } from "../objects/workload.ts";

const schemas: Readonly<Record<string, z.ZodMiniType>> = {
  Pod: podSchema,
  Node: nodeSchema,
  Event: eventSchema,
  Secret: secretSchema,
  ConfigMap: configMapSchema,
  ServiceAccount: serviceAccountSchema,
  ...Object.fromEntries(WORKLOAD_KINDS.map((kind) => [kind, workloadSchema])),
};

/** An object that can be used, or why it cannot: which object, and which field is wrong. */
export type Parsed = { readonly object: KubeObject } | { readonly problem: string };

/**
 * Takes one object in, from an answer of the API server or from a file. Nulls go (for the API a null is an absent
 * field), values of Secrets and ConfigMaps go, fields we do not know stay.
 */
export function parseObject(raw: unknown): Parsed {
  const value = withoutNulls(raw);
  const basic = kubeObjectSchema.safeParse(value);
  if (!basic.success) return { problem: `an object is left out: ${firstIssue(basic.error)}` };
  const kept = basic.data.kind === "Secret" || basic.data.kind === "ConfigMap" ? withoutValues(basic.data) : basic.data;
  const exact = schemas[kept.kind]?.safeParse(kept);
  if (exact && !exact.success) {
    return { problem: `${kept.kind} ${kept.metadata.name} is left out: ${firstIssue(exact.error)}` };
  }
  return { object: kept };
}

/** The same for metadata alone, as a list of names has it: an object of its kind without the rest says nothing of it. */
export function parseMetadata(raw: unknown): Parsed {
  const basic = kubeObjectSchema.safeParse(withoutNulls(raw));
  if (!basic.success) return { problem: `an object is left out: ${firstIssue(basic.error)}` };
  const { apiVersion, kind, metadata } = withoutValues(basic.data);
  return { object: { ...(apiVersion && { apiVersion }), kind, metadata } };
}

/** Issues name paths and types, never values. */
function firstIssue({ issues }: z.core.$ZodError): string {
  const issue = issues[0];
  if (!issue) return "it is malformed";
  const path = issue.path.map(String).join(".") || "the object itself";
  return `${path} is not as the API has it${"expected" in issue ? ` (expected ${String(issue.expected)})` : ""}`;
}

/** Removes null fields and null items, in place: the value was parsed for us alone. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== null).map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  const record = value as Record<string, unknown>;
  for (const [field, content] of Object.entries(record)) {
    if (content === null) delete record[field];
    else record[field] = withoutNulls(content);
  }
  return record;
}
