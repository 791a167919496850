import { name, path, text } from "../../text/text.ts";
import { patchPodSpec } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";
import type { TroubledClaim } from "./claims.ts";

/** The pod was given its node by hand, so the scheduler never asks for its volume. */
export default claimRule({
  id: "volume/pvc-not-bound-on-node",
  title: "The claim waits for the scheduler, and the pod bypasses the scheduler",
  trouble: "not-bound-on-node",
  confidence: () => "likely",
  headline: ({ view }, { pod }) =>
    text`Claim ${name(view.name)} waits for the scheduler to choose a node, but the pod was put on ${name(pod.spec.nodeName ?? "")} without it.`,
  why: ({ view }) =>
    text`Class ${name(view.className ?? "")} binds when the scheduler places the pod (WaitForFirstConsumer). With ${path("spec.nodeName")} in the manifest the scheduler is not asked, so nobody makes the volume, and the kubelet waits without a word.`,
  fixes: (_: TroubledClaim, input) => [
    patchPodSpec(
      input,
      { nodeName: null, nodeSelector: { "kubernetes.io/hostname": input.pod.spec.nodeName ?? "<node>" } },
      text`Choose the node by its label instead of spec.nodeName.`,
      { applies: "maybe" },
    ),
  ],
  doc: {
    means: "spec.nodeName was set by hand and a claim of class WaitForFirstConsumer is still Pending.",
    seenIn:
      "nodeName set, claim Pending without the annotation volume.kubernetes.io/selected-node; no event of the kubelet.",
    repair: "Use a nodeSelector instead of nodeName.",
    catalogue: ["pvc-not-bound-on-node"],
  },
});
