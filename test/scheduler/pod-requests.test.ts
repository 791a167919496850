import { expect, test } from "@jest/globals";
import type { Pod } from "../../src/objects/pod.ts";
import { podRequests } from "../../src/scheduler/pod-requests.ts";
import { pod } from "../support/builders.ts";

const asking = (cpu: string) => ({ resources: { requests: { cpu } } });

/** What it shows; spec and status of the pod; thousandths of a CPU that it asks of a node. */
const ROWS: readonly (readonly [string, object, object, bigint])[] = [
  [
    "containers are summed",
    {
      containers: [
        { name: "a", ...asking("1") },
        { name: "b", ...asking("500m") },
      ],
    },
    {},
    1500n,
  ],
  [
    "an init container counts where it asks for more than all others, beside the sidecars before it",
    {
      containers: [{ name: "a", ...asking("1") }],
      initContainers: [
        { name: "side", restartPolicy: "Always", ...asking("200m") },
        { name: "init", ...asking("3") },
      ],
    },
    {},
    3200n,
  ],
  [
    "the pod's own requests stand for those of its containers",
    { containers: [{ name: "a", ...asking("1") }], ...asking("2") },
    {},
    2000n,
  ],
  ["overhead comes on top", { containers: [{ name: "a", ...asking("1") }], overhead: { cpu: "250m" } }, {}, 1250n],
  [
    "a container that is being made smaller counts with what it has still got",
    { containers: [{ name: "a", ...asking("1") }] },
    { containerStatuses: [{ name: "a", allocatedResources: { cpu: "2" }, resources: { requests: { cpu: "2" } } }] },
    2000n,
  ],
  [
    "a container that is being made larger counts with what it wants",
    { containers: [{ name: "a", ...asking("3") }] },
    { containerStatuses: [{ name: "a", allocatedResources: { cpu: "2" }, resources: { requests: { cpu: "2" } } }] },
    3000n,
  ],
  [
    "a resize that can never be does not count",
    { containers: [{ name: "a", ...asking("64") }] },
    {
      conditions: [{ type: "PodResizePending", status: "True", reason: "Infeasible" }],
      containerStatuses: [{ name: "a", allocatedResources: { cpu: "2" }, resources: { requests: { cpu: "2" } } }],
    },
    2000n,
  ],
  [
    "a pod as a whole that is being made smaller counts with what it has still got [1.36]",
    { containers: [{ name: "a", ...asking("1") }], ...asking("2") },
    { allocatedResources: { cpu: "4" }, resources: { requests: { cpu: "4" } } },
    4000n,
  ],
  [
    "and with what it wants where that is more",
    { containers: [{ name: "a", ...asking("1") }], ...asking("6") },
    { allocatedResources: { cpu: "4" }, resources: { requests: { cpu: "4" } } },
    6000n,
  ],
];

test.each(ROWS)("%s", (_, spec, status, milliCpu) => {
  const asked = pod("web", { spec: spec as Pod["spec"], status: { phase: "Running", ...status } as Pod["status"] });
  expect(podRequests(asked).get("cpu")).toBe(milliCpu);
});
