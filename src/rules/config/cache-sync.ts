import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { adminTask, look } from "../repair.ts";
import { failureRule } from "./failure-rule.ts";

/** The kubelet has not read what it needs from the API server yet. Heals by itself. */
export default failureRule<{ what: "Secrets" | "ConfigMaps" | "Services" }>({
  id: "config/cache-sync",
  title: "The kubelet has not read a Secret, a ConfigMap or the Services yet",
  effect: "delays",
  confidence: "likely",
  needs: ["Node"],
  parse: ({ message }) => {
    const kind = /failed to sync (secret|configmap) cache/.exec(message)?.[1];
    if (kind) return { what: kind === "secret" ? "Secrets" : "ConfigMaps" };
    return /services have not yet been read at least once/.test(message) ? { what: "Services" } : undefined;
  },
  headline: ({ what }, container, { pod }) =>
    text`The kubelet of node ${name(pod.spec.nodeName ?? "")} has not read the ${what} that container ${name(container)} needs.`,
  why: ({ what }) =>
    text`It waits for the API server to answer. That is usual for some seconds after the kubelet starts; if it stays, the API server is slow or out of its reach${what !== "Services" && text`, or the node may not read them`}.`,
  outlook: text`The kubelet tries again every 10 to 15 s.`,
  fixes: (_facts, _container, { pod }) => [
    look(text`Watch it go on.`, kubectl("reads", pod.metadata.namespace, "get", "pod", pod.metadata.name, "--watch")),
    adminTask(
      text`If it stays, look at the node: other pods that start there tell whether the kubelet reaches the API server.`,
      kubectl("reads", undefined, "describe", "node", pod.spec.nodeName ?? ""),
    ),
  ],
  doc: {
    means: "The kubelet keeps a copy of what its pods need, and this copy is not filled yet.",
    seenIn:
      "CreateContainerConfigError with `failed to sync secret cache: timed out waiting for the condition`, `failed to sync configmap cache: …`, `services have not yet been read at least once, cannot construct envvars` (kubelet, all versions).",
    repair: "Wait; if it stays, see how the node reaches the API server.",
    notToConfuseWith: "config/secret-missing: there the API server answered that it is not there.",
    catalogue: ["config-cache-sync"],
  },
});
