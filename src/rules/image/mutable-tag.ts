import { controllerOf, refTo } from "../../objects/object.ts";
import { count, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineRule } from "../rule.ts";

/** Pods of one workload run different builds under one tag: the tag was moved in between. */
export default defineRule<{ image: string; digests: readonly string[] }>({
  id: "image/mutable-tag",
  title: "Pods of one workload run different builds of the same tag",
  effect: "risks",
  needs: ["Pod"],
  check: ({ pod, snapshot, containers }) => {
    const owner = controllerOf(pod);
    if (!owner) return [];
    const siblings = snapshot
      .list("Pod", pod.metadata.namespace)
      .items.filter((other) => controllerOf(other)?.uid === owner.uid && controllerOf(other)?.name === owner.name);
    return containers.flatMap(({ name: container, spec, status, statusPath }) => {
      const own = digestOf(status?.imageID);
      if (!spec.image || spec.image.includes("@") || !own || !statusPath) return [];
      const other = siblings.find(({ status: its }) => {
        const digest = digestOf(its?.containerStatuses?.find((one) => one.name === container)?.imageID);
        return digest !== undefined && digest !== own;
      });
      if (!other) return [];
      const index = other.status?.containerStatuses?.findIndex((one) => one.name === container) ?? -1;
      const digest = digestOf(other.status?.containerStatuses?.[index]?.imageID) ?? "";
      return [
        {
          subject: refTo(pod),
          container,
          confidence: "certain" as const,
          facts: { image: spec.image, digests: [own, digest].sort() },
          evidence: [
            seen(pod, `${statusPath}.imageID`, "build here"),
            seen(other, `status.containerStatuses[${index}].imageID`, "build there"),
          ] as const,
        },
      ];
    });
  },
  message: ({ facts: { image, digests } }) => ({
    headline: text`Pods of this workload run ${count(digests.length, "different build")} of ${value(image)}.`,
    why: text`The tag was moved to another build between their pulls, so pods that should be the same are not, and a restart on another node can change what runs.`,
  }),
  fixes: ({ facts: { digests } }) => [
    {
      title: text`Name the build that is meant by its digest (${name(`@${digests[0]}`)} or ${name(`@${digests[1]}`)}), or give every build a tag of its own.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  doc: {
    means: "One tag stood for different content when the pods of a workload pulled it.",
    seenIn: "`imageID` of the same container differs between pods of one owner, with the same image in the spec.",
    repair: "Use digests or tags that never move.",
    catalogue: [],
  },
});

/** Only digests that a registry gave can be compared: a runtime's own image id says nothing about the tag. */
const digestOf = (imageId: string | undefined) => /@(sha256:[0-9a-f]{64})$/.exec(imageId ?? "")?.[1];
