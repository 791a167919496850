import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { count, list, name, text } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { claimViews } from "./devices.ts";
import { verdictOn } from "./verdict.ts";

/** More pods than this cannot share a claim (k8s.io/api v0.36 resource/v1 ResourceClaimReservedForMaxSize). */
const MOST_PODS = 256;

/** The claim of the pod that others hold so that there is no place for one more. */
function fullClaim(input: PodInput) {
  const verdict = verdictOn(input);
  const isSaid = /resourceclaim in use|reservedFor/i.test(verdict?.message ?? "");
  for (const { reference, claim } of claimViews(input)) {
    if (claim?.state !== "found") continue;
    const holders = claim.object.status?.reservedFor ?? [];
    const others = holders.filter(({ name: pod }) => pod !== input.pod.metadata.name);
    if (others.length >= MOST_PODS || (isSaid && others.length > 0))
      return { verdict, reference, object: claim.object, others };
  }
  return undefined;
}

/** As many pods as may share the claim hold it. */
export default defineRule<{ claim: string; holders: number }>({
  id: "scheduling/dra-claim-in-use",
  title: "Other pods hold the ResourceClaim, and no further one may",
  effect: "blocks",
  needs: ["ResourceClaim"],
  explains: ["scheduling/scheduler-error", "scheduling/other-reason"],
  check(input) {
    const full = fullClaim(input);
    if (!full?.verdict) return [];
    const { verdict, reference, object, others } = full;
    return [
      {
        subject: refTo(input.pod),
        confidence: "certain",
        facts: { claim: object.metadata.name, holders: others.length },
        evidence: [
          verdict.source,
          seen(object, "status.reservedFor", "held by", text`${count(others.length, "pod")}`),
          seen(input.pod, reference.path, "claim"),
        ],
      },
    ];
  },
  message: ({ facts: { claim, holders } }, input) => {
    const { others = [] } = fullClaim(input) ?? {};
    return {
      headline: text`ResourceClaim ${name(claim)} is held by ${count(holders, "other pod")}, and no more may share it.`,
      why: text`A claim that several pods name is one set of devices for all of them, for at most ${MOST_PODS} pods. ${list(others.map((one) => name(one.name)))} ${holders === 1 ? "holds" : "hold"} it.`,
    };
  },
  fixes: ({ facts: { claim } }, { pod }) => [
    look(
      text`See who holds it; it is free when they have ended.`,
      kubectl("reads", pod.metadata.namespace, "describe", "resourceclaim", claim),
    ),
    {
      title: text`Or let each pod have a claim of its own: name a ResourceClaimTemplate in spec.resourceClaims.`,
      commands: [],
      applies: "maybe",
      by: "workload-owner",
    },
  ],
  groupKey: ({ facts: { claim } }) => claim,
  doc: {
    means: "The ResourceClaim that the pod names is reserved for as many other pods as may share it.",
    seenIn:
      "`resourceclaim in use` (kube-scheduler up to 1.33); later a refused update of the claim's status.reservedFor, which holds at most 256 pods.",
    repair: "Wait, or use a ResourceClaimTemplate, so that each pod has a claim of its own.",
    notToConfuseWith: "scheduling/dra-cannot-allocate: there other claims hold the devices.",
    catalogue: ["dra-claim-in-use"],
  },
});
