/** 10^9: quantities are exact down to a billionth, the smallest that Kubernetes keeps (apimachinery v0.36 pkg/api/resource/scale_int.go). */
const NANO = 1_000_000_000n;

const DECIMAL: ReadonlyMap<string, bigint> = new Map(
  Object.entries({
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
  }),
);
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
  if (value !== undefined && parsed.size < MOST_PARSED && String(quantity).length <= MOST_DIGITS)
    parsed.set(quantity, value);
  return value;
}

/** A hundred thousand pods have a few hundred different quantities. */
const parsed = new Map<string | number, bigint>();
const MOST_PARSED = 10_000;

/** The largest amount: 2^63 − 1 (apimachinery v0.36 pkg/api/resource/math.go maxAllowed). */
const MOST = (2n ** 63n - 1n) * NANO;
/** An exponent is a 32-bit number (apimachinery v0.36 pkg/api/resource/suffix.go interpret). */
const MOST_EXPONENT = 2 ** 31 - 1;
/** MOST has 19 digits before the point; a billionth has 9 behind it, and a binary unit adds at most 19 to that. */
const MOST_MAGNITUDE = 20;
const LEAST_MAGNITUDE = -30;
/** No digit behind these can change the result by a billionth. */
const MOST_DIGITS = 60;

/**
 * The time does not depend on the exponent: amounts above the largest one are cut down to it, as ParseQuantity does, and
 * the digits that cannot count are dropped. ParseQuantity caps binary quantities only; here the cap is for all of them,
 * because nothing in a cluster has more.
 */
function parse(quantity: string | number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+|[numkMGTPE]?|[KMGTPE]i)$/.exec(String(quantity).trim());
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match ?? [];
  if (!match || whole + fraction === "") return undefined;
  const isExponent = /^[eE][+-]?\d+$/.test(suffix);
  const exponent = isExponent ? Number(suffix.slice(1)) : 0;
  if (Math.abs(exponent) > MOST_EXPONENT) return undefined;
  const unit = isExponent ? NANO : unitOf(suffix);
  const amount = scaled((whole + fraction).replace(/^0+/, ""), exponent - fraction.length, unit);
  return sign === "-" ? -amount : amount;
}

/** digits × 10^exponent × unit, rounded up to a billionth and at most MOST. */
function scaled(digits: string, exponent: number, unit: bigint): bigint {
  if (digits === "") return 0n;
  const magnitude = digits.length + exponent;
  if (magnitude > MOST_MAGNITUDE) return MOST;
  if (magnitude < LEAST_MAGNITUDE) return 1n;
  const kept = digits.slice(0, MOST_DIGITS);
  const dropped = digits.length - kept.length;
  const rest = /[1-9]/.test(digits.slice(MOST_DIGITS)) ? 1n : 0n;
  const power = exponent + dropped;
  const numerator = (BigInt(kept) + rest) * unit * 10n ** BigInt(Math.max(0, power));
  const divisor = 10n ** BigInt(Math.max(0, -power));
  const amount = (numerator + divisor - 1n) / divisor;
  return amount > MOST ? MOST : amount;
}

function unitOf(suffix: string): bigint {
  const power = BINARY.indexOf(suffix);
  return power >= 0 ? 1024n ** BigInt(power + 1) * NANO : (DECIMAL.get(suffix) ?? NANO);
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
