import { text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** Kubelet and container runtime use different cgroup drivers. */
export default sandboxRule({
  id: "sandbox/cgroup-driver",
  title: "Kubelet and container runtime use different cgroup drivers",
  causes: ["cgroup-driver"],
  headline: (_, input) =>
    text`On node ${nodeName(input)} the kubelet and the container runtime use different cgroup drivers.`,
  why: (failure) =>
    text`One of them is set to systemd and the other to cgroupfs, so the runtime does not understand the path the kubelet gives it: ${value(failure.error.words)}.`,
  fixes: (_, input) => [
    adminTask(
      text`Set both to systemd: cgroupDriver in the config of the kubelet, SystemdCgroup = true for containerd (or cgroup_manager for CRI-O), then restart both.`,
    ),
    describeNode(input, text`See the state of the node.`),
  ],
  doc: {
    means: "The kubelet names the cgroup of each pod in the form of its driver; the runtime expects that of another.",
    seenIn:
      'FailedCreatePodSandBox with `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups` (runc).',
    repair: "Use one driver on the node, systemd with cgroup v2.",
    catalogue: ["sandbox-runc"],
  },
});
