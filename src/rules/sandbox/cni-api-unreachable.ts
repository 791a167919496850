import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { look, podsOfNode } from "../repair.ts";
import { agentNotes, describeNode, nodeName, sandboxRule } from "./sandbox-rule.ts";

/** The network plugin on the node gets no answer from the API server. */
export default sandboxRule({
  id: "sandbox/cni-api-unreachable",
  title: "The network plugin does not reach the API server from the node",
  causes: ["cni-api-unreachable"],
  confidence: () => "likely",
  headline: ({ error: { names } }, input) =>
    text`The network plugin${names.plugin ? text` ${name(names.plugin)}` : ""} on node ${nodeName(input)} does not reach the API server at ${value(names.server ?? "")}.`,
  why: ({ error: { words } }) =>
    text`It asks the API server about the pod before it gives it an address, and got no answer: ${value(words)}. Other pods of this node cannot get a network either.`,
  notes: ({ error: { names } }, input) => agentNotes(input, names.plugin),
  fixes: ({ error: { names } }, input) => [
    look(
      text`See whether ${value(names.server ?? "")} is the Service of the API server, and what stands behind it.`,
      kubectl("reads", "default", "get", "service", "kubernetes"),
      kubectl("reads", "default", "get", "endpointslices", "-l", "kubernetes.io/service-name=kubernetes"),
    ),
    look(text`If it is: see whether kube-proxy, or what stands in for it, runs on the node.`, podsOfNode(input)),
    describeNode(input, text`Else see the node and its routes.`),
  ],
  doc: {
    means:
      "The CNI plugin talks to the API server, most often through the Service `kubernetes`; the answer does not come. kube-proxy on the node, a firewall or the node's routes are at fault.",
    seenIn:
      'FailedCreatePodSandBox with `error getting ClusterInformation: Get "https://10.96.0.1:443/…": dial tcp 10.96.0.1:443: i/o timeout` and its like (Calico, Multus, Weave and others).',
    repair: "Make the API server reachable from the node.",
    notToConfuseWith:
      "sandbox/cni-agent-down: there it is the plugin's own agent on the node. sandbox/cni-stale-auth: there the API server answers and refuses.",
    catalogue: ["sandbox-cni-failed"],
  },
});
