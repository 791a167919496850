import { type KubeObject, refTo } from "../../objects/object.ts";
import { lacksPods } from "../../objects/workload.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, type Text, text, value } from "../../text/text.ts";
import { type Evidence, seen } from "../finding.ts";
import { defineWorkloadRule } from "../rule.ts";
import type { WorkloadInput } from "../workload-input.ts";
import { ownWords } from "./own-words.ts";
import { look } from "./repair.ts";

/**
 * The namespace is being deleted. Controllers say nothing when that is why a pod cannot be created (kubernetes v1.36
 * pkg/controller/controller_utils.go), so the Namespace itself is the witness.
 */
export default defineWorkloadRule<{ namespace: string; deletedAt?: string; holds: readonly string[] }>({
  id: "creation/namespace-terminating",
  title: "The namespace is being deleted",
  effect: "blocks",
  needs: ["Namespace"],
  explains: ["creation/progress-deadline", "creation/owner-not-observed"],
  check: (input) => {
    const namespace = namespaceOf(input);
    const isEnding =
      namespace && (namespace.metadata.deletionTimestamp !== undefined || phaseOf(namespace) === "Terminating");
    const isSaid = /^unable to create new content in namespace \S+ because it is being terminated/.test(
      ownWords(input.refusal?.message ?? ""),
    );
    if (!isSaid && !(isEnding && (lacksPods(input.object) || input.object.kind === "CronJob"))) return [];
    const evidence: Evidence[] = [
      ...(namespace && isEnding
        ? [
            namespace.metadata.deletionTimestamp
              ? seen(namespace, "metadata.deletionTimestamp", "deleted")
              : seen(namespace, "status.phase"),
          ]
        : []),
      ...(input.refusal && isSaid ? [input.refusal.evidence] : []),
    ];
    const [first, ...others] = evidence;
    if (!first) return [];
    return [
      {
        subject: refTo(input.object),
        confidence: "certain" as const,
        evidence: [first, ...others] as const,
        facts: {
          namespace: input.object.metadata.namespace ?? "",
          ...(namespace?.metadata.deletionTimestamp && { deletedAt: namespace.metadata.deletionTimestamp }),
          holds: namespace ? whatHolds(namespace) : [],
        },
      },
    ];
  },
  message: ({ facts: { namespace, deletedAt, holds } }, { snapshot }) => {
    const ago = snapshot.secondsSince(deletedAt);
    return {
      headline: text`Namespace ${name(namespace)} is being deleted${ago !== undefined && `, since ${duration(ago)}`}; nothing new can be created in it.`,
      why: text`As long as a namespace is Terminating, the API server creates nothing in it, and controllers send no event about that.`,
      notes: holds.map((one): Text => text`It is not gone yet because: ${value(one)}`),
    };
  },
  fixes: ({ facts: { namespace } }) => [
    look(
      text`What keeps it from going: its conditions name what is left and which finalizers wait.`,
      kubectl("reads", undefined, "get", "namespace", namespace, "-o", "yaml"),
    ),
    {
      title: text`A deletion cannot be taken back: create the workload in another namespace, or again when this one is gone.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  groupKey: ({ facts: { namespace } }) => namespace,
  doc: {
    means: "Somebody deleted the namespace. What is in it is removed, and nothing new is created.",
    seenIn:
      "Namespace `status.phase: Terminating`; `unable to create new content in namespace NAME because it is being terminated`. No event.",
    repair:
      "Use another namespace. If it does not go away, look at its conditions: finalizers or an API service that is down.",
    catalogue: ["create-namespace-terminating"],
  },
});

function namespaceOf({ snapshot, object }: WorkloadInput): KubeObject | undefined {
  return snapshot.get("Namespace", undefined, object.metadata.namespace ?? "");
}

const phaseOf = (namespace: KubeObject) => (namespace.status as { phase?: string } | undefined)?.phase;

/** Conditions of a namespace that say what is left (kubernetes v1.36 pkg/controller/namespace/deletion/status_condition_utils.go). */
function whatHolds(namespace: KubeObject): readonly string[] {
  const { conditions = [] } = (namespace.status ?? {}) as {
    conditions?: readonly { type?: string; status?: string; message?: string }[];
  };
  return conditions.filter(({ status, message }) => status === "True" && message).map(({ message = "" }) => message);
}
