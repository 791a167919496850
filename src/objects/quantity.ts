/** 10^9: quantities are exact down to a billionth, the smallest that Kubernetes keeps (apimachinery v0.36 pkg/api/resource/scale_int.go). */
const NANO = 1_000_000_000n;

const DECIMAL: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  "": NANO,
  k: 1_000n * NANO,
  M: 1_000_000n * NANO,
  G: 1_000_000_000n * NANO,
  T: 1_000_000_000_000n * NANO,
  P: 1_000_000_000_000_000n * NANO,
  E: 1_000_000_000_000_000_000n * NANO,
};
const BINARY: readonly string[] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * A quantity in billionths, exact; undefined for a text that is none. `100m` is 100,000,000n, `1Ki` is 1024 × 10^9
 * (apimachinery v0.36 pkg/api/resource/quantity.go ParseQuantity).
 */
export function nanos(quantity: string | number | undefined): bigint | undefined {
  if (quantity === undefined) return undefined;
  const known = parsed.get(quantity);
  if (known !== undefined) return known;
  const value = parse(quantity);
  if (value !== undefined && parsed.size < MOST_PARSED) parsed.set(quantity, value);
  return value;
}

/** A hundred thousand pods have a few hundred different quantities. */
const parsed = new Map<string | number, bigint>();
const MOST_PARSED = 10_000;

function parse(quantity: string | number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+|[numkMGTPE]?|[KMGTPE]i)$/.exec(String(quantity).trim());
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match ?? [];
  if (!match || whole + fraction === "") return undefined;
  const [numerator, denominator] = scaleOf(suffix);
  const digits = BigInt(whole + fraction) * numerator;
  const divisor = 10n ** BigInt(fraction.length) * denominator;
  // What is finer than a billionth is rounded up.
  const value = (digits + divisor - 1n) / divisor;
  return sign === "-" ? -value : value;
}

function scaleOf(suffix: string): readonly [bigint, bigint] {
  const power = BINARY.indexOf(suffix);
  if (power >= 0) return [1024n ** BigInt(power + 1) * NANO, 1n];
  if (/^[eE][+-]?\d+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1));
    return exponent < 0 ? [NANO, 10n ** BigInt(-exponent)] : [10n ** BigInt(exponent) * NANO, 1n];
  }
  return [DECIMAL[suffix] ?? NANO, 1n];
}

const roundedUp = (value: bigint, unit: bigint) => (value >= 0n ? (value + unit - 1n) / unit : -(-value / unit));

/**
 * The amount that the scheduler counts with: thousandths of a CPU for `cpu`, whole units (bytes, pieces) for all else,
 * rounded up (kube-scheduler v1.36 framework/types.go Resource.Add).
 */
export function amountOf(resource: string, quantity: string | number | undefined): bigint {
  return amountOfNanos(resource, nanos(quantity) ?? 0n);
}

/** The same for an amount in billionths. */
export const amountOfNanos = (resource: string, value: bigint): bigint =>
  roundedUp(value, resource === "cpu" ? 1_000_000n : NANO);

/**
 * An amount as people write it: `2820m`, `4`, `1536Mi`, `3`. Bytes are shown in the largest binary unit that divides
 * them, else in Mi with one decimal, rounded down.
 */
export function showAmount(resource: string, amount: bigint): string {
  if (resource === "cpu") return amount % 1000n === 0n ? String(amount / 1000n) : `${amount}m`;
  if (!isBytes(resource)) return String(amount);
  for (const [index, unit] of [...BINARY.entries()].reverse()) {
    const size = 1024n ** BigInt(index + 1);
    if (amount !== 0n && amount % size === 0n) return `${amount / size}${unit}`;
  }
  const mebi = 1024n ** 2n;
  if (amount >= mebi || amount <= -mebi) return `${Number((amount * 10n) / mebi) / 10}Mi`;
  return String(amount);
}

/** Down to a number that reads well: 2800m of 2820m, 1500Mi of 1536000Ki, 10Mi of 10Mi and a bit; as one writes it. */
export function roundedDown(resource: string, amount: bigint): string {
  if (resource === "cpu") {
    const step = amount > 1000n ? 100n : amount > 100n ? 10n : 1n;
    return showAmount(resource, (amount / step) * step);
  }
  const mebi = 1024n ** 2n;
  return isBytes(resource) && amount >= mebi ? showAmount(resource, (amount / mebi) * mebi) : String(amount);
}

export const isBytes = (resource: string): boolean =>
  resource === "memory" ||
  resource === "ephemeral-storage" ||
  resource === "storage" ||
  resource.startsWith("hugepages-");
