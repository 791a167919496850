import { refTo } from "../../objects/object.ts";
import { isReady } from "../../objects/pod.ts";
import { name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** The kubelet lost a container and made its end up. */
export default defineRule<{ container: string; exitCode: number }>({
  id: "node/container-status-unknown",
  title: "The node lost track of the container",
  effect: "blocks",
  needs: ["Node"],
  explains: ["container/*"],
  check: ({ pod, containers }) =>
    isReady(pod) || pod.metadata.deletionTimestamp
      ? []
      : containers.flatMap(({ name: container, status, statusPath }) => {
          const end = status?.state?.terminated;
          if (end?.reason !== "ContainerStatusUnknown" || !statusPath) return [];
          const path = `${statusPath}.state.terminated`;
          return [
            {
              subject: refTo(pod),
              container,
              confidence: "likely" as const,
              facts: { container, exitCode: end.exitCode },
              evidence: [
                seen(pod, `${path}.reason`, "reason"),
                ...(end.message ? [seen(pod, `${path}.message`, "kubelet")] : []),
              ] as const,
            },
          ];
        }),
  message: ({ facts: { container, exitCode } }, input) => ({
    headline: text`Node ${nodeName(input)} lost track of container ${name(container)}; how it ended is not known.`,
    why: text`The kubelet found no such container in the runtime any more and made up the exit code ${exitCode}: it is no sign of too little memory. The node was restarted, its runtime lost its data, or the pod was evicted for disk.`,
  }),
  fixes: (_match, input) => [
    seeNode(input, text`Whether the node was restarted: look for the event Rebooted.`),
    ...leftover(input),
  ],
  doc: {
    means: "The container vanished while the kubelet was not looking. Exit code and times are the kubelet's invention.",
    seenIn:
      "`terminated` with reason ContainerStatusUnknown, exit code 137, `The container could not be located when the pod was terminated` or `… deleted` (kubelet).",
    repair:
      "Look at the node: a restart, an eviction, a runtime that lost its data. The pod itself is replaced by its owner.",
    notToConfuseWith: "Out of memory: that is OOMKilled. An eviction says so in the pod's reason.",
    catalogue: ["container-status-unknown"],
  },
});
