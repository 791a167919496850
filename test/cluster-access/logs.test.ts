import { describe, expect, test } from "@jest/globals";
import type { Answer, Api } from "../../src/cluster/api.ts";
import { Collector } from "../../src/cluster/collector.ts";
import { wantedLogs } from "../../src/cluster/surroundings/logs.ts";
import type { ContainerStatus, Pod } from "../../src/objects/pod.ts";
import { ago, NOW, onNode, pod, running, waiting } from "../support/builders.ts";

const ended = (exitCode: number, reason = "Error", started = 40) => ({
  terminated: { exitCode, reason, startedAt: ago(started), finishedAt: ago(started - 2) },
});
const crashing: ContainerStatus = { ...waiting("app", "CrashLoopBackOff"), restartCount: 3, lastState: ended(1) };
const of = (status: ContainerStatus, more: Partial<Pod["spec"]> = {}, isReady = false) =>
  pod("web", { spec: more, status: onNode(600, [status], isReady) });

describe("whose log is read", () => {
  const rows: readonly [string, Pod, readonly { container: string; previous: boolean }[]][] = [
    ["one in back-off: that of the run before", of(crashing), [{ container: "app", previous: true }]],
    [
      "one that ended and was not restarted yet: the current one",
      of({ ...crashing, state: ended(1) }),
      [{ container: "app", previous: false }],
    ],
    [
      "one that ended with success and is to go on",
      of({ ...crashing, state: ended(0, "Completed") }),
      [{ container: "app", previous: false }],
    ],
    ["one that is done: none", of({ ...crashing, state: ended(0, "Completed") }, { restartPolicy: "Never" }), []],
    ["one that never ran: none", of({ ...crashing, lastState: ended(128, "StartError") }), []],
    ["one that is created: none", of(waiting("app", "ContainerCreating")), []],
    ["one that runs and never ended: none", of(running("app", 500), {}, true), []],
    [
      "one that runs well since long: none",
      of(running("app", 5000, { restartCount: 4, lastState: ended(1, "Error", 5010) }), {}, true),
      [],
    ],
    [
      "one that runs for a moment after a crash",
      of(running("app", 3, { restartCount: 4, lastState: ended(1) }), {}, true),
      [{ container: "app", previous: true }],
    ],
    [
      "one that is being deleted: none",
      { ...of(crashing), metadata: { ...of(crashing).metadata, deletionTimestamp: NOW } },
      [],
    ],
  ];
  test.each(rows)("%s", (_what, target, wanted) => {
    const policy = { restartPolicy: "Always", ...target.spec };
    expect(wantedLogs({ ...target, spec: policy }, new Date(NOW))).toEqual(wanted);
  });

  test("an init container that runs for long, and not one that has just begun", () => {
    const init = (seconds: number) =>
      pod("web", {
        spec: { initContainers: [{ name: "wait" }] },
        status: {
          ...onNode(600, [waiting("app", "PodInitializing")]),
          initContainerStatuses: [running("wait", seconds, { ready: false })],
        },
      });
    expect(wantedLogs(init(60), new Date(NOW))).toEqual([{ container: "wait", previous: false }]);
    expect(wantedLogs(init(5), new Date(NOW))).toEqual([]);
  });
});

describe("a log that is collected", () => {
  const bounds = { bytes: 65536, milliseconds: 3000 };
  const collectorOf = (answer: Answer<string>, refused = new Map<string, string>()) => {
    const asked: unknown[] = [];
    const api = {
      log: async (...what: unknown[]) => {
        asked.push(what);
        return answer;
      },
    } as unknown as Api;
    return { collector: new Collector(api, refused), asked };
  };

  test("is asked for with its bounds, and kept without its credentials", async () => {
    const { collector, asked } = collectorOf({ state: "ok", body: "dial postgres://shop:hunter2@db:5432 failed\n" });
    expect(await collector.log(pod("web"), "app", true, bounds)).toBe("dial postgres://shop:***@db:5432 failed\n");
    expect(asked).toEqual([["shop", "web", "app", { previous: true, ...bounds }]]);
    expect(collector.gathered().logs).toEqual([
      {
        namespace: "shop",
        pod: "web",
        container: "app",
        previous: true,
        text: "dial postgres://shop:***@db:5432 failed\n",
      },
    ]);
  });

  test("is a gap where it may not be read", async () => {
    const right = "get pods/log in namespace shop";
    const { collector } = collectorOf({ state: "forbidden", message: "no", right });
    expect(await collector.log(pod("web"), "app", true, bounds)).toBeUndefined();
    expect(collector.gathered().gaps).toContainEqual({
      kind: "Log",
      namespace: "shop",
      name: "web/app",
      state: "forbidden",
      message: "no",
      right,
    });
  });

  test("is not asked for where the user does not want it", async () => {
    const { collector, asked } = collectorOf({ state: "ok", body: "x" }, new Map([["Log", "--no-logs was given"]]));
    await collector.log(pod("web"), "app", true, bounds);
    expect(asked).toEqual([]);
    expect(collector.gathered()).toMatchObject({
      logs: [],
      gaps: expect.arrayContaining([
        { kind: "Log", namespace: "shop", name: "web/app", state: "not-asked", message: "--no-logs was given" },
      ]),
    });
  });
});
