import { name, text, value } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { agentNotes, lookAtAgent, nodeName, restartAgent, sandboxRule } from "./sandbox-rule.ts";

/** The network configuration names a plugin whose program is not on the node. */
export default sandboxRule({
  id: "sandbox/cni-binary-missing",
  title: "A CNI plugin's program is not on the node",
  causes: ["cni-binary-missing"],
  headline: ({ error: { names } }, input) =>
    text`The CNI plugin ${name(names.binary ?? "")} is not installed on node ${nodeName(input)}: ${value(names.dir ?? "")} does not have it.`,
  why: ({ error: { names } }) =>
    text`The node's network configuration names ${name(names.binary ?? "")}, and the container runtime finds no program of that name, so no pod there gets a network.`,
  notes: ({ error: { names } }, input) => agentNotes(input, names.plugin ?? names.binary),
  fixes: ({ error: { names } }, input) => [
    adminTask(
      text`Install it on the node: the package containernetworking-plugins has bridge, portmap, loopback and others; ${name("flannel")}, calico and their like are put there by their own DaemonSets.`,
    ),
    lookAtAgent(
      input,
      names.plugin ?? names.binary,
      text`See the DaemonSet's pod on the node that should have installed it.`,
    ),
    ...restartAgent(
      input,
      names.plugin ?? names.binary,
      text`Or have that pod made anew: most install their programs when they start.`,
    ),
  ],
  doc: {
    means:
      "The CNI configuration (or a chained plugin in it) refers to a program that is not in the runtime's bin directory.",
    seenIn:
      'Event FailedCreatePodSandBox with `failed to find plugin "x" in path [/opt/cni/bin]` (libcni, all runtimes).',
    repair: "Install the CNI programs on the node.",
    notToConfuseWith: "sandbox/net-not-ready: there the configuration is missing.",
    catalogue: ["sandbox-cni-binary-missing"],
  },
});
