import { expect, test } from "@jest/globals";
import { podInput } from "../../../src/rules/pod-input.ts";
import { verdictOn } from "../../../src/rules/scheduling/verdict.ts";
import { Lookup } from "../../../src/snapshot/lookup.ts";
import { ago, pod, snapshotOf } from "../../support/builders.ts";

/** Of which versions; a reason as that scheduler words it; what it is about. The wordings are those of the catalogue, appendix A. */
const WORDINGS: readonly (readonly [string, string, string])[] = [
  ["≤1.23", "node(s) had taint {dedicated: gpu}, that the pod didn't tolerate", "taint"],
  ["1.24–1.33", "node(s) had untolerated taint {dedicated: gpu}", "taint"],
  ["1.34+", "node(s) had untolerated taint(s)", "taint"],
  ["≤1.32", "node(s) had volume node affinity conflict", "volume"],
  ["1.33+", "node(s) didn't match PersistentVolume's node affinity", "volume"],
  ["≤1.33", "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode", "volume"],
  [
    "1.34+",
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod",
    "volume",
  ],
  ["all", "node(s) had no available disk", "volume"],
  ["all", "node(s) had no available volume zone", "volume"],
  ["all", "node(s) didn't find available persistent volumes to bind", "volume"],
  ["all", "node(s) did not have enough free storage", "volume"],
  ["all", "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)", "volume"],
  ["all", "node(s) exceed max volume count", "volume-limit"],
  ["all", "Insufficient nvidia.com/gpu", "resource"],
  ["all", "Too many pods", "pods"],
  ["all", "node(s) were unschedulable", "unschedulable"],
  ["all", "node(s) didn't match Pod's node affinity/selector", "node-affinity"],
  ["1.32+", "node(s) didn't satisfy plugin(s) [NodeAffinity]", "node-affinity"],
  ["all", "node(s) didn't match scheduler-enforced node affinity", "enforced-affinity"],
  ["all", "node(s) didn't match the requested node name", "node-name"],
  ["all", "node(s) didn't match pod affinity rules", "pod-affinity"],
  ["all", "node(s) didn't match pod anti-affinity rules", "anti-affinity"],
  ["all", "node(s) didn't satisfy existing pods anti-affinity rules", "existing-anti-affinity"],
  ["all", "node(s) didn't match pod topology spread constraints", "spread"],
  ["all", "node(s) didn't match pod topology spread constraints (missing required label)", "spread-label"],
  ["all", "node(s) didn't have free ports for the requested pod ports", "port"],
  ["1.36", "node(s) didn't match Pod's required features", "features"],
  ["1.34+", "cannot allocate all claims", "devices"],
  ["1.34+", "resourceclaim not available on the node", "claim-place"],
  ["an extender", "gpu-broker: no licence left", "other"],
];

/** The whole sentence, in the shapes of the versions: with and without counts, PostFilter parts, dots. */
const SHAPES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "≤1.23",
    "0/3 nodes are available: 1 node(s) had taint {a: b}, that the pod didn't tolerate, 2 Insufficient cpu.",
    ["1 taint", "2 resource"],
  ],
  [
    "1.24–1.25",
    "0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    ["1 taint", "2 resource"],
  ],
  [
    "≤1.25, PreFilter",
    "0/3 nodes are available: 3 pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ["3 claim"],
  ],
  [
    "1.26–1.28",
    "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod..",
    ["3 resource"],
  ],
  [
    "1.26+, PreFilter",
    '0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    ["claim"],
  ],
  [
    "1.34+, PreFilter",
    "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
    ["claim"],
  ],
  [
    "1.34+",
    "0/3 nodes are available: 1 node(s) were unschedulable, 2 Too many pods. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ["1 unschedulable", "2 pods"],
  ],
  [
    "1.34+, devices",
    "0/2 nodes are available: 2 cannot allocate all claims. still not schedulable, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ["2 devices"],
  ],
  [
    "1.34+, a class that is missing",
    "0/2 nodes are available: request card: device class gpu.example.com does not exist. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ["resource-claim"],
  ],
  [
    "preemption not allowed",
    "0/2 nodes are available: 2 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
    ["2 resource"],
  ],
  [
    "preemption under way",
    "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node.",
    ["2 resource"],
  ],
  [
    "coscheduling",
    "0/3 nodes are available: pre-filter pod train-0 cannot find enough sibling pods, current pods number: 2, minMember of group: 3. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    ["gang"],
  ],
  [
    "capacity scheduling",
    "0/3 nodes are available: Pod eq/sum is rejected in PreFilter because ElasticQuota team-a is more than Max. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
    ["elastic-quota"],
  ],
];

function refusals(message: string): readonly string[] {
  const conditions = [
    { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: ago(60) },
  ];
  const web = pod("web", { status: { conditions } });
  const verdict = verdictOn(podInput(web, new Lookup(snapshotOf([web], { targets: [] }))));
  return (verdict?.refusals ?? []).map(({ count, obstacle }) =>
    count === undefined ? obstacle : `${count} ${obstacle}`,
  );
}

test.each(WORDINGS)("%s: %s", (_, reason, obstacle) => {
  expect(refusals(`0/3 nodes are available: 3 ${reason}.`)).toEqual([`3 ${obstacle}`]);
  // In a list too, between others.
  expect(refusals(`0/9 nodes are available: 1 Too many pods, 10 ${reason}, 2 node(s) were unschedulable.`)).toEqual([
    "1 pods",
    `10 ${obstacle}`,
    "2 unschedulable",
  ]);
});

test.each(SHAPES)("%s: %s", (_, message, expected) => {
  expect(refusals(message)).toEqual(expected);
});
