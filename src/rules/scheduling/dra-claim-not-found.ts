import { refTo } from "../../objects/object.ts";
import { isMadeFor } from "../../scheduler/filters/dynamic-resources.ts";
import { kubectl } from "../../text/command.ts";
import { list, name, type Text, text } from "../../text/text.ts";
import { type Fix, seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { alsoThere, type ClaimView, claimViews, likeNames, renameClaim, spokenOf } from "./devices.ts";

interface Facts {
  claim: string;
  /** It is not there, it is being deleted, or it was not made for this pod. */
  trouble: "absent" | "ending" | "foreign";
  like: readonly string[];
}

/** The first claim that the scheduler does not take (kube-scheduler v1.36 dynamicresources.go foreachPodResourceClaim). */
function wrongClaim(input: PodInput): (Omit<Facts, "like"> & { view: ClaimView }) | undefined {
  for (const view of claimViews(input)) {
    const claim = view.reference.claim ?? "";
    if (view.claim?.state === "absent") return { claim, trouble: "absent", view };
    if (view.claim?.state !== "found") continue;
    const { object } = view.claim;
    if (object.metadata.deletionTimestamp) return { claim, trouble: "ending", view };
    if (view.reference.template && !isMadeFor(input.pod, object)) return { claim, trouble: "foreign", view };
  }
  return undefined;
}

/** The claim for a device does not exist, is on its way out, or is somebody else's. */
export default defineRule<Facts>({
  id: "scheduling/dra-claim-not-found",
  title: "The ResourceClaim does not exist or cannot be used",
  effect: "blocks",
  needs: ["ResourceClaim"],
  explains: ["scheduling/no-scheduler", "scheduling/other-reason"],
  check(input) {
    const { pod } = input;
    const wrong = pod.spec.nodeName || pod.metadata.deletionTimestamp ? undefined : wrongClaim(input);
    if (!wrong) return [];
    const { claim, trouble, view } = wrong;
    const { reference, claim: found } = view;
    const object = found?.state === "found" ? found.object : undefined;
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { claim, trouble, like: trouble === "absent" ? likeNames(input, "ResourceClaim", claim) : [] },
        evidence: [
          reference.template
            ? seen(pod, `${reference.path}.resourceClaimTemplateName`, "template")
            : seen(pod, `${reference.path}.resourceClaimName`, "claim"),
          ...(object?.metadata.deletionTimestamp ? [seen(object, "metadata.deletionTimestamp", "deleted")] : []),
          ...spokenOf(input),
        ],
      },
    ];
  },
  message: ({ facts: { claim, trouble, like } }, input) => {
    const headline: Record<Facts["trouble"], Text> = {
      absent: text`ResourceClaim ${name(claim)} does not exist${alsoThere(like)}.`,
      ending: text`ResourceClaim ${name(claim)} is being deleted.`,
      foreign: text`ResourceClaim ${name(claim)} was not made for this pod; the pod's template needs that very name.`,
    };
    const found = wrongClaim(input)?.view.claim;
    const holders = found?.state === "found" ? (found.object.status?.reservedFor ?? []) : [];
    const why: Record<Facts["trouble"], Text> = {
      absent: text`The scheduler does not try a pod before all its ResourceClaims are there: it writes neither a condition nor an event.`,
      ending: text`The scheduler gives no device to a claim that is on its way out${holders.length > 0 && text`; it stays until ${list(holders.map((one) => name(one.name)))} ${holders.length === 1 ? "has" : "have"} ended`}.`,
      foreign: text`The scheduler takes a claim of a template only where the pod is its controller.`,
    };
    return { headline: headline[trouble], why: why[trouble] };
  },
  fixes: ({ facts: { claim, trouble, like } }, input): readonly Fix[] => {
    const view = wrongClaim(input)?.view;
    const { namespace } = input.pod.metadata;
    const [meant] = like;
    const create = (title: Text): Fix => ({
      title,
      commands: [kubectl("changes", namespace, "create", "-f", "<resourceclaim.yaml>")],
      applies: "fill-in",
      by: "workload-owner",
    });
    if (trouble === "foreign")
      return [
        {
          title: text`Delete that claim, if nothing needs it; the pod then gets its own.`,
          commands: [kubectl("deletes", namespace, "delete", "resourceclaim", claim)],
          applies: "maybe",
          by: "workload-owner",
        },
      ];
    if (trouble === "ending")
      return [
        look(text`See what holds it.`, kubectl("reads", namespace, "describe", "resourceclaim", claim)),
        create(text`When it is gone, create it again.`),
      ];
    return [
      look(text`See which claims there are.`, kubectl("reads", namespace, "get", "resourceclaims")),
      ...(meant && view ? [renameClaim(input, view.reference, "resourceClaimName", meant)] : []),
      create(
        text`${meant ? "Or create" : "Create"} the ResourceClaim ${name(claim)}: its spec.devices.requests name a DeviceClass.`,
      ),
    ];
  },
  groupKey: ({ facts: { claim, trouble } }) => `${claim} ${trouble}`,
  doc: {
    means:
      "The pod names a ResourceClaim that is not there, that is being deleted, or that belongs to another pod although its name is the generated one. The scheduler does not even try such a pod.",
    seenIn:
      'The claim of `spec.resourceClaims[].resourceClaimName` itself. No condition and no event of the scheduler where the claim was never there: `resourceclaim.resource.k8s.io "x" not found`, `resourceclaim "x" is being deleted`, `ResourceClaim ns/x was not created for Pod ns/p (Pod is not owner)` stand in its log, and in PodScheduled only if they came up while the pod was being tried.',
    repair: "Correct the name or create the claim; delete the foreign claim.",
    notToConfuseWith:
      "scheduling/dra-claim-not-created: there the claim is made of a template; scheduling/no-scheduler.",
    catalogue: ["dra-claim-not-found"],
  },
});
