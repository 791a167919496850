import { name, text, value } from "../../text/text.ts";
import { claimRule } from "./claim-rule.ts";
import { describeClaim } from "./claim-words.ts";

/** The claim is not bound, and what is known does not say why. */
export default claimRule({
  id: "volume/pvc-unbound-immediate",
  title: "The claim is not bound",
  trouble: "unbound",
  needs: ["PersistentVolumeClaim", "StorageClass", "Event"],
  confidence: () => "possible",
  headline: ({ view }) => text`PersistentVolumeClaim ${name(view.name)} has no volume yet.`,
  why: ({ view, event }) =>
    text`${event ? text`Its newest event says: ${value(event.message ?? "")}. ` : "Nothing that could be read says why; its events are kept for an hour. "}${view.storageClass?.state === "unknown" ? text`Class ${name(view.className ?? "")} could not be read. ` : ""}The scheduler considers no node for a pod with an unbound claim.`,
  fixes: ({ view }, input) => [describeClaim(view, input, text`See its class and its newest events.`)],
  doc: {
    means: "A claim of the pod is Pending, and neither its events nor its class tell the cause.",
    seenIn:
      "`pod has unbound immediate PersistentVolumeClaims` (kube-scheduler, all versions); from 1.34 followed by `not found`, which says nothing.",
    repair: "Look at the claim's events.",
    notToConfuseWith: "The other volume/pvc-… rules, which name the cause.",
    catalogue: ["pvc-unbound-immediate"],
  },
});
