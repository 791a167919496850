import type { Response } from "../cluster/connection.ts";
import type { RegistryAnswer } from "../snapshot/registry-answer.ts";
import { Outcome } from "./asking.ts";

/** Requests left, as Docker Hub tells: `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 76;w=21600`. */
export function rateIn(headers: Response["headers"]): RegistryAnswer["rate"] {
  const [limit, remaining] = ["ratelimit-limit", "ratelimit-remaining"].map((name) => numberIn(headers[name]));
  return limit === undefined || remaining === undefined ? undefined : { limit, remaining };
}

/** The outcome of a refusal for too many requests. `now`: milliseconds since 1970. */
export function rateLimited({ headers }: Pick<Response, "headers">, message: string, now = Date.now()): Outcome {
  const until = endOf(headers, now);
  return new Outcome({ is: "rate-limited", message, ...(until && { until }) });
}

/** Beyond this a number of seconds is a time since 1970. */
const YEARS_OF_SECONDS = 1_000_000_000;

function endOf(headers: Response["headers"], now: number): string | undefined {
  const after = String(headers["retry-after"] ?? "");
  const reset = numberIn(headers["ratelimit-reset"] ?? headers["x-ratelimit-reset"]);
  const seconds = /^\d{1,12}$/.test(after) ? Number(after) : reset;
  const at =
    seconds === undefined ? Date.parse(after) : seconds > YEARS_OF_SECONDS ? seconds * 1000 : now + seconds * 1000;
  return Number.isNaN(at) || Math.abs(at) > LAST_TIME ? undefined : new Date(at).toISOString();
}

/** Of the year 9999. */
const LAST_TIME = 253_402_300_799_000;

function numberIn(header: Response["headers"][string]): number | undefined {
  const [, digits] = /^\s*(\d{1,12})\s*(?:[;,]|$)/.exec([header ?? ""].flat().join()) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
