import { refTo } from "../../objects/object.ts";
import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { adminTask, patchPodSpec } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { imageVolumesOf } from "./pull-attempt.ts";

/** The image of an image volume arrived, and cannot be mounted. */
export default defineRule<{ volume: string; image: string; detail: string; subPath?: string }>({
  id: "image/volume",
  title: "An image volume cannot be mounted",
  effect: "blocks",
  needs: [],
  check: ({ pod, containers }) =>
    containers.flatMap((container) => {
      const { status, statusPath, specPath, spec, role } = container;
      const message = status?.state?.waiting?.message ?? "";
      const detail = /ImageVolumeMountFailed(?:: )?([\s\S]*)$/.exec(message)?.[1];
      if (detail === undefined || !statusPath || role === "ephemeral" || pod.metadata.deletionTimestamp) return [];
      const mounted = imageVolumesOf(pod).filter(({ volume }) =>
        spec.volumeMounts?.some((mount) => mount.name === volume),
      );
      const meant =
        mounted.find(({ image, volume }) => detail.includes(image) || detail.includes(volume)) ?? mounted[0];
      const index = spec.volumeMounts?.findIndex((mount) => mount.name === meant?.volume) ?? -1;
      const subPath = spec.volumeMounts?.[index]?.subPath;
      return [
        {
          subject: refTo(pod),
          container: container.name,
          confidence: (mounted.length > 1 ? "likely" : "certain") as "likely" | "certain",
          facts: {
            volume: meant?.volume ?? "",
            image: meant?.image ?? "",
            detail,
            ...(typeof subPath === "string" && { subPath }),
          },
          evidence: [
            seen(pod, `${statusPath}.state.waiting.message`, "message"),
            ...(meant ? [seen(pod, meant.path, "image")] : []),
            ...(typeof subPath === "string"
              ? [seen(pod, `${specPath}.volumeMounts[${index}].subPath`, "subPath")]
              : []),
          ] as const,
        },
      ];
    }),
  message: ({ facts: { volume, image, detail, subPath }, container = "" }) => ({
    headline:
      subPath && /sub ?path/i.test(detail)
        ? text`Image volume ${name(volume)} has no directory ${value(subPath)} that could be mounted.`
        : text`Image volume ${name(volume)} cannot be mounted into container ${name(container)}.`,
    why: text`The image ${value(image)} arrived; mounting it failed: ${value(detail)}.`,
  }),
  fixes: ({ facts: { volume, subPath }, container = "" }, input) => [
    subPath
      ? patchPodSpec(
          input,
          {
            [input.containers.find(({ name: its }) => its === container)?.role === "main"
              ? "containers"
              : "initContainers"]: [
              {
                name: container,
                volumeMounts: [
                  { name: volume, mountPath: mountPathOf(input, container, volume), subPath: "<directory>" },
                ],
              },
            ],
          },
          text`Set a directory that the image has.`,
        )
      : patchPodSpec(
          input,
          { volumes: [{ name: volume, image: { reference: "<host/repository:tag>" } }] },
          text`Set an image that can be mounted.`,
        ),
    adminTask(
      text`Or update the container runtime of the node: image volumes need containerd 2.1 or CRI-O 1.31, subPath more than that.`,
    ),
  ],
  doc: {
    means: "A container mounts an image as a volume; the image is there, the mount does not succeed.",
    seenIn:
      "Waiting reason CreateContainerError with `ImageVolumeMountFailed: …`: `sub path … does not exist in image volume …`, `failed to resolve image` (CRI-O), `only directory subpath is supported` (containerd) [1.31+, on by default since 1.35].",
    repair: "Correct subPath or reference of the volume; a newer runtime.",
    notToConfuseWith: "A volume whose image cannot be pulled: that has the rule of its cause, such as image/not-found.",
    catalogue: ["image-volume"],
  },
});

function mountPathOf(
  input: { containers: readonly { name: string; spec: { volumeMounts?: { name: string }[] | undefined } }[] },
  container: string,
  volume: string,
): string {
  const mount = input.containers
    .find(({ name: its }) => its === container)
    ?.spec.volumeMounts?.find((one) => one.name === volume);
  return String((mount as { mountPath?: unknown } | undefined)?.mountPath ?? "<mountPath>");
}
