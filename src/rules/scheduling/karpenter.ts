import type { KubeObject } from "../../objects/object.ts";
import type { Pod } from "../../objects/pod.ts";
import { nodeAffinityTerms } from "../../scheduler/affinity-terms.ts";
import type { PodInput } from "../pod-input.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What we read of Karpenter's NodePool and NodeClaim (karpenter v1.8 apis/v1). */
export interface KarpenterObject extends KubeObject {
  readonly spec?: { readonly limits?: Readonly<Record<string, string | number>>; readonly template?: unknown };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly resources?: Readonly<Record<string, string | number>>;
    readonly nodeName?: string;
  };
}

/** The NodePools there are, in the order of their names. */
export const nodePools = ({ snapshot }: PodInput): readonly KarpenterObject[] =>
  (snapshot.list("NodePool").items as readonly KarpenterObject[]).toSorted((a, b) =>
    a.metadata.name < b.metadata.name ? -1 : 1,
  );

/** The steps of a NodeClaim, in their order. */
const STEPS = ["Launched", "Registered", "Initialized"] as const;

/** The step that a NodeClaim is at: the first that is not done, with what is said of it. */
export function openStep(claim: KarpenterObject) {
  const conditions = claim.status?.conditions ?? [];
  for (const type of STEPS) {
    const index = conditions.findIndex((one) => one.type === type);
    if (conditions[index]?.status !== "True") return { type, index, condition: conditions[index] };
  }
  return undefined;
}

/** Whether a pod keeps off the nodes that Karpenter makes, or cannot be understood by it (karpenter v1.8 provisioner.go Validate). */
export function exclusionOf(pod: Pod): { readonly what: "nodepool" | "fields"; readonly path: string } | undefined {
  const path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
  const terms = nodeAffinityTerms(pod) ?? [];
  if (terms.some(({ matchFields = [] }) => matchFields.length > 0)) return { what: "fields", path };
  const isAgainst = terms.some(({ matchExpressions = [] }) =>
    matchExpressions.some(({ key, operator }) => key === "karpenter.sh/nodepool" && operator === "DoesNotExist"),
  );
  return isAgainst ? { what: "nodepool", path } : undefined;
}
