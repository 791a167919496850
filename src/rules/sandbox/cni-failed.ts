import { name, text, value } from "../../text/text.ts";
import { agentNotes, lookAtAgent, nodeName, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The network plugin fails in words that fit no better rule. */
export default sandboxRule({
  id: "sandbox/cni-failed",
  title: "The pod's network cannot be set up",
  causes: ["cni-failed"],
  headline: (failure, input) =>
    text`The network plugin${failure.error.names.plugin ? text` ${name(failure.error.names.plugin)}` : ""} of node ${nodeName(input)} cannot give the pod a network: ${shortWords(failure)}`,
  why: ({ error: { words } }) =>
    text`The volumes are mounted; the container runtime asked the CNI plugin for the pod's network, and it failed: ${value(words)}.`,
  notes: ({ error: { names } }, input) => agentNotes(input, names.plugin),
  fixes: ({ error: { names } }, input) => [
    lookAtAgent(input, names.plugin, text`See what the network's agent on the node says.`),
  ],
  doc: {
    means: "The CNI plugin of the node returns an error of its own.",
    seenIn:
      'Event FailedCreatePodSandBox `failed to setup network for sandbox "…": plugin type="X" name="Y" failed (add): …` (containerd), `error adding pod … to CNI network "Y"` (CRI-O), `networkPlugin cni failed to set up pod` (Docker); `netplugin failed with no error message` where the plugin ended without a word (libcni). Ids in it change with each try, so the events pile up.',
    repair: "The plugin's agent on the node knows more.",
    notToConfuseWith: "sandbox/ip-exhausted, sandbox/cni-agent-down, sandbox/cni-binary-missing, which name the cause.",
    catalogue: ["sandbox-cni-failed"],
  },
});
