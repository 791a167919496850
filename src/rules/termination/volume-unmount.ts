import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { nodeHealth } from "../node/health.ts";
import { nodeName, seeNode } from "../node/words.ts";
import { adminTask } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { deletionOf, eventSince, isOverdue } from "./deletion.ts";
import { forceDelete, forceRisk } from "./force.ts";

/** All has ended, nothing holds the object, and it stays: what is left for the kubelet is to unmount. */
export default defineRule<{ overdueSeconds: number; volumes: readonly string[] }>({
  id: "termination/volume-unmount",
  title: "The deleted pod's volumes are not unmounted",
  effect: "blocks",
  needs: ["Node", "Event"],
  check: (input) => {
    const deletion = deletionOf(input);
    const { pod, containers } = input;
    if (
      !deletion ||
      !isOverdue(deletion) ||
      !pod.spec.nodeName ||
      deletion.finalizers.length > 0 ||
      deletion.running.length > 0
    )
      return [];
    const health = nodeHealth(input)?.state;
    if (
      (health !== "ready" && health !== "unknown") ||
      eventSince(input, deletion, "FailedKillPod", "ExceededGracePeriod")
    )
      return [];
    if (!containers.some(({ status }) => status?.state?.terminated)) return [];
    const volumes = (pod.spec.volumes ?? [])
      .filter((volume) =>
        ["persistentVolumeClaim", "ephemeral", "csi", "nfs", "iscsi", "fc", "cephfs", "rbd"].some(
          (kind) => volume[kind] !== undefined,
        ),
      )
      .map(({ name: volume }) => volume);
    return [
      {
        subject: refTo(pod),
        confidence: "possible" as const,
        facts: { overdueSeconds: -deletion.secondsLeft, volumes },
        evidence: [
          seen(pod, "metadata.deletionTimestamp", "delete by"),
          ...(pod.status?.phase ? [seen(pod, "status.phase", "phase")] : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { overdueSeconds, volumes } }, input) => ({
    headline: text`Deleted and ended ${duration(overdueSeconds)} ago; the kubelet has not let go of it${volumes.length > 0 && text`, most likely because of ${list(volumes.map(name))}`}.`,
    why: text`No finalizer holds it and no container runs. What the kubelet still has to do before the object goes is to unmount the volumes and to remove the pod's cgroup; only its log tells which of the two fails.`,
    notes: [forceRisk(input)],
  }),
  fixes: (_match, input) => [
    seeNode(input, text`The volumes that the node says are in use (volumesInUse), and its events.`),
    adminTask(
      text`Whether the storage driver's pod runs on the node.`,
      kubectl(
        "reads",
        undefined,
        "get",
        "pods",
        "--all-namespaces",
        "--field-selector",
        `spec.nodeName=${input.pod.spec.nodeName ?? ""}`,
      ),
    ),
    adminTask(text`On node ${nodeName(input)}: the kubelet's log says which volume it cannot unmount.`),
    forceDelete(input, text`Last resort, when nothing of it is mounted any more: remove the object.`),
  ],
  doc: {
    means:
      "All containers of the deleted pod have ended, and the kubelet does not confirm: it cannot unmount a volume or remove the cgroup. No event tells of it.",
    seenIn: "deletionTimestamp long past, containers terminated, no finalizers, a node that is Ready.",
    repair: "Look at the storage driver on that node and at the kubelet's log.",
    notToConfuseWith: "termination/kill-failed: there events tell of a failed kill.",
    catalogue: ["term-volume-unmount", "term-dra-unprepare"],
  },
});
