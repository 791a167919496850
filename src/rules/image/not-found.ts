import { kubectl } from "../../text/command.ts";
import { list, name, text, value } from "../../text/text.ts";
import { nearestKnownImages } from "./known-images.ts";
import { pullRule } from "./pull-rule.ts";
import { editImage } from "./words.ts";

/** The registry answers that it has no such tag or repository. */
export default pullRule({
  id: "image/not-found",
  title: "The tag or repository does not exist in the registry",
  causes: ["not-found"],
  needs: ["Event", "Node", "ReplicaSet"],
  fits: ({ reference }) => reference !== undefined && !reference.digest,
  confidence: ({ reference }, input) =>
    nearestKnownImages(input, "", reference ?? { host: "", repository: "", name: "" }).length ? "certain" : "likely",
  headline: (attempt, input) => {
    const { reference } = attempt;
    const known = reference && nearestKnownImages(input, attempt.image, reference)[0];
    const isSameRepository = known?.reference.repository === reference?.repository;
    const better = known && text`; ${isSameRepository ? `tag ${known.reference.tag}` : known.image} does`;
    return text`The registry ${name(reference?.host ?? "")} has no image ${value(attempt.image)}: tag ${name(reference?.tag ?? "")} of ${name(reference?.repository ?? "")} does not exist${better}.`;
  },
  why: (attempt, input) => {
    const { reference } = attempt;
    const known = reference ? nearestKnownImages(input, attempt.image, reference) : [];
    const isRepositoryKnown = known.some((image) => image.reference.repository === reference?.repository);
    return isRepositoryKnown
      ? text`The registry answered "not found", and it is reachable. The repository exists: ${list(known.map(({ image, because }) => text`${value(image)} (${because})`).flatMap((piece) => [piece.map((part) => (typeof part === "string" ? part : part.text)).join("")]))}. So it is the tag that is missing.`
      : text`The registry answered "not found" and is reachable. Nothing in this cluster runs an image of that repository, so either the tag or the repository name is wrong, or the image was not pushed yet.`;
  },
  notes: (attempt) =>
    attempt.reference?.tag === "latest" && !attempt.image.endsWith(":latest")
      ? [text`The image has no tag, so ${name("latest")} was asked for. Many repositories have none.`]
      : [],
  fixes: (attempt, input) => {
    const known = attempt.reference ? nearestKnownImages(input, attempt.image, attempt.reference) : [];
    const best = known[0];
    const undo = known.find(({ revision }) => revision !== undefined);
    const deployment = input.workload.kind === "Deployment" ? input.workload : undefined;
    return [
      best
        ? editImage(attempt, input, text`Use ${value(best.image)}: ${best.because}.`, best.image)
        : editImage(attempt, input, text`Set a tag that exists.`),
      ...(undo && deployment
        ? [
            {
              title: text`Or go back to revision ${undo.revision ?? 0}.`,
              commands: [
                kubectl(
                  "changes",
                  deployment.namespace,
                  "rollout",
                  "undo",
                  `deployment/${deployment.name}`,
                  `--to-revision=${undo.revision}`,
                ),
              ],
              applies: "as-is" as const,
              by: "workload-owner" as const,
            },
          ]
        : []),
    ];
  },
  doc: {
    means: "The registry was reached and says that it does not have this tag, or this repository.",
    seenIn:
      "`…: not found` with code NotFound (containerd), `manifest unknown` or `name unknown` (CRI-O, Docker), in ErrImagePull, ImagePullBackOff [1.32+] or the event Failed.",
    repair: "Correct tag or repository, or push the image.",
    notToConfuseWith:
      "image/platform: its text ends in `not found` too. Private registries hide what exists behind image/auth-missing.",
    catalogue: ["image-not-found"],
  },
});
