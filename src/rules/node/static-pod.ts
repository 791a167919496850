import { refTo } from "../../objects/object.ts";
import { isReady } from "../../objects/pod.ts";
import { path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask, isStaticPod } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { nodeName } from "./words.ts";

/** A static pod: what one changes in the API has no effect. */
export default defineRule<{ node: string }>({
  id: "node/static-pod",
  title: "A static pod, which the API cannot change",
  effect: "risks",
  needs: [],
  check: (input) => {
    const { pod } = input;
    if (!isStaticPod(input) || isReady(pod)) return [];
    const hasMark = pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: { node: pod.spec.nodeName ?? "" },
        evidence: [
          hasMark
            ? seen(pod, "metadata.annotations['kubernetes.io/config.mirror']", "mirror of")
            : seen(pod, "metadata.ownerReferences[0].kind", "owner"),
        ] as const,
      },
    ];
  },
  message: (_match, input) => ({
    headline: text`A static pod of node ${nodeName(input)}: to change it, change its manifest file there.`,
    why: text`What the API shows is a mirror. Deleting it does nothing: the kubelet runs what lies in its ${path("staticPodPath")}, by default /etc/kubernetes/manifests. A static pod cannot use Secrets, ConfigMaps or service accounts.`,
  }),
  fixes: (_match, input) => [
    adminTask(text`Edit the manifest on node ${nodeName(input)}; the kubelet sees the change by itself.`),
  ],
  doc: {
    means: "The kubelet runs the pod from a file on its node; the object in the API is only its image.",
    seenIn: "Annotation kubernetes.io/config.mirror, owner of kind Node.",
    repair: "Edit the file on the node.",
    catalogue: ["static-pod"],
  },
});
