import { kubectl } from "../../text/command.ts";
import { count, text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { refusalRule } from "./refusal-rule.ts";

/** The nodes have as many volumes attached as they may. */
export default refusalRule({
  id: "scheduling/volume-limit",
  title: "The nodes have as many volumes attached as they may",
  obstacles: ["volume-limit"],
  headline: ({ refusals }) =>
    text`${count(refusals[0]?.count ?? 0, "node")} cannot attach another volume: the volume limit (max volume count) of the storage driver is reached.`,
  why: () =>
    text`A storage driver says in CSINode how many volumes one node can hold; claims that wait for their first pod count as well.`,
  fixes: () => [
    adminTask(
      text`Add nodes, or spread the pods with volumes over more of them.`,
      kubectl(
        "reads",
        undefined,
        "get",
        "csinodes",
        "-o",
        "custom-columns=NODE:.metadata.name,DRIVERS:.spec.drivers[*].name,LIMITS:.spec.drivers[*].allocatable.count",
      ),
    ),
  ],
  doc: {
    means: "Cloud disks and other volumes can be attached only in a limited number per node.",
    seenIn: "`node(s) exceed max volume count` (kube-scheduler, all versions).",
    repair: "More nodes, or fewer volumes per node.",
    notToConfuseWith: "volume/attach-failed: the attachment was tried and failed.",
    catalogue: ["vol-limit"],
  },
});
