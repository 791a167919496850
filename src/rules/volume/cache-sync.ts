import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask, look } from "../repair.ts";
import { mountRule, nodeName } from "./mount-rule.ts";

/** The kubelet's copy of the Secrets and ConfigMaps is not filled yet. Heals by itself. */
export default mountRule({
  id: "volume/cache-sync",
  title: "The kubelet has not read the objects of a volume yet",
  causes: ["cache-sync", "not-registered"],
  effect: "delays",
  confidence: () => "likely",
  headline: ({ called, error }, input) =>
    text`The kubelet of node ${nodeName(input)} has not read ${error.names.object === undefined ? `the ${error.names.kind === "secret" ? "Secrets" : "ConfigMaps"}` : name(error.names.object)} for volume ${name(called)} yet.`,
  why: () =>
    text`That is usual for some seconds after the kubelet starts or gets a pod. If it stays, the API server is slow or out of the node's reach.`,
  fixes: (_, { pod }) => [
    look(text`Watch it go on.`, kubectl("reads", pod.metadata.namespace, "get", "pod", pod.metadata.name, "--watch")),
    adminTask(
      text`If it stays, look at the node.`,
      kubectl("reads", undefined, "describe", "node", pod.spec.nodeName ?? ""),
    ),
  ],
  doc: {
    means: "The kubelet mounts from its own copy of the objects, and this copy is not filled yet.",
    seenIn:
      'Event FailedMount `failed to sync secret cache: timed out waiting for the condition`, `failed to sync configmap cache: …`, `object "ns"/"name" not registered` (kubelet, all versions).',
    repair: "Wait; if it stays, see how the node reaches the API server.",
    notToConfuseWith: "volume/secret-missing: there the API server answered that it is not there.",
    catalogue: ["mount-cache-sync", "mount-object-not-registered"],
  },
});
