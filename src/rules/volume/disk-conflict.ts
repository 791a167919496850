import { kubectl } from "../../text/command.ts";
import { text } from "../../text/text.ts";
import { look } from "../repair.ts";
import { nodeRefusalRule } from "./node-refusal-rule.ts";
import { recreateStrategy } from "./strategy.ts";

/** A disk of an in-tree type is mounted by another pod of the node. */
export default nodeRefusalRule({
  id: "volume/disk-conflict",
  title: "Another pod on the node uses the same disk",
  words: /no available disk/,
  needs: ["Pod"],
  claim: () => undefined,
  headline: () => text`A disk of the pod is in use by another pod, and its type cannot be shared.`,
  why: () =>
    text`Disks of the types gcePersistentDisk, awsElasticBlockStore, iscsi and rbd, named in the pod itself, can be written by one pod alone.`,
  fixes: (_, input) => [
    ...recreateStrategy(input),
    look(
      text`Find the pod that uses the disk.`,
      kubectl("reads", input.pod.metadata.namespace, "get", "pods", "-o", "yaml"),
    ),
  ],
  doc: {
    means: "In-tree disk volumes of single use conflict with another pod's.",
    seenIn: "`node(s) had no available disk` (kube-scheduler, plugin VolumeRestrictions, all versions).",
    repair: "End the other pod first, or use a disk of its own.",
    catalogue: ["vol-disk-conflict"],
  },
});
