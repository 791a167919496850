import { kubectl } from "../../text/command.ts";
import { count, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { refusalRule } from "./refusal-rule.ts";

/** The nodes have as many volumes attached as they may. */
export default refusalRule({
  id: "scheduling/volume-limit",
  title: "The nodes have as many volumes attached as they may",
  obstacles: ["volume-limit"],
  headline: ({ refusals, lacks }) => {
    const [driver] = lacks.flatMap((lack) => (lack.of === "volume-limit" ? [lack.driver] : []));
    return text`${count(refusals[0]?.count ?? 0, "node")} cannot attach another volume: the limit (max volume count) of ${driver === undefined ? "the storage driver" : text`driver ${name(driver)}`} is reached.`;
  },
  evidence: ({ nearest, lacks }, { snapshot }) => {
    const [lack] = lacks.flatMap((one) => (one.of === "volume-limit" ? [one] : []));
    const csiNode = nearest[0] && snapshot.get("CSINode", undefined, nearest[0].node.name);
    const at = csiNode?.spec?.drivers?.findIndex((one) => one.name === lack?.driver) ?? -1;
    return csiNode && lack && at >= 0
      ? [
          seen(
            csiNode,
            `spec.drivers[${at}].allocatable.count`,
            csiNode.metadata.name,
            text`${count(lack.attached, "volume")} of ${lack.limit} attached or promised, ${lack.wanted} more asked`,
          ),
        ]
      : [];
  },
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
