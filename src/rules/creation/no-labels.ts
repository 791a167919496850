import { text } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { patchTemplate } from "./repair.ts";

/** The template has no labels, so the controller could not find its own pods again. */
export default refusalRule<Record<string, never>>({
  id: "creation/no-labels",
  title: "The pod template has no labels",
  read: (message) => (/^unable to create pods, no labels/.test(message) ? {} : undefined),
  message: () => ({
    headline: text`The pod template has no labels.`,
    why: text`A controller finds its pods by their labels, so it makes none without.`,
  }),
  fixes: (_, input) => [
    patchTemplate(
      input,
      { metadata: { labels: { app: "<name>" } } },
      text`Give the template the labels that the selector asks for.`,
    ),
  ],
  doc: {
    means: "The template of a ReplicaSet or ReplicationController has no labels.",
    seenIn: "`unable to create pods, no labels` in FailedCreate (kube-controller-manager, all versions).",
    repair: "Add the labels that the selector asks for.",
    catalogue: ["create-no-labels"],
  },
});
