import { kubectl } from "../../text/command.ts";
import { text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { disruptionRule } from "./disruption.ts";

/** Deleted because a device it uses is tainted. */
export default disruptionRule({
  id: "node/evicted-device-taint",
  title: "Deleted because of a taint of its device",
  reason: "DeletionByDeviceTaintManager",
  isTold: ({ events }) => {
    const event = events.findLast(({ reason }) => reason === "DeviceTaintManagerEviction");
    return event && /^Marking for deletion/.test(event.message ?? "")
      ? seen(event, "message", "device taint manager")
      : undefined;
  },
  headline: () => text`It is being deleted because a device that it uses was tainted NoExecute.`,
  why: () => text`The device's driver, or a DeviceTaintRule of an administrator, marked the device as not to be used.`,
  fixes: () => [
    {
      title: text`The taints: those of drivers are in the ResourceSlices, those of administrators in DeviceTaintRules.`,
      commands: [kubectl("reads", undefined, "get", "resourceslices", "-o", "yaml")],
      applies: "as-is",
      by: "cluster-admin",
    },
  ],
  doc: {
    means: "A device that the pod got through a resource claim carries a NoExecute taint.",
    seenIn: "Condition DisruptionTarget, reason DeletionByDeviceTaintManager; event DeviceTaintManagerEviction.",
    repair: "Look at the device; remove the taint when it works again.",
    catalogue: ["evicted-device-taint"],
  },
});
