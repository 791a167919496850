import { describe, expect, test } from "@jest/globals";
import { amountOf, nanos, showAmount } from "../../src/objects/quantity.ts";

const NANO = 10n ** 9n;

describe("quantities, exact in billionths", () => {
  test.each<[string | number, bigint]>([
    ["0", 0n],
    ["1", NANO],
    [4, 4n * NANO],
    ["100m", NANO / 10n],
    ["0.1", NANO / 10n],
    ["1.5", (3n * NANO) / 2n],
    [".5", NANO / 2n],
    ["5.", 5n * NANO],
    ["1n", 1n],
    ["1u", 1000n],
    ["1k", 1000n * NANO],
    ["1Ki", 1024n * NANO],
    ["1.5Gi", 3n * 512n * 1024n * 1024n * NANO],
    ["8E", 8n * 10n ** 18n * NANO],
    ["1e3", 1000n * NANO],
    ["1E3", 1000n * NANO],
    ["2e-3", 2_000_000n],
    ["-1", -NANO],
    ["0.0000000001", 1n],
  ])("%s", (text, expected) => {
    expect(nanos(text)).toBe(expected);
  });
  test.each(["", "m", "1x", "1 Gi", "Gi", "1Kib", "--1", "1e"])("%j is none", (text) => {
    expect(nanos(text)).toBeUndefined();
  });
});

describe("quantities that no computer can count", () => {
  const MOST = (2n ** 63n - 1n) * NANO;
  const nines = "9".repeat(1_000_000);
  test.each<[string, string, bigint | undefined]>([
    ["an exponent of a thousand million", "1e1000000000", MOST],
    ["the same, negative", "-1E1000000000", -MOST],
    ["an exponent of 32 bits", "1E2147483647", MOST],
    ["an exponent of more than 32 bits", "1E2147483648", undefined],
    ["an exponent of a million digits", `1e${nines}`, undefined],
    ["a small exponent is a billionth", "1e-1000000000", 1n],
    ["zero stays zero", "0e1000000000", 0n],
    ["a million digits", nines, MOST],
    ["a million digits, binary", `${nines}Ei`, MOST],
    ["a million zeros in front", `${"0".repeat(1_000_000)}7`, 7n * NANO],
    ["a million digits behind the point are rounded up", `1.${"0".repeat(1_000_000)}1`, NANO + 1n],
    ["zeros behind the point and an exponent", `0.${"0".repeat(1000)}1e1001`, NANO],
    ["the largest amount", "9223372036854775807", MOST],
    ["one more", "9223372036854775808", MOST],
    ["more, binary", "9223372036854775807Ki", MOST],
  ])("%s", (_name, text, expected) => {
    const begin = performance.now();
    expect(nanos(text) === expected).toBe(true);
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

describe("amounts as the scheduler counts them", () => {
  test("thousandths of CPU, rounded up", () => {
    expect(amountOf("cpu", "1")).toBe(1000n);
    expect(amountOf("cpu", "0.0005")).toBe(1n);
    expect(amountOf("memory", "100m")).toBe(1n);
    expect(amountOf("memory", "1Ki")).toBe(1024n);
  });
  test.each<[string, bigint, string]>([
    ["cpu", 2820n, "2820m"],
    ["cpu", 4000n, "4"],
    ["memory", 1024n ** 3n, "1Gi"],
    ["memory", 1536n * 1024n ** 2n, "1536Mi"],
    ["memory", 1500n * 1000n ** 2n, "1430.5Mi"],
    ["example.com/gpu", 2n, "2"],
    ["memory", 0n, "0"],
  ])("%s %s is shown as %s", (resource, amount, expected) => {
    expect(showAmount(resource, amount)).toBe(expected);
  });
});
