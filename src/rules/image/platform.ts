import { compare } from "../../snapshot/lookup.ts";
import { registryObject } from "../../snapshot/registry-answer.ts";
import { count, list, name, text, value } from "../../text/text.ts";
import { type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { patchPodSpec } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { saidOf } from "./registry-said.ts";
import { earlierTry } from "./there-now.ts";
import { askerOf, editImage, imageOf, nodeOf, reachNotes } from "./words.ts";

/** The image has no variant for the node's platform. */
export default pullRule({
  id: "image/platform",
  title: "The image has no variant for the node's platform",
  causes: ["platform"],
  asks: () => text`which platforms the image has`,
  more: (attempt, input) => {
    const offered = offeredTo(attempt, input);
    return offered && { offered, nodes: nodesWith(offered, input) };
  },
  evidence: (attempt, input) => {
    const said = saidOf(attempt.image, input);
    const offered = offeredTo(attempt, input);
    return said && offered
      ? [
          seen(
            registryObject(said.answer),
            `tries[${said.at}].outcome.platforms`,
            "platforms",
            text`${value(offered.join(", "))}`,
          ),
        ]
      : [];
  },
  headline: (attempt, input) => {
    const platform = platformOf(attempt, input);
    const offered = offeredTo(attempt, input);
    return text`The image has no variant for ${platform ? text`${name(platform)}, the platform of` : "the platform of"} node ${nodeOf(input)}${offered && text`; it has ${list(offered.map(name), 3)}`}.`;
  },
  why: (attempt, input) => {
    const offered = offeredTo(attempt, input);
    return text`${askerOf(attempt)} asks for ${imageOf(attempt)}. ${
      offered
        ? text`The registry has it for ${list(offered.map(name), 8)}, and for nothing else.`
        : "The registry has the image, built for other processor architectures or operating systems only."
    }`;
  },
  notes: (attempt, input) => {
    const offered = offeredTo(attempt, input);
    const { isComplete } = input.snapshot.list("Node");
    const fitting = offered && nodesWith(offered, input);
    return [
      ...(fitting && fitting.length === 0 && isComplete
        ? [text`No node of this cluster has one of these platforms.`]
        : fitting && fitting.length > 0
          ? [
              text`${count(fitting.length, "node")} ${fitting.length === 1 ? "has" : "have"} one of them: ${list(fitting.map(name))}.`,
            ]
          : []),
      ...reachNotes(attempt, input),
    ];
  },
  thereNow: (now, attempt, input) => {
    const platform = platformOf(attempt, input);
    const { outcome } = now.said;
    if (outcome.is !== "found" || !platform || !outcome.platforms?.some((one) => isSamePlatform(one, platform)))
      return undefined;
    return {
      headline: text`The image has a variant for ${name(platform)} now; ${earlierTry(now)} did not find one.`,
      was: text`that there is none for ${name(platform)}`,
      became: text`such a variant was pushed`,
    };
  },
  fixes: (attempt, input) => [
    editImage(
      attempt,
      input,
      text`Use an image that has this platform, or build it for both (docker buildx build --platform …).`,
    ),
    ...otherNodes(attempt, input),
  ],
  groupKey: ({ image }) => image,
  doc: {
    means: "The image index lists no manifest for the operating system and architecture of the node.",
    seenIn:
      "`no match for platform in manifest` (containerd; ends in `not found`), `no image found in manifest list` (CRI-O), `no matching manifest for` (Docker). --check-registry lists the platforms there are.",
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

/** The platforms that the registry offers, none of which is the node's; undefined where it was not asked or does not tell. */
function offeredTo(attempt: PullAttempt, input: PodInput): readonly string[] | undefined {
  const outcome = saidOf(attempt.image, input)?.outcome;
  // Signatures and provenance stand in an index as unknown/unknown.
  const platforms =
    outcome?.is === "found" ? outcome.platforms?.filter((one) => !one.startsWith("unknown/")) : undefined;
  if (!platforms || platforms.length === 0) return undefined;
  const own = platformOf(attempt, input);
  return own && platforms.some((one) => isSamePlatform(one, own)) ? undefined : [...new Set(platforms)].sort(compare);
}

/** Nodes do not tell the variant of their architecture (arm/v7): those of a platform may all be meant. */
const isSamePlatform = (offered: string, platform: string) =>
  offered === platform || offered.startsWith(`${platform}/`);

/** The nodes whose operating system and architecture are among the platforms. */
function nodesWith(platforms: readonly string[], { snapshot }: PodInput): readonly string[] {
  return snapshot
    .list("Node")
    .items.filter(({ status }) => {
      const { operatingSystem = "", architecture = "" } = status?.nodeInfo ?? {};
      return platforms.some((one) => isSamePlatform(one, `${operatingSystem}/${architecture}`));
    })
    .map(({ metadata }) => metadata.name)
    .sort(compare);
}

/** Where the cluster has nodes of other architectures, the pod may go there instead: those that the image has, if known. */
function otherNodes(attempt: PullAttempt, input: PodInput): readonly Fix[] {
  const own = input.node?.state === "found" ? input.node.object.status?.nodeInfo?.architecture : undefined;
  const offered = offeredTo(attempt, input);
  const fitting = offered && new Set(nodesWith(offered, input));
  const others = new Set(
    input.snapshot
      .list("Node")
      .items.filter(({ metadata }) => !fitting || fitting.has(metadata.name))
      .flatMap(({ status }) => status?.nodeInfo?.architecture ?? [])
      .filter((one) => one !== own),
  );
  return [...others]
    .sort(compare)
    .map((architecture) =>
      patchPodSpec(
        input,
        { nodeSelector: { "kubernetes.io/arch": architecture } },
        text`Or send the pod to nodes with ${name(architecture)}, ${offered ? "for which there is a variant" : "if the image has that"}.`,
        { applies: "maybe" },
      ),
    );
}
