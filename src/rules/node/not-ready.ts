import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, path, type Text, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { needsItsNode, nodeHealth, secondsUntilEviction } from "./health.ts";
import { neighboursNote, nodeName, seeNode } from "./words.ts";

/** What a kubelet says of itself, by its words (kubernetes v1.36 pkg/kubelet/nodestatus/setters.go ReadyCondition). */
const CAUSES: readonly (readonly [words: RegExp, short: string, long: string])[] = [
  [
    /cni plugin not initialized|NetworkPluginNotReady|NetworkReady=false/i,
    "its pod network (CNI) is not set up",
    "No network plugin has put its configuration on the node, or the plugin's own pod does not run there.",
  ],
  [
    /PLEG is not healthy/,
    "its kubelet no longer learns what its containers do",
    "The container runtime answers too slowly: an overloaded node, a full disk or a runtime that hangs.",
  ],
  [
    /container runtime is down|runtime status check|container runtime not ready/i,
    "its container runtime does not answer",
    "containerd or CRI-O on the node is down or hangs.",
  ],
  [
    /CSINode is not yet initialized/,
    "its kubelet is still starting",
    "The kubelet registers itself with the storage drivers first.",
  ],
  [
    /missing node capacity/,
    "its kubelet does not know its resources yet",
    "The kubelet has just started, or a device plugin is gone.",
  ],
  [/shutting down/i, "it is shutting down", "A node that shuts down ends its pods first."],
];

/** The kubelet itself says that the node is not ready. */
export default defineRule<{
  node: string;
  reason: string;
  message: string;
  sinceSeconds?: number;
  short: string;
  long: string;
}>({
  id: "node/not-ready",
  title: "The node is not ready",
  effect: "blocks",
  needs: ["Node", "Event"],
  explains: ["node/kubelet-not-seen", "volume/*", "sandbox/*", "readiness/*"],
  check: (input) => {
    if (!needsItsNode(input)) return [];
    const health = nodeHealth(input);
    const { pod } = input;
    const node = pod.spec.nodeName ?? "";
    if (health?.state === "told-not-ready")
      return [
        {
          subject: refTo(pod),
          confidence: "likely" as const,
          facts: { node, reason: "NodeNotReady", message: "", short: "", long: "" },
          evidence: [seen(health.event, "message", "node controller")] as const,
        },
      ];
    if (health?.state !== "not-ready") return [];
    const { reason = "", message = "" } = health.condition;
    const [, short = "", long = ""] = CAUSES.find(([words]) => words.test(message)) ?? [];
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: {
          node,
          reason,
          message,
          ...(health.sinceSeconds !== undefined && { sinceSeconds: health.sinceSeconds }),
          short,
          long,
        },
        evidence: [
          seen(health.node, `${health.path}.status`, "Ready"),
          ...(message ? [seen(health.node, `${health.path}.message`, "its kubelet")] : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { sinceSeconds, message, short, long } }, input) => {
    const health = nodeHealth(input);
    const until = health?.state === "not-ready" ? secondsUntilEviction(input, health.node) : undefined;
    const areContainersReady = input.pod.status?.conditions?.some(
      ({ type, status }) => type === "ContainersReady" && status === "True",
    );
    return {
      headline: text`Node ${nodeName(input)} is not ready${short && `: ${short}`}${sinceSeconds !== undefined && `, for ${duration(sinceSeconds)}`}.`,
      why: text`${long ? `${long} ` : message ? text`Its kubelet says ${value(message)}. ` : ""}${
        areContainersReady
          ? text`The pod's containers are ready; the node controller turned ${path("Ready")} to False because of the node, so Services leave the pod out.`
          : text`A node that is not ready starts no pods, or not all of what they need.`
      }`,
      notes: [
        neighboursNote(input),
        input.node?.state === "unknown" && text`The node itself could not be read.`,
      ].filter((note): note is Text => Array.isArray(note)),
      ...(until !== undefined && {
        outlook: text`If the node does not recover, the pod is deleted in ${duration(until)}, for its owner to make another one elsewhere.`,
      }),
    };
  },
  fixes: (_match, input) => {
    const node = input.pod.spec.nodeName ?? "";
    return [
      seeNode(input, text`The node's conditions and events.`),
      adminTask(
        text`The system pods of the node: network plugin, kube-proxy, storage drivers.`,
        kubectl("reads", "kube-system", "get", "pods", "-o", "wide", "--field-selector", `spec.nodeName=${node}`),
      ),
      adminTask(text`Repair the kubelet, runtime or network on node ${name(node)}.`),
    ];
  },
  groupKey: ({ facts: { node, reason } }) => `${node} ${reason}`,
  doc: {
    means:
      "The kubelet of the pod's node works well enough to say that the node is not ready: its network, its runtime or itself.",
    seenIn:
      "Node condition Ready False, reason KubeletNotReady, with the cause in the message. On the pod: event NodeNotReady `Node is not ready` (node controller), Ready False while ContainersReady is True.",
    repair: "Repair what the message names on the node.",
    notToConfuseWith:
      "node/unreachable: there nobody has heard of the node, and the pod's own status is old. A pod with a fault of its own on the same node keeps that fault: it is reported as well.",
    catalogue: ["node-not-ready", "not-ready-node"],
  },
});
