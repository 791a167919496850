import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { look } from "../repair.ts";
import { mountRule } from "./mount-rule.ts";

/** A projected certificate or trust bundle cannot be had. */
export default mountRule({
  id: "volume/trust-bundle",
  title: "A projected trust bundle or certificate cannot be had",
  causes: ["trust-bundle"],
  headline: ({ called, error: { words } }) =>
    text`Volume ${name(called)} cannot be filled: ${value(words.length > 110 ? `${words.slice(0, 109)}…` : words)}.`,
  why: () =>
    text`It projects a ClusterTrustBundle (by name, or by signerName and labels) or a pod certificate, and the kubelet could not get it.`,
  fixes: (_, { pod }) => [
    look(text`See which bundles there are.`, kubectl("reads", undefined, "get", "clustertrustbundles", "-A")),
    look(
      text`See what the volume asks for.`,
      kubectl("reads", pod.metadata.namespace, "get", "pod", pod.metadata.name, "-o", "yaml"),
    ),
  ],
  doc: {
    means: "A source clusterTrustBundle or podCertificate of a projected volume fails.",
    seenIn:
      "Event FailedMount `ClusterTrustBundle projection requires either name or signerName to be set` and others (kubelet; features ClusterTrustBundleProjection, PodCertificateRequest).",
    repair: "Set name or signerName; create the bundle.",
    catalogue: ["mount-clustertrustbundle"],
  },
});
