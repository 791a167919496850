import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { ownerFix } from "./repair.ts";

/** An empty selector would take all pods of the namespace; the controller leaves such a workload alone. */
export default defineWorkloadRule<Record<string, never>>({
  id: "creation/owner-selects-all",
  title: "The selector of the workload is empty",
  effect: "blocks",
  needs: ["Event"],
  explains: ["creation/progress-deadline", "creation/owner-not-observed"],
  check: ({ object, events }) => {
    const event = events.findLast(({ reason }) => reason === "SelectingAll");
    return event
      ? [
          {
            subject: refTo(object),
            confidence: "certain" as const,
            evidence: [seen(event, "message", "event")] as const,
            facts: {},
          },
        ]
      : [];
  },
  message: (_, { object }) => ({
    headline: text`${object.kind} ${name(object.metadata.name)} has an empty selector, which would select all pods.`,
    why: text`The controller does nothing for such a workload, lest it takes the pods of others for its own.`,
  }),
  fixes: (_, input) => [
    ownerFix(input, text`Make it anew with a selector: that field cannot be changed.`, [
      kubectl("deletes", input.object.metadata.namespace, "replace", "--force", "-f", "<manifest.yaml>"),
    ]),
  ],
  groupKey: () => "selects all",
  doc: {
    means: "A Deployment or DaemonSet whose selector is empty would own every pod of the namespace.",
    seenIn:
      "Event SelectingAll `This deployment is selecting all pods. A non-empty selector is required.` (all versions).",
    repair: "Create it anew with a selector that fits its template's labels.",
    catalogue: ["owner-selects-all"],
  },
});
