import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { duration, name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { defineRule } from "../rule.ts";

/** Conditions of a namespace that cannot go, the most telling first (kubernetes v1.36 pkg/controller/namespace/deletion/status_condition_utils.go). */
const TELLING = [
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceFinalizersRemaining",
  "NamespaceContentRemaining",
] as const;

/** The whole namespace is being deleted. */
export default defineRule<{ namespace: string; sinceSeconds?: number; condition?: string; message?: string }>({
  id: "termination/namespace",
  title: "The namespace is being deleted",
  effect: "risks",
  needs: ["Namespace"],
  check: (input) => {
    const found = namespaceOf(input);
    if (!found) return [];
    const { object, conditions } = found;
    const at = TELLING.map((type) => conditions.findIndex((one) => one.type === type && one.status === "True")).find(
      (index) => index >= 0,
    );
    const telling = at === undefined ? undefined : conditions[at];
    const sinceSeconds = input.snapshot.secondsSince(object.metadata.deletionTimestamp);
    // A namespace whose deletion is stuck before it comes to the pods is why this one is still there.
    const isStuck = telling?.type === TELLING[0] && input.pod.metadata.deletionTimestamp === undefined;
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain" as const,
        ...(isStuck && { effect: "blocks" as const }),
        facts: {
          namespace: object.metadata.name,
          ...(sinceSeconds !== undefined && { sinceSeconds }),
          ...(telling && { condition: telling.type, message: telling.message ?? "" }),
        },
        evidence: [
          seen(object, "status.phase", "phase"),
          ...(at !== undefined && telling?.message
            ? [seen(object, `status.conditions[${at}].message`, telling.type)]
            : []),
        ] as const,
      },
    ];
  },
  message: ({ facts: { namespace, sinceSeconds, condition, message } }) => ({
    headline: text`Namespace ${name(namespace)} is being deleted${sinceSeconds !== undefined && `, for ${duration(sinceSeconds)}`}: all its pods go with it.`,
    why: text`In a namespace that is being deleted nothing new can be created, so nothing takes the place of this pod.${message ? text` ${name(condition ?? "")}: ${value(message)}` : ""}`,
    notes:
      condition === TELLING[0]
        ? [
            text`An aggregated API does not answer, and until it does the namespace controller deletes nothing: look for an APIService that is not Available.`,
          ]
        : [],
  }),
  fixes: ({ facts: { namespace, condition } }) => [
    {
      title: text`What the namespace says it waits for.`,
      commands: [kubectl("reads", undefined, "get", "namespace", namespace, "-o", "jsonpath={.status.conditions}")],
      applies: "as-is",
      by: "workload-owner",
    },
    ...(condition === TELLING[0]
      ? [
          {
            title: text`The APIs that do not answer.`,
            commands: [kubectl("reads", undefined, "get", "apiservices")],
            applies: "as-is" as const,
            by: "cluster-admin" as const,
          },
        ]
      : []),
  ],
  groupKey: ({ facts: { namespace } }) => namespace,
  doc: {
    means: "Somebody deleted the namespace. Its contents are deleted, and nothing can be created in it.",
    seenIn:
      "Namespace phase Terminating; its conditions NamespaceDeletionDiscoveryFailure, NamespaceContentRemaining and NamespaceFinalizersRemaining name what is in the way.",
    repair: "Repair the API or controller that the conditions name.",
    catalogue: ["term-namespace"],
  },
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

function namespaceOf({ pod, snapshot }: PodInput) {
  const object = snapshot.get("Namespace", undefined, pod.metadata.namespace ?? "");
  const { phase, conditions = [] } = ((object as { status?: unknown } | undefined)?.status ?? {}) as {
    phase?: string;
    conditions?: readonly Condition[];
  };
  return object && phase === "Terminating" ? { object, conditions } : undefined;
}
