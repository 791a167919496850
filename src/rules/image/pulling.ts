import { lastSeen } from "../../objects/event.ts";
import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";

/** A pull that is under way: nothing is wrong, unless it takes very long. */
export default defineRule<{ image: string; seconds: number }>({
  id: "image/pulling",
  title: "The image is being pulled",
  effect: "delays",
  needs: ["Event"],
  check: ({ containers, snapshot, pod }) =>
    containers.flatMap((container) => {
      const newest = container.events.findLast(
        ({ reason }) => reason === "Pulling" || reason === "Pulled" || reason === "Failed",
      );
      const waiting = container.status?.state?.waiting?.reason;
      if (
        newest?.reason !== "Pulling" ||
        !(waiting === "ContainerCreating" || waiting === "PodInitializing" || waiting === undefined)
      )
        return [];
      if (container.role === "ephemeral" || pod.metadata.deletionTimestamp) return [];
      if (container.status?.state?.running || container.status?.state?.terminated) return [];
      return [
        {
          subject: refTo(pod),
          container: container.name,
          confidence: "certain" as const,
          facts: { image: container.spec.image ?? "", seconds: snapshot.secondsSince(lastSeen(newest)) ?? 0 },
          evidence: [seen(newest, "message", "last event")] as const,
        },
      ];
    }),
  message: ({ facts }) => ({
    headline: text`The image ${value(facts.image)} is being pulled, for ${facts.seconds} s now.`,
    why: text`Nothing has failed. Large images take minutes, and a node pulls one image after the other unless it is set up otherwise, so this one may be waiting for another.`,
    outlook: text`It goes on by itself.`,
  }),
  fixes: ({ subject }) => [
    look(text`Watch it.`, kubectl("reads", subject.namespace, "get", "pod", subject.name, "--watch")),
  ],
  doc: {
    means: "The node is fetching the image, or has it in its queue.",
    seenIn: "The newest image event of the container is Pulling, and its status still says ContainerCreating.",
    repair: "Wait.",
    notToConfuseWith: "A back-off between failed pulls.",
    catalogue: ["image-pulling"],
  },
});
