import { nodeCondition } from "../../objects/node.ts";
import { text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask } from "../repair.ts";
import { agentNotes, lookAtAgent, nodeName, nodeOf, restartAgent, sandboxRule } from "./sandbox-rule.ts";

/** The node has no pod network: its CNI plugin is not set up, or gone. */
export default sandboxRule({
  id: "sandbox/net-not-ready",
  title: "The network of the node is not ready",
  causes: ["net-not-ready", "cni-uninitialised"],
  evidence: (_, input) => nodeEvidence(input),
  headline: (_, input) =>
    text`The pod network of node ${nodeName(input)} is not ready: its CNI plugin is not set up there.`,
  why: ({ error }) => {
    const directory = DIRECTORY.exec(error.words)?.[1];
    return text`The container runtime finds no valid network configuration${directory !== undefined && text` in ${value(directory)}`}, which the network's agent on the node writes when it is up. Until then no pod gets a network; pods with hostNetwork run.`;
  },
  notes: (failure, input) => agentNotes(input, failure.error.names.plugin),
  fixes: (failure, input) => [
    lookAtAgent(
      input,
      failure.error.names.plugin,
      text`See the network's agent on the node (calico-node, cilium, kube-flannel, aws-node …).`,
    ),
    ...restartAgent(input, failure.error.names.plugin, text`Or have the agent made anew.`),
    adminTask(text`If the cluster has no network plugin at all, install one.`),
  ],
  doc: {
    means:
      "The runtime reports NetworkReady=false: there is no CNI configuration on the node, or the plugin has not started. A node that just booted is like this for a minute.",
    seenIn:
      "Event NetworkNotReady `network is not ready: container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized` (kubelet); `cni config not initialized` in FailedCreatePodSandBox (containerd); the node's Ready condition says the same.",
    repair: "Install or repair the CNI plugin on the node.",
    notToConfuseWith: "sandbox/cni-agent-down: there the plugin is set up and cannot do its work.",
    catalogue: ["net-not-ready", "sandbox-cni-uninitialised"],
  },
});

const DIRECTORY = / in (\/\S{1,500}?)[:.]*(?:\s|$)/;

function nodeEvidence(input: PodInput): readonly Evidence[] {
  const node = nodeOf(input);
  const ready = node && nodeCondition(node, "Ready");
  const index = ready ? (node?.status?.conditions ?? []).indexOf(ready) : -1;
  return node && index >= 0 && /network/i.test(ready?.message ?? "")
    ? [seen(node, `status.conditions[${index}].message`, "node says")]
    : [];
}
