import { sizeOf } from "../../objects/persistent-volume-claim.ts";
import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { remakeClaim } from "./claim-words.ts";
import { nodeRefusalRule } from "./node-refusal-rule.ts";

/** The driver tells how much storage each node can reach, and it is not enough. */
export default nodeRefusalRule({
  id: "volume/pvc-capacity",
  title: "No node can reach enough free storage of the claim's class",
  words: /did not have enough free storage/,
  needs: ["PersistentVolumeClaim", "CSIStorageCapacity"],
  claim: (claims) => claims.find(({ claim }) => claim && claim.status?.phase !== "Bound"),
  headline: (claim) =>
    claim?.claim
      ? text`No node reaches ${sizeOf(claim.claim)} of free storage of class ${name(claim.className ?? "")}, which claim ${name(claim.name)} asks for.`
      : text`No node reaches enough free storage for a claim of the pod.`,
  why: () =>
    text`The driver publishes how much is free in CSIStorageCapacity objects, and the scheduler refuses every node whose amount is too small.`,
  fixes: (claim, input) => [
    adminTask(
      text`See what the driver tells, and free or add storage.`,
      kubectl("reads", undefined, "get", "csistoragecapacities", "-A"),
    ),
    ...(claim ? [remakeClaim(claim, input, text`Or make the claim anew with a smaller size.`)] : []),
  ],
  doc: {
    means: "The CSI driver tracks capacity, and no node has enough of it for the claim.",
    seenIn: "`node(s) did not have enough free storage` (kube-scheduler, all versions).",
    repair: "Free or add storage; see that the driver publishes its capacity.",
    catalogue: ["pvc-capacity"],
  },
});
