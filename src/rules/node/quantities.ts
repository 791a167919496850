import { nanos } from "../../objects/quantity.ts";

const MEBI = 1024n ** 2n;
const GIBI = 1024n ** 3n;
const NANO = 1_000_000_000n;

/** Bytes as people say them: `46.2Gi`, `72Mi`; undefined for what is no quantity. */
export function shown(quantity: string): string {
  const bytes = (nanos(quantity) ?? 0n) / NANO;
  if (bytes >= GIBI) return `${Number((bytes * 10n) / GIBI) / 10}Gi`;
  if (bytes >= MEBI) return `${Number((bytes * 10n) / MEBI) / 10}Mi`;
  return quantity;
}

/** A size to set where one was used up: the next whole Gi, or the next 64Mi below 1Gi. */
export function roomFor(quantity: string): string | undefined {
  const value = nanos(quantity);
  if (value === undefined || value <= 0n) return undefined;
  const bytes = value / NANO;
  const step = bytes >= GIBI ? GIBI : 64n * MEBI;
  const size = (bytes / step + 1n) * step;
  return size % GIBI === 0n ? `${size / GIBI}Gi` : `${size / MEBI}Mi`;
}

/** Twice a limit, in the unit it was given in. */
export function doubled(quantity: string): string | undefined {
  const match = /^(\d+)([A-Za-z]*)$/.exec(quantity);
  return match ? `${2 * Number(match[1])}${match[2]}` : undefined;
}

/** Whether one quantity is more than another; false where one of them is none. */
export function exceeds(quantity: string | undefined, other: string | number | undefined): boolean {
  const [a, b] = [nanos(quantity), nanos(other)];
  return a !== undefined && b !== undefined && a > b;
}
