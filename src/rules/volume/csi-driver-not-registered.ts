import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, podsOfNode } from "../repair.ts";
import { driverPods } from "./claim-words.ts";
import { driverOf, mountRule, nodeName, VolumeText } from "./mount-rule.ts";

/** The driver's part on the node is not running, so nobody can mount its volumes there. */
export default mountRule({
  id: "volume/csi-driver-not-registered",
  title: "The CSI driver is not registered on the node",
  causes: ["csi-driver-not-registered"],
  needs: ["Event", "CSINode", "Pod"],
  evidence: (_, { pod, snapshot }) => {
    const node = snapshot.get("CSINode", undefined, pod.spec.nodeName ?? "");
    return node?.spec?.drivers
      ? [
          seen(
            node,
            "spec.drivers",
            "drivers of the node",
            text`${node.spec.drivers.length > 0 ? list(node.spec.drivers.map((one) => one.name)) : "none"}`,
          ),
        ]
      : [];
  },
  headline: (failure, input) =>
    text`CSI driver ${name(driverOf(failure, input) ?? "")} is not running on node ${nodeName(input)}, which has to mount ${failure.claim ? text`claim ${name(failure.claim.name)}` : text`volume ${name(failure.called)}`}.`,
  why: (failure, input) => {
    const there = driversOf(input);
    return text`${VolumeText(failure)} belongs to that driver. Its node plugin registers with the kubelet; ${there === undefined ? "on this node it has not" : there.length > 0 ? text`this node has ${list(there.map(name))} alone` : "no driver has on this node"}.`;
  },
  notes: (failure, input): readonly Text[] => {
    const driver = driverOf(failure, input) ?? "";
    const here = driverPods(driver, input).filter(({ spec }) => spec.nodeName === input.pod.spec.nodeName);
    const broken = here.filter(({ status }) => status?.containerStatuses?.some(({ ready }) => !ready));
    const alike = (driversOf(input) ?? []).filter(
      (one) => one.split(".")[0] === driver.split(".")[0] || one.endsWith(driver) || driver.endsWith(one),
    );
    return [
      broken.length > 0 &&
        text`Its pod ${list(broken.map(({ metadata }) => name(`${metadata.namespace}/${metadata.name}`)))} on this node is not ready.`,
      alike.length > 0 &&
        text`The node has ${list(alike.map(name))}: perhaps the same driver under another name; the volume's name of it cannot be changed.`,
      text`On a node that has just started this passes by itself once the plugin is up.`,
    ].filter((note): note is Text => note !== false);
  },
  fixes: (failure, input) => [
    adminTask(
      text`See whether the driver's DaemonSet has a ready pod on the node; taints that it does not tolerate are a usual reason that it has none.`,
      podsOfNode(input),
      kubectl("reads", undefined, "get", "csinode", input.pod.spec.nodeName ?? "", "-o", "yaml"),
    ),
    adminTask(
      text`If it is not installed, install ${name(driverOf(failure, input) ?? "")}, or repair its pod on the node.`,
    ),
  ],
  doc: {
    means:
      "A CSI volume is mounted by the driver's node plugin, a pod of a DaemonSet. On this node it has not registered.",
    seenIn:
      "Event FailedMount `… driver name D not found in the list of registered CSI drivers` (kubelet, all versions); CSINode has no driver D.",
    repair: "Install or repair the driver's DaemonSet on the node.",
    notToConfuseWith: "volume/attach-failed: attaching is done by the driver's controller.",
    catalogue: ["mount-csi-driver-missing"],
  },
});

const driversOf = ({ pod, snapshot }: PodInput): readonly string[] | undefined =>
  snapshot.get("CSINode", undefined, pod.spec.nodeName ?? "")?.spec?.drivers?.map((one) => one.name);
