import { parseImage } from "../../objects/image-reference.ts";
import { text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { useIfNotPresent } from "./never-pull.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { provideCredentials } from "./pull-credentials.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, imageOf, nodeOf, targetOf } from "./words.ts";

/** The node holds the image, but this pod may not use it without showing that it could have pulled it. */
export default pullRule({
  id: "image/credential-verification",
  title: "The image is on the node, but was pulled with credentials that this pod does not have",
  needs: ["Node", "Secret"],
  explains: ["image/auth-missing", "image/auth-rejected", "image/never-pull", "image/pull-secret-missing"],
  fits: (attempt, input) =>
    onNode(attempt, input) !== undefined &&
    verifies(input) &&
    // Where a pull secret is named and the registry was asked, what is wrong with that is the cause.
    (isNever(attempt) || (!hasPullSecret(input) && isDeniedAnew(attempt))),
  confidence: () => "likely",
  evidence: (attempt, input) => {
    const index = onNode(attempt, input);
    return input.node?.state === "found" && index !== undefined
      ? [seen(input.node.object, `status.images[${index}].names`, "held by node")]
      : [];
  },
  headline: (_attempt, input) =>
    hasPullSecret(input)
      ? text`Node ${nodeOf(input)} has the image, but with pull policy Never its kubelet cannot verify the pod's credentials for it.`
      : text`Node ${nodeOf(input)} holds the image, but this pod has no login that shows it may use it.`,
  why: (attempt, input) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}, which was pulled with another pod's credentials. Since Kubernetes 1.35 a pod has to bring its own to use such an image (KubeletEnsureSecretPulledImages); ${
      isNever(attempt)
        ? hasPullSecret(input)
          ? "the kubelet has no record that these credentials pulled it, and with policy Never it does not ask the registry."
          : "with policy Never the kubelet then treats it as absent."
        : "the kubelet asked the registry again, and was refused."
    }`,
  fixes: (attempt, input) =>
    hasPullSecret(input) ? [useIfNotPresent(attempt, input)] : provideCredentials(input, targetOf(attempt)),
  groupKey: ({ image }) => image,
  doc: {
    means:
      "An image that was pulled with a Secret is used only by pods that have the same, or that can pull it themselves; this pod cannot.",
    seenIn:
      "A refused pull, or ErrImageNeverPull, of an image that the node lists in its status [kubelet 1.35+, 1.33+ with the gate KubeletEnsureSecretPulledImages]. No text of the kubelet says so, on purpose.",
    repair: "Give the pod a pull secret for the image.",
    notToConfuseWith: "image/auth-missing: the node does not have the image.",
    catalogue: ["image-credential-verification"],
  },
});

const hasPullSecret = ({ pod }: PodInput) => (pod.spec.imagePullSecrets ?? []).length > 0;

const isNever = ({ reason }: PullAttempt) => reason === "ErrImageNeverPull";

/** With policy Always the registry is asked in any case; with IfNotPresent a pull of an image that is there means this. */
const isDeniedAnew = ({ error, container, volume, reference }: PullAttempt) =>
  error.cause === "denied" &&
  volume === undefined &&
  (container.spec.imagePullPolicy ?? (reference?.tag === "latest" ? "Always" : "IfNotPresent")) === "IfNotPresent";

function onNode({ reference }: PullAttempt, { node }: PodInput): number | undefined {
  if (node?.state !== "found" || !reference) return undefined;
  const index =
    node.object.status?.images?.findIndex(({ names = [] }) =>
      names.some((held) => {
        const its = parseImage(held);
        return (
          its?.host === reference.host &&
          its.repository === reference.repository &&
          (reference.digest ? its.digest === reference.digest : its.tag === reference.tag)
        );
      }),
    ) ?? -1;
  return index < 0 ? undefined : index;
}

/** The check came with 1.33 and is on by default since 1.35; a node that does not tell its version may have it. */
function verifies({ node }: PodInput): boolean {
  const version = node?.state === "found" ? node.object.status?.nodeInfo?.kubeletVersion : undefined;
  const minor = Number(/^v1\.(\d+)/.exec(version ?? "")?.[1]);
  return Number.isNaN(minor) || minor >= 33;
}
