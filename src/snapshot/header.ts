import * as z from "zod/mini";
import { type ObjectRef, optionalNumber, optionalText } from "../objects/object.ts";
import { Failure } from "../text/failure.ts";
import { command, name, text, value } from "../text/text.ts";
import type { RegistryAnswer } from "./registry-answer.ts";
import type { Complete, ContainerLog, Gap, Unusable } from "./snapshot.ts";

/** The version of the header that this program writes and reads. */
export const HEADER_VERSION = 1;

// Years 1970 to 9999: beyond them RFC 3339 has no times, and differences leave what Date can hold.
const time = z.string().check(z.refine((at) => /^(?:19[7-9]|[2-9]\d\d)\d-/.test(at) && !Number.isNaN(Date.parse(at))));
const ref = z.looseObject({
  apiVersion: optionalText,
  kind: z.string(),
  namespace: optionalText,
  name: z.string(),
  uid: optionalText,
});
const gap = z.looseObject({
  kind: z.string(),
  namespace: optionalText,
  name: optionalText,
  state: z.enum(["forbidden", "not-served", "failed", "not-asked", "partial"]),
  message: z.string(),
  right: optionalText,
});
const log = z.looseObject({
  namespace: z.string(),
  pod: z.string(),
  container: z.string(),
  previous: z.boolean(),
  text: z.string(),
});
const texts = z.array(z.string());

const login = z.discriminatedUnion("as", [
  z.looseObject({ as: z.literal("anonymous") }),
  z.looseObject({
    as: z.literal("secret"),
    secret: z.string(),
    entry: z.string(),
    user: optionalText,
    expires: z.optional(time),
  }),
]);
const message = z.string();
const outcome = z.discriminatedUnion("is", [
  z.looseObject({
    is: z.literal("found"),
    digest: optionalText,
    mediaType: optionalText,
    platforms: z.optional(texts),
  }),
  z.looseObject({ is: z.enum(["no-manifest", "no-repository", "not-found", "not-a-registry"]), message }),
  z.looseObject({ is: z.enum(["denied", "login-refused"]), status: z.number(), message }),
  z.looseObject({ is: z.literal("rate-limited"), message, until: z.optional(time) }),
  z.looseObject({
    is: z.literal("unreachable"),
    step: z.enum(["proxy", "dns", "connect", "tls", "answer"]),
    code: z.string(),
    message,
  }),
  z.looseObject({ is: z.literal("failed"), status: optionalNumber, message }),
]);
const registryAnswer = z.looseObject({
  image: z.string(),
  namespace: z.string(),
  secrets: texts,
  askedAt: time,
  isInsecure: z.optional(z.literal(true)),
  hosts: texts,
  tries: z.array(z.looseObject({ login, outcome })).check(z.minLength(1)),
  tags: z.optional(
    z.looseObject({ nearest: texts, seen: z.number(), isComplete: z.boolean(), lacks: z.optional(texts) }),
  ),
  repositories: z.optional(texts),
  rate: z.optional(z.looseObject({ limit: z.number(), remaining: z.number() })),
  unread: z.optional(z.array(z.looseObject({ secret: z.string(), why: z.string() }))),
});

const headerSchema = z.looseObject({
  schemaVersion: optionalNumber,
  takenAt: z.optional(time),
  serverVersion: optionalText,
  context: optionalText,
  target: z.optional(ref),
  targets: z.optional(z.array(ref)),
  podsSeen: optionalNumber,
  notCollected: z.optional(z.array(gap)),
  absent: z.optional(z.array(ref)),
  complete: z.optional(z.array(z.looseObject({ kind: z.string(), namespace: optionalText }))),
  logs: z.optional(z.array(log)),
  registryAnswers: z.optional(z.array(registryAnswer)),
  skipped: z.optional(texts),
  unusable: z.optional(z.array(z.looseObject({ ref, problem: z.string() }))),
});

/** What a saved snapshot carries beside its items, under `whyPending`; the schema checks the same. */
export interface Header {
  readonly takenAt?: string;
  readonly serverVersion?: string;
  readonly context?: string;
  readonly target?: ObjectRef;
  readonly targets?: readonly ObjectRef[];
  readonly podsSeen?: number;
  readonly notCollected?: readonly Gap[];
  readonly absent?: readonly ObjectRef[];
  readonly complete?: readonly Complete[];
  readonly logs?: readonly ContainerLog[];
  readonly registryAnswers?: readonly RegistryAnswer[];
  readonly skipped?: readonly string[];
  readonly unusable?: readonly Unusable[];
}

/**
 * Checks the header of a saved snapshot. Throws a Failure that names the file, the field, and what to do where it is not
 * as this program writes it.
 */
export function parseHeader(raw: unknown, file: string): Header {
  const again = { todo: [text`Save the snapshot again with ${command("--save-snapshot FILE")}.`] };
  const version = (raw as { readonly schemaVersion?: unknown }).schemaVersion;
  if (typeof version === "number" && version > HEADER_VERSION) {
    throw new Failure(
      text`${name(file)} was saved by a newer version of kubectl why-pending (header version ${value(String(version))}, this one reads ${HEADER_VERSION}).`,
      { todo: [text`Read it with that version or a newer one.`] },
    );
  }
  const { success, data, error } = headerSchema.safeParse(raw);
  if (success) return data as unknown as Header;
  const path = ["whyPending", ...(error.issues[0]?.path ?? [])].map(String).join(".");
  throw new Failure(
    text`The header of ${name(file)} is not as kubectl why-pending writes it: ${name(path)} is missing or has another type.`,
    again,
  );
}
