import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { argumentOf, look, ownerFix } from "./repair.ts";

interface Facts {
  readonly policy: string;
  readonly binding: string;
  readonly says: string;
  /** The policy itself does not work: its expression fails. */
  readonly isBroken: boolean;
}

/** A ValidatingAdmissionPolicy, evaluated by the API server itself, refuses the pod. */
export default refusalRule<Facts>({
  id: "creation/vap-denied",
  title: "A ValidatingAdmissionPolicy refuses the pod",
  read: (message) => {
    const [, policy, binding, says = ""] =
      /^ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)' denied request: ([\s\S]*)$/.exec(message) ?? [];
    if (!policy || !binding) return undefined;
    return {
      policy,
      binding,
      says: says.trim(),
      isBroken: /^compilation|running out of cost budget|resulted in error/.test(says.trim()),
    };
  },
  message: ({ policy, binding, says, isBroken }) => ({
    headline: isBroken
      ? text`ValidatingAdmissionPolicy ${name(policy)} is broken, and refuses what it cannot judge.`
      : text`ValidatingAdmissionPolicy ${name(policy)} refuses the pod: ${value(ended(says))}`,
    why: text`Its binding ${name(binding)} makes it hold for this namespace.${isBroken && text` It fails with: ${value(says)}.`}`,
  }),
  fixes: ({ policy, binding, isBroken }, input) => [
    look(
      text`What it demands, and where.`,
      kubectl(
        "reads",
        undefined,
        "get",
        `validatingadmissionpolicy/${policy}`,
        `validatingadmissionpolicybinding/${binding}`,
        "-o",
        "yaml",
      ),
    ),
    isBroken
      ? {
          title: text`Repair the policy's expression, or take its binding away until it is.`,
          commands: [kubectl("deletes", undefined, "delete", "validatingadmissionpolicybinding", binding)],
          applies: "maybe" as const,
          by: "cluster-admin" as const,
        }
      : ownerFix(
          input,
          text`Change in the template what it names.`,
          [kubectl("changes", input.workload.namespace, "edit", argumentOf(input))],
          { applies: "maybe" },
        ),
  ],
  groupKey: ({ policy, says }) => `${policy} ${says}`,
  doc: {
    means: "A policy written in CEL, bound to the namespace, evaluates to false for the pod.",
    seenIn:
      "`ValidatingAdmissionPolicy 'NAME' with binding 'NAME' denied request: …` in FailedCreate (API server, 1.26 and later).",
    repair: "Meet the policy, or change it or its binding.",
    notToConfuseWith: "creation/webhook-denied: policies of an engine outside the API server.",
    catalogue: ["create-vap-denied"],
  },
});

const ended = (words: string) => {
  const cut = words.length > 120 ? `${words.slice(0, 119)}…` : words;
  return /[.!?…]$/.test(cut) ? cut : `${cut}.`;
};
