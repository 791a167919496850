import { controllerOf, refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, list, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { nodeHealth } from "../node/health.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { deletionOf } from "./deletion.ts";
import { domainOf, finalizerOwner } from "./finalizer-owners.ts";

interface FinalizerFacts {
  readonly finalizers: readonly string[];
  readonly overdueSeconds: number;
  /** The Job that the Job controller counts the pod for, where it no longer exists. */
  readonly missingJob?: string;
  /** The pod's node, where it no longer exists. */
  readonly missingNode?: string;
}

/** Everything has ended, and somebody still holds the object. */
export default defineRule<FinalizerFacts>({
  id: "termination/finalizer",
  title: "A finalizer holds the deleted pod",
  effect: "blocks",
  needs: ["Job"],
  check: (input) => {
    const deletion = deletionOf(input);
    if (!deletion || deletion.finalizers.length === 0 || deletion.secondsLeft > 0) return [];
    const isNodeGone = nodeHealth(input)?.state === "gone";
    if (!deletion.hasEnded && !isNodeGone) return [];
    const { pod } = input;
    const missingJob = jobThatIsGone(input);
    return [
      {
        subject: refTo(pod),
        confidence: "certain" as const,
        facts: {
          finalizers: deletion.finalizers,
          overdueSeconds: -deletion.secondsLeft,
          ...(missingJob && { missingJob }),
          ...(isNodeGone && { missingNode: pod.spec.nodeName ?? "" }),
        },
        evidence: [
          seen(pod, "metadata.finalizers[0]", "finalizer"),
          ...deletion.finalizers
            .slice(1)
            .map((_, index) => seen(pod, `metadata.finalizers[${index + 1}]`, "finalizer")),
          seen(pod, "metadata.deletionTimestamp", "delete by"),
          ...(pod.status?.phase ? [seen(pod, "status.phase", "phase")] : []),
        ],
      },
    ];
  },
  message: ({ facts: { finalizers, overdueSeconds, missingJob, missingNode } }) => {
    const owners = finalizers.map((finalizer) => ({
      finalizer,
      known: finalizerOwner(finalizer),
      domain: domainOf(finalizer),
    }));
    return {
      headline: text`${missingNode === undefined ? "It has ended and" : text`Its node ${name(missingNode)} no longer exists, and it`} is not removed: ${finalizers.length > 1 ? "the finalizers" : "the finalizer"} ${list(finalizers.map(name))} ${finalizers.length > 1 ? "have" : "has"} held it for ${duration(overdueSeconds)}.`,
      why: text`The API server removes an object only when its list of finalizers is empty; each is taken off by the one who put it there. ${
        missingJob
          ? text`Job ${name(missingJob)} no longer exists, so the Job controller has nothing to count the pod for and nobody takes ${name("batch.kubernetes.io/job-tracking")} off.`
          : ""
      }`,
      notes: missingJob
        ? []
        : owners.map(({ finalizer, known, domain }) =>
            known
              ? text`${name(finalizer)} belongs to ${known.owner}, which waits for ${known.waitsFor}.`
              : domain
                ? text`${name(finalizer)} belongs to a controller of ${value(domain)}. If it was uninstalled, nobody takes the finalizer off.`
                : text`Who owns ${name(finalizer)} its name does not tell.`,
          ),
    };
  },
  fixes: ({ facts: { finalizers, missingJob } }, { pod }) => {
    const { namespace, name: podName } = pod.metadata;
    const patch =
      finalizers.length === 1
        ? [
            { op: "test", path: "/metadata/finalizers/0", value: finalizers[0] },
            { op: "remove", path: "/metadata/finalizers/0" },
          ]
        : [
            { op: "test", path: "/metadata/finalizers", value: finalizers },
            { op: "remove", path: "/metadata/finalizers" },
          ];
    const remove = kubectl("deletes", namespace, "patch", "pod", podName, "--type=json", "-p", JSON.stringify(patch));
    const domain = finalizers.map(domainOf).find((one) => one !== undefined);
    if (missingJob)
      return [
        {
          title: text`Take the finalizer off by hand: the pod is then removed at once.`,
          commands: [remove],
          applies: "as-is",
          by: "workload-owner",
        },
      ];
    return [
      look(
        text`Who wrote the finalizer, and when.`,
        kubectl(
          "reads",
          namespace,
          "get",
          "pod",
          podName,
          "--show-managed-fields",
          "-o",
          "jsonpath={.metadata.managedFields[*].manager}",
        ),
      ),
      ...(domain && !domain.endsWith("kubernetes.io")
        ? [
            look(
              text`Whether anything of ${value(domain)} is installed.`,
              kubectl("reads", undefined, "get", "crds", "-o", "name"),
            ),
          ]
        : []),
      {
        title: text`The repair is to let its owner do its work. If the owner is gone for good, take the finalizer off: the pod is then removed at once, and what it was there for is not done.`,
        commands: [remove],
        applies: "maybe",
        by: "workload-owner",
      },
    ];
  },
  groupKey: ({ facts: { finalizers } }) => finalizers.join(" "),
  doc: {
    means:
      "The pod was deleted and its containers have ended. A finalizer keeps the object until some controller has done its part, and that controller has not.",
    seenIn:
      "metadata.finalizers is not empty, metadata.deletionTimestamp is past, and nothing of the pod runs any more.",
    repair: "Bring the finalizer's controller back. Where it is gone for good, take the finalizer off by hand.",
    notToConfuseWith:
      "A node that does not answer: then nobody knows whether the containers have ended, with a finalizer or without.",
    catalogue: ["term-finalizer"],
  },
});

function jobThatIsGone({ pod, snapshot }: PodInput): string | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind !== "Job" || !pod.metadata.finalizers?.includes("batch.kubernetes.io/job-tracking")) return undefined;
  return snapshot.find("Job", pod.metadata.namespace, owner.name).state === "absent" ? owner.name : undefined;
}
