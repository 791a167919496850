import { kubectl } from "../../text/command.ts";
import { list, name, path, text, value } from "../../text/text.ts";
import { adminTask, workloadArgument } from "../repair.ts";
import { pullRule } from "./pull-rule.ts";
import { nodeOf } from "./words.ts";

/** Policy Never, and the node does not have the image. */
export default pullRule({
  id: "image/never-pull",
  title: "Pull policy Never, and the image is not on the node",
  fits: ({ reason }) => reason === "ErrImageNeverPull",
  headline: (attempt, input) =>
    text`The image ${value(attempt.image)} is not on node ${nodeOf(input)}, and the pull policy Never forbids to fetch it.`,
  why: (attempt) =>
    text`Container ${name(attempt.container.name)} has ${path("imagePullPolicy: Never")}: the kubelet uses only what the node already holds. Since 1.35 an image that was pulled with another pod's secret does not count either.`,
  notes: (attempt, { snapshot }) => {
    const holders = snapshot
      .list("Node")
      .items.filter(({ status }) => status?.images?.some(({ names = [] }) => names.includes(attempt.image)));
    return holders.length ? [text`${list(holders.map(({ metadata }) => name(metadata.name)))} hold it.`] : [];
  },
  fixes: (attempt, input) => {
    const patch = {
      spec: { template: { spec: { containers: [{ name: attempt.container.name, imagePullPolicy: "IfNotPresent" }] } } },
    };
    const isBare = input.workload.kind === "Pod";
    return [
      {
        title: isBare
          ? text`Make the pod anew with imagePullPolicy IfNotPresent: the policy of a pod cannot be changed.`
          : text`Let the kubelet pull the image when the node lacks it.`,
        commands: isBare
          ? [kubectl("reads", input.pod.metadata.namespace, "get", "pod", input.pod.metadata.name, "-o", "yaml")]
          : [
              kubectl(
                "changes",
                input.workload.namespace,
                "patch",
                workloadArgument(input),
                "-p",
                JSON.stringify(patch),
              ),
            ],
        applies: isBare ? "maybe" : "as-is",
        by: "workload-owner",
      },
      adminTask(text`Or load the image onto node ${nodeOf(input)} by hand; the kubelet sees it at its next look.`),
    ];
  },
  doc: {
    means: "The container may only use an image that is already on its node, and this node does not have it.",
    seenIn:
      "Waiting reason ErrImageNeverPull, event ErrImageNeverPull `Container image … is not present with pull policy of Never` (kubelet, all versions).",
    repair: "Use IfNotPresent, or load the image onto every node the pod may go to.",
    notToConfuseWith: "image/not-found: there the registry was asked.",
    catalogue: ["image-never-pull"],
  },
});
