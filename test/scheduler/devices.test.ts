import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { podCondition } from "../../src/objects/pod.ts";
import type { Device } from "../../src/objects/resource-claim.ts";
import { fitsSelector } from "../../src/scheduler/device-selector.ts";
import { FILTERS, fitPod, rebuiltMessage } from "../../src/scheduler/fit.ts";
import { parseFitMessage } from "../../src/scheduler/fit-message.ts";
import { clusterView } from "../../src/scheduler/node-info.ts";
import { Lookup } from "../../src/snapshot/lookup.ts";
import { readSnapshot } from "../../src/snapshot/snapshot-file.ts";
import type { World } from "../../src/world.ts";

const CASES = join(import.meta.dirname, "../cases/scheduling");

/** What kube-scheduler 1.36.3 said of pods with claims and needs: recorded cases. */
const RECORDED = [
  ["DynamicResources", "dra-cannot-allocate/hit-dra-no-driver"],
  ["DynamicResources", "dra-cannot-allocate/hit-dra-selector"],
  ["DynamicResources", "dra-cannot-allocate/hit-dra-taken"],
  ["DynamicResources", "dra-cannot-allocate/hit-dra-class-missing"],
  ["NodeDeclaredFeatures", "declared-features/hit-restart-all-containers"],
] as const;

const reasons = (message: string) =>
  (parseFitMessage(message)?.reasons ?? []).map(({ count, reason }) => `${count} ${reason}`).sort();

describe("devices and features: our filters say what the scheduler said", () => {
  test.each(RECORDED)("%s, %s", async (plugin, folder) => {
    const snapshot = await readSnapshot(join(CASES, folder, "snapshot.json"), { workingDirectory: CASES } as World);
    const lookup = new Lookup(snapshot);
    const [target] = snapshot.targets;
    const pod = lookup.get("Pod", target?.namespace, target?.name ?? "");
    if (!pod) throw new Error("the case has no pod");
    const said = podCondition(pod, "PodScheduled")?.message ?? "";
    const view = clusterView(lookup);
    expect(reasons(rebuiltMessage(fitPod(pod, view)))).toEqual(reasons(said));
    const others = FILTERS.filter(({ name }) => name !== plugin);
    expect(reasons(rebuiltMessage(fitPod(pod, view, others)))).not.toEqual(reasons(said));
  });
});

const device: Device = {
  name: "card-0",
  attributes: { model: { string: "a100" }, "other.example.com/index": { int: 3 }, healthy: { bool: true } },
  capacity: { memory: { value: "40Gi" } },
};
const candidate = { driver: "gpu.example.com", device };

/** An expression, and whether the device above fits it; undefined: we cannot tell. */
const EXPRESSIONS: readonly (readonly [string, boolean | undefined])[] = [
  ["device.driver == 'gpu.example.com'", true],
  ['device.driver == "other.example.com"', false],
  ["device.driver == 'gpu.example.com' && device.attributes['gpu.example.com'].model == 'a100'", true],
  ["device.attributes['gpu.example.com'].model != 'a100'", false],
  ["device.attributes['gpu.example.com'].model in ['h100', 'a100']", true],
  ["device.attributes['gpu.example.com'].model in ['h100']", false],
  ["device.attributes['other.example.com'].index >= 4", false],
  ["device.attributes['gpu.example.com'].healthy", true],
  ["!device.attributes['gpu.example.com'].healthy || device.driver == 'gpu.example.com'", true],
  ["device.capacity['gpu.example.com'].memory.compareTo(quantity('40Gi')) >= 0", true],
  ["device.capacity['gpu.example.com'].memory.isGreaterThan(quantity('40Gi'))", false],
  // What a device does not have ends in an error of CEL, unless the rest decides.
  ["device.attributes['gpu.example.com'].missing == 'x'", undefined],
  ["device.attributes['gpu.example.com'].missing == 'x' && device.driver == 'other.example.com'", false],
  ["device.attributes['gpu.example.com'].missing == 'x' || device.driver == 'gpu.example.com'", true],
  // Not understood.
  ["device.attributes['gpu.example.com'].version.isGreaterThan(semver('1.0.0'))", undefined],
  ["device.attributes.exists(a, a == 'x')", undefined],
  ["cel.bind(d, device.driver, d == 'gpu.example.com')", undefined],
  ["device.driver.startsWith('gpu')", undefined],
  ["device.driver == 'gpu.example.com' &&", undefined],
  ["", undefined],
];

test.each(EXPRESSIONS)("a device and the expression %s", (expression, fits) => {
  expect(fitsSelector(expression, candidate)).toBe(fits);
});
