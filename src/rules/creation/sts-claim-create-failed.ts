import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { look } from "./repair.ts";

/** Refusals that have a rule of their own, whatever it is that is refused. */
const OTHERS =
  /^(?:exceeded quota|failed quota|admission webhook|failed calling webhook|ValidatingAdmissionPolicy|[A-Z]\w+(?:\.[\w.]+)? "[^"]*" is invalid: |\[?(?:maximum|minimum) \S+ usage per PersistentVolumeClaim|unable to create new content in namespace)/;

/** A StatefulSet makes the claims of a pod before the pod, and one of them is refused. */
export default refusalRule<{ says: string; claim?: string }>({
  id: "creation/sts-claim-create-failed",
  title: "A claim of the StatefulSet cannot be created",
  read: (own, _, { what, evidence, message }) => {
    if (what !== "claim" || OTHERS.test(own)) return undefined;
    const [, claim] = /create Claim (\S+) for Pod/i.exec(String(evidence.value)) ?? [];
    return { says: message, ...(claim && { claim }) };
  },
  confidence: () => "likely",
  message: ({ says, claim }, { object }) => ({
    headline: text`The API server does not create ${claim ? text`claim ${name(claim)}` : "a claim"} of StatefulSet ${name(object.metadata.name)}.`,
    why: text`The claims of ${name("volumeClaimTemplates")} are made before the pod that needs them. The API server says: ${value(says)}.`,
  }),
  fixes: (_, { object }) => [
    look(
      text`The claims that there are, and the templates.`,
      kubectl("reads", object.metadata.namespace, "get", "persistentvolumeclaims"),
      kubectl("reads", object.metadata.namespace, "get", `statefulset/${object.metadata.name}`, "-o", "yaml"),
    ),
  ],
  doc: {
    means: "A StatefulSet makes a PersistentVolumeClaim for each pod first, and the API server refuses that claim.",
    seenIn:
      "`create Claim NAME for Pod NAME in StatefulSet NAME failed error: …` in FailedCreate (all versions; `Create` since 1.36).",
    repair:
      "By what the message names. volumeClaimTemplates cannot be changed: make the StatefulSet anew with --cascade=orphan.",
    notToConfuseWith: "Quotas, webhooks and policies that refuse a claim: those have rules of their own.",
    catalogue: ["sts-claim-create-failed"],
  },
});
