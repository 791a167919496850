import { kubectl } from "../../text/command.ts";
import { count, name, type Text, text, value } from "../../text/text.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, podsOfNode } from "../repair.ts";
import { agentNotes, lookAtAgent, nodeName, nodeOf, sandboxRule, shortWords } from "./sandbox-rule.ts";

/** The network has no address left for another pod. */
export default sandboxRule({
  id: "sandbox/ip-exhausted",
  title: "No IP address is left for the pod",
  causes: ["ip-exhausted"],
  headline: ({ error: { names } }, input) =>
    text`The pod network has no free IP address left on node ${nodeName(input)}${names.range ? text` (range ${value(names.range)})` : ""}.`,
  why: (failure) =>
    text`The network plugin${failure.error.names.plugin ? text` ${name(failure.error.names.plugin)}` : ""} gives each pod an address and says: ${shortWords(failure, 160)}. The range is used up by pods, or by addresses of former pods that were never given back.`,
  notes: ({ error: { names } }, input) => [...rangeNotes(input), ...agentNotes(input, names.plugin)],
  fixes: (failure, input) => [
    adminTask(
      text`See how many pods the node has and how large its range is.`,
      podsOfNode(input),
      kubectl("reads", undefined, "get", "node", input.pod.spec.nodeName ?? "", "-o", "yaml"),
    ),
    {
      title: text`Let pods go to other nodes until there is room.`,
      commands: [kubectl("changes", undefined, "cordon", input.pod.spec.nodeName ?? "")],
      applies: "maybe",
      by: "cluster-admin",
    },
    adminTask(
      text`Then enlarge the range: a larger subnet or another pool, fewer pods per node (maxPods); on AWS prefix delegation. Addresses that leaked with host-local stand in /var/lib/cni/networks on the node: remove only those without a pod.`,
    ),
    lookAtAgent(input, failure.error.names.plugin, text`See what the network's agent on the node says.`),
  ],
  doc: {
    means: "The address range of the node (or the cloud's subnet) is used up.",
    seenIn:
      "FailedCreatePodSandBox with `no IP addresses available in range set: …`, `failed to allocate all requested IPs` (host-local), `failed to assign an IP address to container` (AWS VPC CNI), `range is full` (Cilium).",
    repair: "A larger range, fewer pods per node, or cleaning up leaked addresses.",
    notToConfuseWith: "scheduling/too-many-pods: there the scheduler refuses.",
    catalogue: ["sandbox-ip-exhausted"],
  },
});

function rangeNotes(input: PodInput): readonly Text[] {
  const node = nodeOf(input);
  const { podCIDR } = (node?.spec ?? {}) as { podCIDR?: string };
  const bits = Number(/\.\d+\/(\d+)$/.exec(podCIDR ?? "")?.[1]);
  const { items, isComplete } = input.snapshot.list("Pod");
  const here = items.filter(
    ({ spec, status }) => spec.nodeName === input.pod.spec.nodeName && spec.hostNetwork !== true && status?.podIP,
  );
  if (!podCIDR || Number.isNaN(bits)) return [];
  return [
    text`The node's podCIDR ${value(podCIDR)} has room for ${count(Math.max(0, 2 ** (32 - bits) - 3), "pod")}${isComplete && text`; ${count(here.length, "pod")} on it ${here.length === 1 ? "has" : "have"} an address`}.`,
  ];
}
