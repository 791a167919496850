import { expect, test } from "@jest/globals";
import { timelineOf } from "../../src/report/timeline.ts";
import { podInput } from "../../src/rules/pod-input.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { plain } from "../../src/text/text.ts";
import { event, pod, snapshotOf } from "../support/builders.ts";

test("within a second the timeline keeps the order of the events, whoever's times have fractions", () => {
  const it = pod("web", { metadata: { creationTimestamp: "2026-03-04T11:50:00Z" } });
  const scheduled = event(it, "Scheduled", "Successfully assigned shop/web to worker-1", {
    eventTime: "2026-03-04T11:50:00.664000Z",
    firstTimestamp: undefined,
    lastTimestamp: undefined,
  } as Parameters<typeof event>[3]);
  const pulling = event(it, "Pulling", 'Pulling image "web"', {
    count: 5,
    firstTimestamp: "2026-03-04T11:50:00Z",
    lastTimestamp: "2026-03-04T11:53:00Z",
  });
  const timeline = timelineOf(podInput(it, new Lookup(snapshotOf([it, scheduled, pulling]))));
  expect(timeline.map(({ what }) => plain(what).split(":")[0])).toEqual(["created", "Scheduled", "Pulling"]);
});
