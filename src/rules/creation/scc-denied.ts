import type { Command } from "../../text/command.ts";
import { kubectl } from "../../text/command.ts";
import { name, text, value } from "../../text/text.ts";
import { refusalRule } from "./refusal-rule.ts";
import { adminFix, look, patchTemplate } from "./repair.ts";

interface Facts {
  readonly account: string;
  readonly errors: string;
  /** Fields of the spec that were refused, as OpenShift writes them. */
  readonly fields: readonly string[];
}

/** OpenShift: no SecurityContextConstraint that the pod's ServiceAccount may use takes the pod. */
export default refusalRule<Facts>({
  id: "creation/scc-denied",
  title: "No SecurityContextConstraint takes the pod (OpenShift)",
  read: (message, { template }) => {
    const [, errors] =
      /^unable to validate against any security context constraint: \[?([\s\S]*?)\]?$/.exec(message) ?? [];
    if (errors === undefined) return undefined;
    const fields = [
      ...errors.matchAll(
        /\.?((?:spec|metadata)[\w.[\]/-]{1,100}|[\w.]{0,100}containers\[\d+\][\w.[\]]*): (?:Invalid value|Forbidden)/g,
      ),
    ];
    return {
      account: template?.serviceAccountName || "default",
      errors,
      fields: [...new Set(fields.map(([, field = ""]) => field))],
    };
  },
  message: ({ account, errors, fields }) => ({
    headline: text`No SecurityContextConstraint that ServiceAccount ${name(account)} may use takes the pod${fields.length > 0 && text` (${fields.slice(0, 2).join(", ")})`}.`,
    why: text`OpenShift tries every SCC that the ServiceAccount may use; each has something against the pod: ${value(errors.slice(0, 600))}.`,
  }),
  fixes: ({ account, errors }, input) => {
    const { namespace = "" } = input.object.metadata;
    const oc: Command = {
      argv: ["oc", "-n", namespace, "adm", "policy", "add-scc-to-user", "<scc>", "-z", account],
      does: "changes",
    };
    return [
      look(text`The SCCs, and who may use them.`, kubectl("reads", undefined, "get", "securitycontextconstraints")),
      ...(/runAsUser: Invalid value|must be in the ranges/.test(errors)
        ? [
            patchTemplate(
              input,
              { spec: { securityContext: { runAsUser: null, fsGroup: null } } },
              text`Let OpenShift choose the user: it takes one of the namespace's range where the template names none.`,
              { applies: "maybe" },
            ),
          ]
        : []),
      adminFix(text`Or let the ServiceAccount use an SCC that allows it, ${name("anyuid")} for a fixed user.`, [oc]),
    ];
  },
  groupKey: ({ errors }) => errors,
  doc: {
    means: "On OpenShift every pod needs an SCC that its ServiceAccount may use and that allows what the pod asks for.",
    seenIn: "`unable to validate against any security context constraint: […]` in FailedCreate (OpenShift).",
    repair: "Ask for less in securityContext and volumes, or grant an SCC to the ServiceAccount.",
    notToConfuseWith: "creation/podsecurity-violation.",
    catalogue: ["create-scc-denied"],
  },
});
