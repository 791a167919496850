import { name, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { agentNotes, brokenAgents, lookAtAgent, nodeName, restartAgent, sandboxRule } from "./sandbox-rule.ts";

/** The network plugin on the node cannot reach its own agent, or lacks what the agent writes. */
export default sandboxRule({
  id: "sandbox/cni-agent-down",
  title: "The network plugin's agent on the node does not work",
  causes: ["cni-agent-down"],
  confidence: (failure, input) =>
    brokenAgents(input, failure.error.names.plugin).length > 0 ||
    /check that the|is the (?:agent|.*container) running/i.test(failure.message)
      ? "certain"
      : "likely",
  evidence: (failure, input): readonly Evidence[] =>
    brokenAgents(input, failure.error.names.plugin)
      .slice(0, 2)
      .flatMap((agent) => {
        const index = agent.status?.containerStatuses?.findIndex(({ state }) => state?.waiting?.reason) ?? -1;
        return index >= 0
          ? [seen(agent, `status.containerStatuses[${index}].state.waiting.reason`, `pod ${agent.metadata.name}`)]
          : [];
      }),
  headline: (failure, input) => {
    const [agent] = brokenAgents(input, failure.error.names.plugin);
    const plugin = failure.error.names.plugin;
    return agent
      ? text`The pod network of node ${nodeName(input)} is down: its agent, pod ${name(`${agent.metadata.namespace}/${agent.metadata.name}`)}, does not run.`
      : text`The pod network${plugin ? text` (${name(plugin)})` : ""} cannot be set up on node ${nodeName(input)}: its agent there does not answer.`;
  },
  why: (failure) =>
    text`The network plugin${failure.error.names.plugin ? text` ${name(failure.error.names.plugin)}` : ""} needs the agent that runs on each node, and says: ${value(failure.error.words)}.`,
  notes: (failure, input) => agentNotes(input, failure.error.names.plugin),
  fixes: (failure, input) => [
    lookAtAgent(input, failure.error.names.plugin, text`See why the agent does not work.`),
    ...restartAgent(input, failure.error.names.plugin, text`Or have it made anew.`),
  ],
  doc: {
    means:
      "The CNI plugin is a small program that asks an agent (calico-node, cilium-agent, aws-node …) or reads files that it writes; these are not there.",
    seenIn:
      "FailedCreatePodSandBox with the plugin's words: `dial unix …sock: connect: connection refused`, `stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running`, `open /run/flannel/subnet.env: no such file or directory` (CNI plugins).",
    repair: "Repair the agent's pod on the node.",
    notToConfuseWith:
      "sandbox/net-not-ready: there the runtime has no configuration at all. sandbox/cni-api-unreachable: there it is the API server that does not answer. sandbox/runtime-down: the socket is the runtime's own.",
    catalogue: ["sandbox-cni-agent-down"],
  },
});
