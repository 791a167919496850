import { isSameImage, parseImage } from "../../objects/image-reference.ts";
import { list, name, path, type Text, text, value } from "../../text/text.ts";
import type { Fix } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { adminTask, patchPodSpec } from "../repair.ts";
import type { PullAttempt } from "./pull-attempt.ts";
import { pullRule } from "./pull-rule.ts";
import { askerOf, nodeOf } from "./words.ts";

/** Policy Never, and the node does not have the image. */
export default pullRule({
  id: "image/never-pull",
  title: "Pull policy Never, and the image is not on the node",
  fits: ({ reason }) => reason === "ErrImageNeverPull",
  headline: (_attempt, input) =>
    text`Node ${nodeOf(input)} does not have the image, and pull policy Never forbids to fetch it.`,
  why: (attempt) =>
    text`${askerOf(attempt)} asks for ${value(attempt.image)} with ${path(attempt.volume ? "pullPolicy: Never" : "imagePullPolicy: Never")}: the kubelet uses only what the node already holds.`,
  notes: (attempt, { snapshot }) => {
    const holders = snapshot
      .list("Node")
      .items.filter(({ status }) =>
        status?.images?.some(({ names = [] }) =>
          names.some((held) => isSameImage(parseImage(held), attempt.reference)),
        ),
      );
    return holders.length
      ? [
          text`Node ${list(holders.map(({ metadata }) => name(metadata.name)))} ${holders.length > 1 ? "have" : "has"} it.`,
        ]
      : [];
  },
  fixes: (attempt, input) => [
    useIfNotPresent(attempt, input, text`Let the kubelet pull the image when the node lacks it.`),
    adminTask(text`Or load the image onto node ${nodeOf(input)} by hand; the kubelet sees it at its next look.`),
  ],
  doc: {
    means: "The container may only use an image that is already on its node, and this node does not have it.",
    seenIn:
      "Waiting reason ErrImageNeverPull, event ErrImageNeverPull `Container image … is not present with pull policy of Never` (kubelet, all versions).",
    repair: "Use IfNotPresent, or load the image onto every node the pod may go to.",
    notToConfuseWith: "image/not-found: there the registry was asked.",
    catalogue: ["image-never-pull"],
  },
});

/** Sets the pull policy of the container or image volume to IfNotPresent. */
export function useIfNotPresent(
  { container, volume, image }: PullAttempt,
  input: PodInput,
  title: Text = text`Let the kubelet check the credentials of the pod with the registry.`,
): Fix {
  const isInit = container.role !== "main";
  const patch = volume
    ? { volumes: [{ name: volume, image: { reference: image, pullPolicy: "IfNotPresent" } }] }
    : { [isInit ? "initContainers" : "containers"]: [{ name: container.name, imagePullPolicy: "IfNotPresent" }] };
  return patchPodSpec(input, patch, title);
}
