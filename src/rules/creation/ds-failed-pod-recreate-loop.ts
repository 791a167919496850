import { lastSeen, timesSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { look } from "./repair.ts";

interface Facts {
  readonly pod: string;
  readonly node: string;
  readonly times: number;
  /** What the failed pod says of itself, while it is there. */
  readonly reason?: string;
  readonly says?: string;
}

/** The controller waits up to 15 minutes between two tries (kubernetes v1.36 pkg/controller/daemon/daemon_controller.go). */
const LONGEST_WAIT_SECONDS = 900;

/** A node refuses the DaemonSet's pod again and again. */
export default defineWorkloadRule<Facts>({
  id: "creation/ds-failed-pod-recreate-loop",
  title: "A node refuses the DaemonSet's pod again and again",
  effect: "blocks",
  needs: ["Event", "Pod"],
  check: ({ object, events, counts, pods, snapshot }) => {
    const event = events.findLast(({ reason }) => reason === "FailedDaemonPod");
    const [, pod, node] = /Found failed daemon pod [^/]+\/(\S+) on node (\S+),/.exec(event?.message ?? "") ?? [];
    const ago = snapshot.secondsSince(event && lastSeen(event)) ?? 0;
    if (!event || !pod || !node || !counts || counts.ready >= counts.wanted || ago > LONGEST_WAIT_SECONDS) return [];
    const failed = pods.find(({ status }) => status?.phase === "Failed" && status.reason);
    const { reason, message } = failed?.status ?? {};
    const evidence: [Evidence, ...Evidence[]] = [
      seen(event, "message", "event"),
      ...(failed && reason ? [seen(failed, "status.reason")] : []),
    ];
    return [
      {
        subject: refTo(object),
        confidence: "certain",
        evidence,
        facts: { pod, node, times: timesSeen(event), ...(reason && { reason }), ...(message && { says: message }) },
      },
    ];
  },
  message: ({ facts: { node, reason, says } }, { object }) => ({
    headline: text`Node ${name(node)} fails the pod of DaemonSet ${name(object.metadata.name)} again and again${reason && ` (${reason})`}.`,
    why: text`The DaemonSet deletes each failed pod and makes a new one, at growing intervals up to 15 minutes.${says ? text` The pod says: ${value(says)}.` : " Why the node refuses it stands in the status of the failed pod, as long as that is there."}`,
  }),
  fixes: ({ facts: { node } }, { object }) => [
    look(
      text`What the node has left, and what it refuses.`,
      kubectl("reads", undefined, "describe", "node", node),
      kubectl(
        "reads",
        object.metadata.namespace,
        "get",
        "events",
        "--field-selector",
        "involvedObject.kind=Pod,type=Warning",
      ),
    ),
  ],
  groupKey: ({ facts: { node, reason = "" } }) => `${node} ${reason}`,
  doc: {
    means:
      "The kubelet of a node does not admit the DaemonSet's pod (no resources left, node affinity, host ports). The pod fails, is deleted and made anew.",
    seenIn:
      "Event FailedDaemonPod `Found failed daemon pod NAMESPACE/NAME on node NODE, will try to kill it` (all versions).",
    repair: "Repair what the failed pod's status.reason names.",
    notToConfuseWith: "A container that crashes: then the pod stays and restarts.",
    catalogue: ["ds-failed-pod-recreate-loop"],
  },
});
