import { refTo } from "../../objects/object.ts";
import { duration, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";
import { deletionOf, isOverdue } from "./deletion.ts";
import { forceDelete } from "./force.ts";

/** Deleted before it had a node, and still there. */
export default defineRule<{ overdueSeconds: number }>({
  id: "termination/never-scheduled",
  title: "Deleted before it had a node, and still there",
  effect: "blocks",
  needs: [],
  check: (input) => {
    const deletion = deletionOf(input);
    const { pod } = input;
    if (!deletion || !isOverdue(deletion) || pod.spec.nodeName || deletion.finalizers.length > 0) return [];
    return [
      {
        subject: refTo(pod),
        confidence: "likely" as const,
        facts: { overdueSeconds: -deletion.secondsLeft },
        evidence: [seen(pod, "metadata.deletionTimestamp", "delete by")] as const,
      },
    ];
  },
  message: ({ facts: { overdueSeconds } }) => ({
    headline: text`It was deleted before it had a node, and is still there after ${duration(overdueSeconds)}.`,
    why: text`Without a node no kubelet has to confirm anything, and the pod garbage collector removes such pods within seconds. That it does not points at kube-controller-manager.`,
  }),
  fixes: (_match, input) =>
    [forceDelete(input, text`Nothing of it can be running: remove the object.`)].map((fix) => ({
      ...fix,
      applies: "as-is" as const,
      by: "workload-owner" as const,
    })),
  doc: {
    means: "The pod never got a node, so there is nothing to end. The pod garbage collector should have removed it.",
    seenIn: "deletionTimestamp past, spec.nodeName empty, no finalizers.",
    repair: "Delete it by force; look at kube-controller-manager.",
    catalogue: ["term-never-scheduled"],
  },
});
