import type { Asking } from "./asking.ts";
import type { RegistryResponse } from "./exchange.ts";

/** What a registry says went wrong (OCI distribution spec v1.1, error codes). */
export interface RegistryError {
  /** `MANIFEST_UNKNOWN`; absent where the answer is not of that form. */
  readonly code?: string;
  /** In words, fit to be kept. */
  readonly message: string;
}

/** The error that a response tells. Of pages and other texts only the status, and a page's title, are told. */
export function errorIn({ status, body }: Pick<RegistryResponse, "status" | "body">, asking: Asking): RegistryError {
  const { errors, message, details } = (parsed(body) ?? {}) as Readonly<Record<string, unknown>>;
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  if (first && typeof first === "object") {
    const error = first as Readonly<Record<string, unknown>>;
    const code = typeof error.code === "string" ? asking.quoted(error.code) : undefined;
    const words = typeof error.message === "string" ? asking.quoted(error.message) : "";
    return { ...(code && { code }), message: words || code || `status ${status}` };
  }
  const told = [message, details].find((one) => typeof one === "string" && one !== "");
  if (told) return { message: asking.quoted(String(told)) };
  const title = titleIn(body);
  return { message: title ? `status ${status} and a web page titled "${asking.quoted(title)}"` : `status ${status}` };
}

/** Whether a body is a web page. */
export function isPage(body: Buffer): boolean {
  return /^\s*</.test(body.toString("utf8", 0, 200));
}

/** The title of a web page. */
export function titleIn(body: Buffer): string | undefined {
  return /<title[^>]{0,500}>\s*([^<]{1,200}?)\s*<\/title>/i.exec(body.toString("utf8", 0, 20_000))?.[1];
}

/** JSON in a body; undefined where it is none. */
export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
