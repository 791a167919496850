import { nearest } from "../../text/nearest.ts";
import { list, name, text } from "../../text/text.ts";
import { resourceRule } from "./resources.ts";

const ORDINARY: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage", "pods"]);

/** No node has the device or the huge pages that the pod asks for. */
export default resourceRule({
  id: "scheduling/insufficient-extended",
  title: "No node offers the device or the huge pages that the pod asks for",
  isMine: (resource) => resource !== "" && !ORDINARY.has(resource),
  notes(resource, { verdict }) {
    const offered = new Set(
      (verdict.fit?.nodes ?? []).flatMap(({ node }) =>
        [...node.allocatable].flatMap(([one, amount]) => (amount > 0n ? [one] : [])),
      ),
    );
    if (!verdict.fit || offered.has(resource)) return [];
    const like = nearest(
      resource,
      [...offered].filter((one) => !ORDINARY.has(one)),
    );
    return [
      text`No node lists ${name(resource)} in status.allocatable: its device plugin is not installed, not running on the node, or the driver is missing.${like.length > 0 && text` Nodes do offer ${list(like.map(name))}.`}`,
    ];
  },
  doc: {
    means:
      "The pod asks for an extended resource, such as nvidia.com/gpu, or for huge pages, and no node that it may use has enough of it left. Where no node lists it at all, the device plugin that should offer it is missing or broken.",
    seenIn: "PodScheduled False, Unschedulable, `Insufficient <resource>` (kube-scheduler, all versions).",
    repair: "Install or repair the device plugin, add nodes that have the device, or correct the resource's name.",
    notToConfuseWith: "A GPU node behind a taint: then scheduling/untolerated-taint says so.",
    catalogue: ["sched-insufficient-extended"],
  },
});
