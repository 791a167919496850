import { refTo } from "../../objects/object.ts";
import { isTerminal, podCondition } from "../../objects/pod.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { nodeHealth } from "../node/health.ts";
import { neighboursNote, nodeName, seeNode } from "../node/words.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { deletionOf } from "./deletion.ts";
import { forceDelete, forceRisk } from "./force.ts";

/** Nobody can confirm that the containers have ended: their node is down or gone. */
export default defineRule<{
  node: string;
  state: "not-ready" | "unreachable" | "gone";
  nodeDownSeconds?: number;
  overdueSeconds: number;
}>({
  id: "termination/node-down",
  title: "The deleted pod's node is down",
  effect: "blocks",
  needs: ["Node"],
  explains: [
    "termination/in-grace",
    "termination/kill-failed",
    "termination/volume-unmount",
    "termination/prestop",
    "node/*",
  ],
  check: (input) => {
    const deletion = deletionOf(input);
    const health = deletion && nodeHealth(input);
    if (!deletion || !health || (isTerminal(input.pod) && deletion.finalizers.length > 0)) return [];
    if (health.state === "ready" || health.state === "unknown" || health.state === "told-not-ready") return [];
    // A kubelet that says of itself that it is not ready still ends pods; only when it does not is it the cause.
    if (health.state === "not-ready" && deletion.secondsLeft > -30) return [];
    const { pod } = input;
    // Of a node that is gone the pod garbage collector deletes the pods (kubernetes v1.36 pkg/controller/podgc
    // gc_controller.go gcOrphaned): what remains is held by a finalizer.
    if (health.state === "gone" && deletion.finalizers.length > 0 && deletion.secondsLeft < 0) return [];
    const wasDriven = podCondition(pod, "DisruptionTarget");
    return [
      {
        subject: refTo(pod),
        confidence: health.state === "not-ready" ? ("likely" as const) : ("certain" as const),
        facts: {
          node: pod.spec.nodeName ?? "",
          state: health.state,
          ...(health.state !== "gone" && health.sinceSeconds !== undefined && { nodeDownSeconds: health.sinceSeconds }),
          overdueSeconds: Math.max(0, -deletion.secondsLeft),
        },
        evidence: [
          health.state === "gone"
            ? seen(pod, "spec.nodeName", "node")
            : seen(health.node, `${health.path}.status`, "Ready"),
          seen(pod, "metadata.deletionTimestamp", "delete by"),
          ...(wasDriven?.status === "True" && wasDriven.reason
            ? [
                seen(
                  pod,
                  `status.conditions[${pod.status?.conditions?.indexOf(wasDriven) ?? 0}].reason`,
                  "DisruptionTarget",
                ),
              ]
            : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { state, nodeDownSeconds } }, input) => {
    const since = nodeDownSeconds === undefined ? "" : ` for ${duration(nodeDownSeconds)}`;
    const note = neighboursNote(input);
    return {
      headline:
        state === "gone"
          ? text`It is being deleted, and its node ${nodeName(input)} no longer exists: nobody can confirm that it ended.`
          : state === "unreachable"
            ? text`It is being deleted, and node ${nodeName(input)} has not been heard of${since}: nobody can confirm that it ended.`
            : text`It is being deleted, and node ${nodeName(input)} is not ready${since}: it does not get it done.`,
      why: text`A pod object is removed when its kubelet says that all containers have ended. What the pod says of itself is from before the node went down.`,
      notes: [forceRisk(input), ...(note ? [note] : [])],
      outlook:
        state === "gone"
          ? text`The pod garbage collector removes pods of missing nodes after about 40 s.`
          : text`When the node comes back it ends the containers, and the pod goes.`,
    };
  },
  fixes: ({ facts: { node, state } }, input) => [
    ...(state === "gone"
      ? []
      : [
          seeNode(input, text`The node's conditions, and when it was last heard of.`),
          adminTask(text`Bring node ${name(node)} back: the rest then happens by itself.`),
        ]),
    ...(state === "unreachable"
      ? [
          {
            title: text`If the machine is switched off for certain: say so with the taint ${path("out-of-service")}. Its pods are then removed and their volumes detached; take the taint off when it is back.`,
            commands: [
              kubectl(
                "deletes",
                undefined,
                "taint",
                "nodes",
                node,
                "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
              ),
            ],
            applies: "maybe" as const,
            by: "cluster-admin" as const,
          },
        ]
      : []),
    forceDelete(
      input,
      text`If the machine is off for certain and only this pod is in the way: remove the object without its kubelet.`,
    ),
  ],
  groupKey: ({ facts: { node } }) => node,
  doc: {
    means:
      "The pod was deleted, often by the taint manager because the node failed, and the kubelet that has to end its containers does not answer.",
    seenIn: "metadata.deletionTimestamp, and a node whose Ready condition is Unknown or False, or that does not exist.",
    repair:
      "Bring the node back, or take it out of service for certain: the out-of-service taint, or deleting the Node object. Force deletion only when the machine is off: a StatefulSet would have two pods of one name.",
    notToConfuseWith: "A finalizer: there the containers are known to have ended.",
    catalogue: ["term-node-down"],
  },
});
