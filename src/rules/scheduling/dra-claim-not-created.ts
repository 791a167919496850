import { refTo } from "../../objects/object.ts";
import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { defineRule } from "../rule.ts";
import { alsoThere, claimViews, likeNames, renameClaim, spokenOf } from "./devices.ts";

/** kube-controller-manager makes a claim within a second or two. */
const PATIENCE_SECONDS = 10;

/** The first claim that is still to be made of its template, with what is known of the template. */
function unmade(input: PodInput) {
  const { pod, snapshot } = input;
  const reference = claimViews(input).find(({ claim, reference: { template } }) => !claim && template)?.reference;
  const age = snapshot.secondsSince(pod.metadata.creationTimestamp) ?? 0;
  if (!reference?.template || age < PATIENCE_SECONDS) return undefined;
  const { template } = reference;
  const isAbsent =
    snapshot.knows("ResourceClaimTemplate") &&
    snapshot.find("ResourceClaimTemplate", pod.metadata.namespace, template).state === "absent";
  const refusal = input.events.findLast(({ reason }) => reason === "FailedResourceClaimCreation");
  const isSaidAbsent = refusal?.message?.includes(`"${template}" not found`) ?? false;
  return {
    reference,
    template,
    isAbsent: isAbsent || isSaidAbsent,
    like: isAbsent || isSaidAbsent ? likeNames(input, "ResourceClaimTemplate", template) : [],
    ...(refusal && { refusal }),
  };
}

/** The claim for a device, to be made of a template, is not there yet. */
export default defineRule<{ claim: string; template: string; isAbsent: boolean; like: readonly string[] }>({
  id: "scheduling/dra-claim-not-created",
  title: "The ResourceClaim of a template was not created",
  effect: "blocks",
  needs: ["ResourceClaimTemplate", "Event"],
  explains: ["scheduling/no-scheduler", "scheduling/other-reason"],
  check(input) {
    const { pod } = input;
    const trouble = pod.spec.nodeName || pod.metadata.deletionTimestamp ? undefined : unmade(input);
    if (!trouble) return [];
    const { reference, template, isAbsent, like, refusal } = trouble;
    return [
      {
        subject: refTo(pod),
        confidence: "certain",
        facts: { claim: reference.name, template, isAbsent, like },
        evidence: [
          seen(pod, `${reference.path}.resourceClaimTemplateName`, "template"),
          ...(refusal ? [seen(refusal, "message", "controller")] : []),
          ...spokenOf(input),
        ],
      },
    ];
  },
  message: ({ facts: { claim, template, isAbsent, like } }, input) => {
    const said = unmade(input)?.refusal?.message;
    return {
      headline: isAbsent
        ? text`ResourceClaimTemplate ${name(template)} does not exist${alsoThere(like)}.`
        : text`The ResourceClaim for ${name(claim)} has not been made of its template ${name(template)} yet.`,
      why: text`kube-controller-manager makes a ResourceClaim of the template for each pod, and the scheduler does not try the pod before: it writes neither a condition nor an event.${!isAbsent && said !== undefined && text` The claim could not be made: ${value(said)}.`}`,
    };
  },
  fixes: ({ facts: { template, isAbsent, like } }, input) => {
    const { namespace, name: podName } = input.pod.metadata;
    const reference = unmade(input)?.reference;
    const [meant] = like;
    if (isAbsent)
      return [
        ...(meant && reference ? [renameClaim(input, reference, "resourceClaimTemplateName", meant)] : []),
        look(text`See which DeviceClasses there are.`, kubectl("reads", undefined, "get", "deviceclasses")),
        {
          title: text`${meant ? "Or create" : "Create"} the ResourceClaimTemplate ${name(template)}: its spec.spec.devices.requests name a DeviceClass.`,
          commands: [kubectl("changes", namespace, "create", "-f", "<resourceclaimtemplate.yaml>")],
          applies: "fill-in",
          by: "workload-owner",
        },
      ];
    return [
      look(
        text`See what refuses it: a quota, an admission webhook, or a controller manager that does not run.`,
        kubectl(
          "reads",
          namespace,
          "get",
          "events",
          "--field-selector",
          `involvedObject.name=${podName},reason=FailedResourceClaimCreation`,
        ),
        kubectl("reads", namespace, "get", "resourceclaims,resourceclaimtemplates"),
      ),
    ];
  },
  groupKey: ({ facts: { template, isAbsent } }) => `${template} ${isAbsent}`,
  doc: {
    means:
      "A pod asks for a device by a ResourceClaimTemplate, and the ResourceClaim of its own was not made of it yet. The scheduler does not even try such a pod.",
    seenIn:
      '`spec.resourceClaims[].resourceClaimTemplateName` without an entry in `status.resourceClaimStatuses`; event FailedResourceClaimCreation on the pod `PodResourceClaim c: …` (kube-controller-manager). No condition and no event of the scheduler: `pod "ns/p": ResourceClaim not created yet` stands in its log only.',
    repair: "Correct the template's name or create it; remove what refuses the claim.",
    notToConfuseWith: "scheduling/dra-claim-not-found: there the pod names a claim itself; scheduling/no-scheduler.",
    catalogue: ["dra-claim-not-created"],
  },
});
