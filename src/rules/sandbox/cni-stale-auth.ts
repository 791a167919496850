import { name, text, value } from "../../text/text.ts";
import { agentNotes, lookAtAgent, nodeName, restartAgent, sandboxRule } from "./sandbox-rule.ts";

/** The network plugin's credentials for the API server are not accepted. */
export default sandboxRule({
  id: "sandbox/cni-stale-auth",
  title: "The API server does not accept the network plugin's credentials",
  causes: ["cni-stale-auth"],
  confidence: () => "likely",
  headline: ({ error: { names } }, input) =>
    text`The network plugin${names.plugin ? text` ${name(names.plugin)}` : ""} on node ${nodeName(input)} has credentials that the API server does not accept.`,
  why: ({ error: { words } }) =>
    text`The plugin asks the API server with a kubeconfig that its agent writes onto the node. The answer was: ${value(words)}. Token or certificate in it has expired, or is of a former cluster.`,
  notes: ({ error: { names } }, input) => agentNotes(input, names.plugin),
  fixes: ({ error: { names } }, input) => [
    ...restartAgent(input, names.plugin, text`Have the agent made anew: it writes the kubeconfig again.`),
    lookAtAgent(input, names.plugin, text`See what the agent says.`),
  ],
  doc: {
    means:
      "The kubeconfig in the node's CNI directory (calico-kubeconfig, multus.kubeconfig …) holds a token or certificate that is no longer valid.",
    seenIn: "FailedCreatePodSandBox with the plugin's `Unauthorized`, `x509: …` (Calico, Multus and others).",
    repair: "Restart the agent on the node, and see that it can renew its token.",
    catalogue: ["sandbox-cni-stale-auth"],
  },
});
