import { lastSeen } from "../../objects/event.ts";
import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { seen } from "../finding.ts";
import type { PodInput } from "../pod-input.ts";
import { look } from "../repair.ts";
import { claimRule } from "./claim-rule.ts";

/** The claim of an ephemeral volume is not there, or belongs to somebody else. */
export default claimRule({
  id: "volume/pvc-ephemeral-pending",
  title: "The claim of an ephemeral volume was not created",
  trouble: "ephemeral-pending",
  needs: ["PersistentVolumeClaim", "Event"],
  evidence: (_, input) => {
    const event = refusal(input);
    return event ? [seen(event, "message", "FailedBinding")] : [];
  },
  headline: ({ view }) =>
    view.claim
      ? text`PersistentVolumeClaim ${name(view.name)} belongs to something else; the pod's ephemeral volume ${name(view.volume)} needs that very name.`
      : text`The claim ${name(view.name)} for the pod's ephemeral volume ${name(view.volume)} was not created yet.`,
  why: ({ view }, input) => {
    const said = refusal(input)?.message;
    if (view.claim)
      return text`Kubernetes makes a claim named after pod and volume, and takes none that was not made for this pod.`;
    return said === undefined
      ? text`kube-controller-manager makes it within a second or two after the pod.`
      : text`kube-controller-manager could not make it: ${value(said)}.`;
  },
  fixes: ({ view }, { pod }) => [
    view.claim
      ? {
          title: text`Delete that claim, if nothing needs its data; the pod then gets its own.`,
          commands: [kubectl("deletes", pod.metadata.namespace, "delete", "persistentvolumeclaim", view.name)],
          applies: "maybe",
          by: "workload-owner",
        }
      : look(
          text`See what refuses it: a quota or an admission webhook.`,
          kubectl(
            "reads",
            pod.metadata.namespace,
            "get",
            "events",
            "--field-selector",
            `involvedObject.name=${pod.metadata.name},reason=FailedBinding`,
          ),
        ),
  ],
  doc: {
    means: "A generic ephemeral volume needs a claim named <pod>-<volume>, made for this pod.",
    seenIn:
      '`waiting for ephemeral volume controller to create the persistentvolumeclaim "x"`, `PVC ns/x was not created for pod ns/p (pod is not owner)` (kube-scheduler); event FailedBinding on the pod `ephemeral volume v: …` (kube-controller-manager).',
    repair: "Remove what refuses the claim, or the foreign claim of that name.",
    catalogue: ["pvc-ephemeral-pending"],
  },
});

function refusal({ events }: PodInput) {
  return [...events]
    .sort((a, b) => (lastSeen(a) < lastSeen(b) ? -1 : 1))
    .findLast(({ reason, message = "" }) => reason === "FailedBinding" && message.startsWith("ephemeral volume "));
}
