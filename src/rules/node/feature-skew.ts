import { text, value } from "../../text/text.ts";
import { byReason, verdictRule } from "./verdict.ts";
import { leftover, nodeName, seeNode } from "./words.ts";

/** Refused, because the node is too old or set up otherwise. */
export default verdictRule<{ message: string }>({
  id: "node/feature-skew",
  title: "Refused, because the node is too old or set up otherwise",
  needs: ["Node"],
  read: byReason(
    "PodFeatureUnsupported",
    "SupplementalGroupsPolicyNotSupported",
    "PodLevelResourcesNotSupported",
    "InitContainerRestartPolicyForbidden",
  ),
  headline: (_more, input) => text`Refused: node ${nodeName(input)} lacks a feature that the pod uses.`,
  why: ({ message }) =>
    text`The API server accepted the pod, and the kubelet of this node is older or has the feature turned off. It says ${value(message)}.`,
  fixes: (_more, input) => [seeNode(input, text`The node, and what runs on it.`), ...leftover(input)],
  doc: {
    means: "The API server knows a field that this node's kubelet does not support.",
    seenIn:
      "Phase Failed, reason PodFeatureUnsupported (1.35 and later), SupplementalGroupsPolicyNotSupported (1.33 and later), PodLevelResourcesNotSupported or InitContainerRestartPolicyForbidden.",
    repair: "Upgrade the node, or keep the pod away from it.",

    catalogue: ["admit-feature-skew"],
  },
});
