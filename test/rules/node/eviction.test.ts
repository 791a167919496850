import { expect, test } from "@jest/globals";
import { parseEviction } from "../../../src/rules/node/eviction.ts";

/** Wordings of kubernetes pkg/kubelet/eviction, which end in a blank. */
test.each([
  [
    "1.26 and later",
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 87608Ki. Container app was using 48458972Ki, request is 15Gi, has larger consumption of memory. ",
    {
      kind: "node-low",
      resource: "memory",
      threshold: "100Mi",
      available: "87608Ki",
      containers: [{ name: "app", usage: "48458972Ki", request: "15Gi" }],
    },
  ],
  [
    "up to 1.25, two containers",
    "The node was low on resource: ephemeral-storage. Container a was using 10Mi, which exceeds its request of 0. Container b.c was using 1Gi, which exceeds its request of 5Mi. ",
    {
      kind: "node-low",
      resource: "ephemeral-storage",
      containers: [
        { name: "a", usage: "10Mi", request: "0" },
        { name: "b.c", usage: "1Gi", request: "5Mi" },
      ],
    },
  ],
  [
    "a pod with resources of its own",
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. Pod web was using 2Gi, request is 1Gi, has larger consumption of memory. ",
    {
      kind: "node-low",
      resource: "memory",
      threshold: "100Mi",
      available: "90Mi",
      containers: [],
      pod: { name: "web", usage: "2Gi", request: "1Gi" },
    },
  ],
  ["nobody named", "The node was low on resource: inodes. ", { kind: "node-low", resource: "inodes", containers: [] }],
  [
    "refused on arrival",
    "Pod was rejected: The node had condition: [DiskPressure MemoryPressure]. ",
    { kind: "node-condition", conditions: ["DiskPressure", "MemoryPressure"] },
  ],
  [
    "an emptyDir",
    'Usage of EmptyDir volume "cache" exceeds the limit "5Mi". ',
    { kind: "empty-dir", volume: "cache", limit: "5Mi" },
  ],
  [
    "a container's limit",
    'Container app exceeded its local ephemeral storage limit "1Gi". ',
    { kind: "container-limit", container: "app", limit: "1Gi" },
  ],
  [
    "the pod's limit",
    "Pod ephemeral local storage usage exceeds the total limit of containers 1500Mi. ",
    { kind: "pod-limit", limit: "1500Mi" },
  ],
])("%s", (_what, message, expected) => {
  expect(parseEviction(message)).toEqual(expected);
});

test("other words are no eviction of the kubelet", () => {
  expect(parseEviction("Evicted pod: Underutilized")).toBeUndefined();
});
