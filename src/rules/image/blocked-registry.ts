import { name, text } from "../../text/text.ts";
import { adminTask } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, editImage, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The node's configuration blocks the registry. */
export default pullRule({
  id: "image/blocked-registry",
  title: "The node's configuration blocks the registry",
  causes: ["blocked"],
  headline: (attempt, input) =>
    text`Node ${nodeOf(input)} is set up not to pull from ${name(attempt.reference?.host ?? attempt.error.host)}: the registry is blocked.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. CRI-O reads in registries.conf which registries it may use; on OpenShift the cluster's image policy writes that file.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    editImage(attempt, input, text`Use an image from a registry that is allowed.`, "<host/repository:tag>"),
    adminTask(text`Or allow this registry in the cluster's image policy or in registries.conf.`),
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "A rule on the node forbids this registry.",
    seenIn: "`registry \u2026 is blocked in \u2026` (CRI-O).",
    repair: "Allowed registry, or change the rule.",
    catalogue: ["image-blocked-registry"],
  },
});
