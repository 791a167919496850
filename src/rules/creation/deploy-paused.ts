import { refTo } from "../../objects/object.ts";
import { lacksPods, specField } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { name, path, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import { argumentOf, ownerFix } from "./repair.ts";

/** A paused Deployment makes no ReplicaSet for a new template; it only scales those it has. */
export default defineWorkloadRule<{ hasReplicaSet: boolean }>({
  id: "creation/deploy-paused",
  title: "The Deployment is paused",
  effect: "blocks",
  needs: ["ReplicaSet"],
  explains: ["creation/progress-deadline"],
  check: ({ object, makers, refusal }) => {
    if (object.kind !== "Deployment" || specField(object, "paused") !== true || refusal) return [];
    const { upToDate = 0, wanted } = { wanted: object.spec?.replicas ?? 1, ...countsOf(object) };
    if (!lacksPods(object) && upToDate >= wanted) return [];
    return [
      {
        subject: refTo(object),
        confidence: "certain" as const,
        evidence: [seen(object, "spec.paused")] as const,
        facts: { hasReplicaSet: makers.length > 0 },
      },
    ];
  },
  message: ({ facts: { hasReplicaSet } }, { object }) => ({
    headline: text`Deployment ${name(object.metadata.name)} is paused${hasReplicaSet ? text`; its newest template is not rolled out` : text`, and was before it made its first pod`}.`,
    why: text`With ${path("spec.paused")} the Deployment controller makes no ReplicaSet for a new template, and without one there are no pods of it.`,
  }),
  fixes: (_, input) => [
    ownerFix(input, text`Let it go on.`, [
      kubectl("changes", input.workload.namespace, "rollout", "resume", argumentOf(input)),
    ]),
  ],
  groupKey: () => "paused",
  doc: {
    means: "Somebody paused the Deployment, to gather several changes or to stop a roll-out.",
    seenIn: "`spec.paused: true`; condition Progressing Unknown with reason DeploymentPaused.",
    repair: "kubectl rollout resume.",
    notToConfuseWith: "creation/scaled-to-zero.",
    catalogue: ["deploy-paused"],
  },
});

const countsOf = ({ status }: { status?: unknown }) => {
  const { updatedReplicas = 0 } = (status ?? {}) as { updatedReplicas?: number };
  return { upToDate: updatedReplicas };
};
