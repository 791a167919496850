import { name, text } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, editImage, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The image has no variant for the node's platform. */
export default pullRule({
  id: "image/platform",
  title: "The image has no variant for the node's platform",
  causes: ["platform"],
  headline: (attempt, input) => {
    const platform = platformOf(attempt, input);
    return text`The image has no variant for ${platform ? text`${name(platform)}, the platform of` : "the platform of"} node ${nodeOf(input)}.`;
  },
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${imageOf(attempt)}. The registry has the image, built for other processor architectures or operating systems only.`,
  notes: reachNotes,
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`Use an image that has this platform, or build it for both (docker buildx build --platform …).`,
    ),
    ...otherNodes(input),
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "The image index lists no manifest for the operating system and architecture of the node.",
    seenIn:
      "`no match for platform in manifest` (containerd; ends in `not found`), `no image found in manifest list` (CRI-O), `no matching manifest for` (Docker).",
    repair: "Build for the platform, or select nodes by kubernetes.io/arch.",
    notToConfuseWith:
      "container/exec-format: an image of one platform that is pulled without a check and fails to run.",
    catalogue: ["image-platform"],
  },
});

/** `linux/arm64`: by the node's own account, else by the words of CRI-O and Docker. */
function platformOf({ error }: PullAttempt, { node }: PodInput): string | undefined {
  const info = node?.state === "found" ? node.object.status?.nodeInfo : undefined;
  if (info?.operatingSystem && info.architecture) return `${info.operatingSystem}/${info.architecture}`;
  const [, architecture, system] =
    /for architecture "?([^",]+)"?,(?: variant "[^"]*",)? OS "?([^",]+)"?/.exec(error.detail) ?? [];
  return architecture ? `${system}/${architecture}` : /no matching manifest for (\S+)/.exec(error.detail)?.[1];
}

/** Where the cluster has nodes of other architectures, the pod may go there instead. */
function otherNodes(input: PodInput): readonly Fix[] {
  const own = input.node?.state === "found" ? input.node.object.status?.nodeInfo?.architecture : undefined;
  const others = new Set(
    input.snapshot
      .list("Node")
      .items.flatMap(({ status }) => status?.nodeInfo?.architecture ?? [])
      .filter((one) => one !== own),
  );
  return [...others]
    .sort()
    .map((architecture) =>
      patchPodSpec(
        input,
        { nodeSelector: { "kubernetes.io/arch": architecture } },
        text`Or send the pod to nodes with ${name(architecture)}, if the image has that.`,
        { applies: "maybe" },
      ),
    );
}
