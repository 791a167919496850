import { describe, expect, test } from "@jest/globals";
import { statedWait, waitAfter } from "../../../src/rules/container/back-off.ts";

describe("the wait before a restart", () => {
  // 10 s doubling to 300 s (kubelet v1.36): 10, 20, 40, 80, 160, 300.
  test.each([
    [1, 10],
    [2, 20],
    [3, 40],
    [4, 80],
    [5, 160],
    [6, 300],
    [40, 300],
  ])("after restart %i is %i s", (restarts, seconds) => {
    expect(waitAfter(restarts, 2)).toBe(seconds);
  });

  test("begins anew after a run of more than ten minutes", () => {
    expect(waitAfter(6, 601)).toBe(10);
    expect(waitAfter(6, 600)).toBe(300);
  });

  test.each([
    ["back-off 10s restarting failed container=app pod=web_shop(1)", 10],
    ["back-off 1m20s restarting failed container=app pod=web_shop(1)", 80],
    ["back-off 2m40s restarting failed container=app pod=web_shop(1)", 160],
    ["back-off 5m0s restarting failed container=app pod=web_shop(1)", 300],
    ["something else", undefined],
  ])("is stated: %s", (message, seconds) => {
    expect(statedWait(message)).toBe(seconds);
  });
});
